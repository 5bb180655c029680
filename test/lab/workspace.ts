import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabCluster, LabMachine } from './types.ts';

/** The version as a topology names it. */
function topologyVersion(version: LabMachine['version']): string {
  return version === '7.0.0' ? '7.0.0-RC1' : version;
}

function text(value: string): string {
  return JSON.stringify(value);
}

/** `opengauss.yaml` of the lab: every host and, unless the machines are bare, both clusters. */
export function topologyText(
  machines: readonly LabMachine[],
  clusters: readonly LabCluster[],
  xlogFile: string,
  managed = false,
): string {
  const version = machines[0]?.version ?? '5.0.0';
  const lines = [
    '# The lab: simulated openGauss machines on this computer.',
    'version: 1',
    `openGauss: ${text(topologyVersion(version))}`,
    'build: release',
    'profile: simulation',
    'clusters:',
  ];
  for (const cluster of clusters) {
    const home = machines.find(({ name }) => name === cluster.nodes[0]?.host)?.gaussHome ?? '';
    lines.push(
      `  - name: ${cluster.name}`,
      `    role: ${cluster.role}`,
      ...(managed ? ['    manager: cm'] : []),
      '    env:',
      `      GAUSSHOME: ${text(home)}`,
      `      LD_LIBRARY_PATH: ${text(join(home, 'lib'))}`,
      `      CM_CONFIG_PATH: ${text(cluster.cmConfig)}`,
      ...(version === '5.0.0' ? [`    xlogLockFile: ${text(cluster.lockFile)}`] : []),
      '    nodes:',
    );
    for (const node of cluster.nodes) {
      lines.push(
        `      - name: ${node.name}`,
        `        host: ${node.host}`,
        `        dataDir: ${text(node.dataDir)}`,
        `        port: ${node.port}`,
        `        dssHome: ${text(node.dssHome)}`,
        `        dmsPort: ${node.dmsPort}`,
        `        dssPort: ${node.dssPort}`,
      );
    }
  }
  if (version === '5.0.0') {
    lines.push(`xlog: {path: ${text(xlogFile)}, size: 64GB}`);
  }
  lines.push('hosts:');
  for (const machine of machines) {
    lines.push(
      `  ${machine.name}:`,
      '    hostName: 127.0.0.1',
      `    port: ${machine.port}`,
      `    user: ${machine.user}`,
      `    identityFile: ${text(machine.identityFile)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Writes the folder that an editor opens. */
export async function writeWorkspace(folder: string, topology: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'opengauss.yaml'), topology);
}

/** An ssh client's configuration and known hosts: `ssh -F <folder>/config prod` lets in without a question. */
export async function writeSshFiles(
  folder: string,
  machines: readonly (LabMachine & { readonly hostPublicKey: string })[],
): Promise<void> {
  const known = join(folder, 'known_hosts');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(
    join(folder, 'config'),
    machines
      .map(
        (machine) => `Host ${machine.name}
  HostName 127.0.0.1
  Port ${machine.port}
  User ${machine.user}
  IdentityFile ${machine.identityFile}
  IdentitiesOnly yes

`,
      )
      .join('') +
      `Host *
  UserKnownHostsFile ${known}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
`,
    { mode: 0o600 },
  );
  await writeFile(
    known,
    machines.map(({ port, hostPublicKey }) => `[127.0.0.1]:${port} ${hostPublicKey}\n`).join(''),
    { mode: 0o600 },
  );
}
