import { t } from '../base/l10n.ts';
import type { BuildKind, ClusterRole, HostSpec, Manager, Profile, ServerVersion } from './types.ts';

/** The answers from which a topology file is written. Paths are on the nodes. */
export interface TopologyChoices {
  readonly openGauss: ServerVersion | 'auto';
  readonly build: BuildKind;
  readonly profile: Profile;
  readonly clusters: readonly ClusterChoice[];
  /** `size` as people write it, for example `64GB`. */
  readonly xlog?: { readonly path?: string; readonly size?: string };
  readonly hosts?: Readonly<Record<string, HostSpec>>;
}

export interface ClusterChoice {
  readonly name: string;
  readonly role: ClusterRole;
  readonly manager?: Manager;
  readonly env?: Readonly<Record<string, string>>;
  readonly xlogLockFile?: string;
  readonly nodes: readonly NodeChoice[];
}

export interface NodeChoice {
  readonly name: string;
  readonly host: string;
  readonly dataDir: string;
  readonly port: number;
  readonly dssHome?: string;
  readonly dmsPort?: number;
  readonly dssPort?: number;
}

/** Where the proposal puts things; every part may be asked for. */
export interface ProposalAnswers {
  /** The host of the production cluster's nodes, one for all or one for each. */
  readonly productionHosts?: readonly string[];
  readonly recoveryHosts?: readonly string[];
  /** The folder above `ss_hatest` and `ss_hatest1`. */
  readonly home?: string;
  readonly gaussHome?: string;
  readonly openGauss?: ServerVersion | 'auto';
  readonly build?: BuildKind;
  readonly profile?: Profile;
}

/**
 * The two clusters of the guide (https://opengauss.org, "资源池化支持同城dorado双集群部署(二)----cm模拟"): two nodes each,
 * with its ports and folders. The recovery cluster's DSS ports are 30010 and 30011, because the script's own 40000 and
 * 40001 lie among the ports that Linux hands out at random.
 */
export function proposeTopology(answers: ProposalAnswers = {}): TopologyChoices {
  const home = (answers.home ?? '/home/omm').replace(/\/+$/, '');
  const gaussHome = answers.gaussHome ?? '/opt/omm/openGauss-server/mppdb_temp_install';
  const cluster = (
    name: string,
    role: ClusterRole,
    hosts: readonly string[],
    at: {
      readonly folder: string;
      readonly port: number;
      readonly dssPort: number;
      readonly lock: string;
    },
  ): ClusterChoice => ({
    name,
    role,
    env: {
      GAUSSHOME: gaussHome,
      CM_CONFIG_PATH: `${home}/${role === 'primary' ? 'cm_config.ini' : 'cm_config_standby.ini'}`,
    },
    xlogLockFile: `${home}/ss_hatest/${at.lock}`,
    nodes: [0, 1].map((index) => ({
      name: `dn${index}`,
      host: hosts[index] ?? hosts[0] ?? 'local',
      dataDir: `${home}/${at.folder}/dn${index}`,
      port: at.port + 100 * index,
      dssHome: `${home}/${at.folder}/dss_home${index}`,
      dmsPort: at.port + 100 * index + 11,
      dssPort: at.dssPort + index,
    })),
  });
  return {
    openGauss: answers.openGauss ?? '5.0.0',
    build: answers.build ?? 'debug',
    profile: answers.profile ?? 'simulation',
    clusters: [
      cluster('production', 'primary', answers.productionHosts ?? ['local'], {
        folder: 'ss_hatest',
        port: 6600,
        dssPort: 30000,
        lock: 'shared_lock_primary',
      }),
      cluster('recovery', 'standby', answers.recoveryHosts ?? ['local'], {
        folder: 'ss_hatest1',
        port: 9600,
        dssPort: 30010,
        lock: 'shared_lock_standby',
      }),
    ],
    xlog: { path: `${home}/ss_hatest/dorado_shared_disk`, size: '64GB' },
  };
}

/** Writes a commented `opengauss.yaml`. What it writes is read back without findings when the choices are right. */
export function printTopology(choices: TopologyChoices): string {
  const lines: string[] = [];
  const comment = (text: string): void => {
    lines.push(...text.split('\n').map((line) => `# ${line}`));
  };
  comment(t('The two clusters of this folder, for the extension "openGauss Dual Cluster".'));
  lines.push('version: 1');
  lines.push(
    `openGauss: ${quoted(choices.openGauss)} # ${t('the server\'s version; "auto" asks the hosts')}`,
    `build: ${choices.build} # ${t('release or debug; a debug build knows more parameters')}`,
    `profile: ${choices.profile} # ${t('simulation: plain files stand for LUNs; dorado: real LUNs')}`,
    '',
    'clusters:',
  );
  for (const cluster of choices.clusters) {
    printCluster(cluster, lines);
  }
  if (choices.xlog !== undefined) {
    lines.push('', `# ${t('The xlog that both clusters share. Units are powers of 1024.')}`);
    lines.push(`xlog: ${flow(choices.xlog)}`);
  }
  const hosts = Object.entries(choices.hosts ?? {});
  lines.push(
    '',
    `# ${t('How to reach the hosts. One that is not listed is an alias of ~/.ssh/config;')}`,
    `# ${t('"local" is the machine that the extension runs on.')}`,
  );
  if (hosts.length === 0) {
    lines.push('hosts: {}');
  } else {
    lines.push('hosts:');
    for (const [name, host] of hosts) {
      lines.push(`  ${quoted(name)}: ${flow(host)}`);
    }
  }
  lines.push(
    '',
    `# ${t('OceanStor Dorado arrays, only with the profile dorado: - {name: …, url: "https://…:8088", cluster: …}')}`,
  );
  lines.push('arrays: []', '');
  return lines.join('\n');
}

function printCluster(cluster: ClusterChoice, lines: string[]): void {
  lines.push(`  - name: ${quoted(cluster.name)}`);
  lines.push(`    role: ${cluster.role} # ${t('primary or standby')}`);
  if (cluster.manager !== undefined && cluster.manager !== 'none') {
    lines.push(`    manager: ${cluster.manager} # ${t('cm: cm_ctl starts and stops the nodes')}`);
  }
  if (cluster.env !== undefined && Object.keys(cluster.env).length > 0) {
    lines.push(
      `    # ${t("The environment of this cluster's commands and terminals, values in full.")}`,
    );
    lines.push('    env:');
    for (const [name, value] of Object.entries(cluster.env)) {
      lines.push(`      ${quoted(name)}: ${quoted(value)}`);
    }
  }
  if (cluster.xlogLockFile !== undefined) {
    lines.push(`    xlogLockFile: ${quoted(cluster.xlogLockFile)} # ${t('one for each cluster')}`);
  }
  lines.push('    nodes:');
  for (const node of cluster.nodes) {
    const { name, ...others } = node;
    lines.push(`      - name: ${quoted(name)}`);
    for (const [key, value] of Object.entries(others)) {
      lines.push(`        ${key}: ${scalar(value)}`);
    }
  }
}

function flow(object: object): string {
  const pairs = Object.entries(object) as [string, unknown][];
  return `{ ${pairs
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${scalar(value)}`)
    .join(', ')} }`;
}

function scalar(value: unknown): string {
  return typeof value === 'number' ? String(value) : quoted(String(value));
}

/** Bare where YAML reads the same text back everywhere, else in double quotes (JSON is YAML). */
function quoted(text: string): string {
  const bare = /^[A-Za-z/][A-Za-z0-9_./-]*$/.test(text);
  return bare && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}
