import { t } from '../base/l10n.ts';

/** What a key of `opengauss.yaml` means, by the top-level key that it stands under (itself, for a top-level key). */
export function describeKey(section: string, key: string): string | undefined {
  const own: Readonly<Record<string, () => string>> = {
    ...general,
    ...(section === 'hosts' ? ofHosts : section === 'arrays' ? ofArrays : {}),
  };
  return own[key]?.();
}

const general: Readonly<Record<string, () => string>> = {
  version: () => t('How this file is to be read. Always 1.'),
  openGauss: () =>
    t('The version of the server, whose rules hold; "auto" asks the hosts. 5.0.5 follows 5.0.0.'),
  build: () =>
    t('A debug build of the server knows some parameter names that a release build refuses.'),
  profile: () =>
    t('simulation: plain files stand for LUNs. dorado: real LUNs on OceanStor Dorado arrays.'),
  clusters: () => t('One primary and one standby cluster.'),
  name: () => t('The name, unique among its like.'),
  role: () => t('primary: takes writes. standby: follows the primary cluster.'),
  manager: () =>
    t(
      'Who starts and stops the instances. none: the extension, with gs_ctl. cm: openGauss’s cluster manager.',
    ),
  env: () =>
    t(
      'Environment variables, values in full: GAUSSHOME, CM_CONFIG_PATH. Those of a node add to those of its cluster.',
    ),
  xlogLockFile: () => t('xlog_lock_file_path: one for each cluster.'),
  nodes: () => t('The nodes; the first is the one with the replication connection.'),
  host: () => t('local, a name under hosts, or an alias of your ssh configuration.'),
  dataDir: () => t('The data directory.'),
  port: () => t('The port of gaussdb. The port above it is taken for HA.'),
  instanceId: () => t('ss_instance_id; by default the node’s place in its cluster, from 0.'),
  dssHome: () => t('DSS_HOME of this node.'),
  dmsPort: () => t('Its port in ss_interconnect_url.'),
  dssPort: () => t('Its port in DSS_NODES_LIST.'),
  address: () => t('The address that peers use; by default that of the host.'),
  xlog: () => t('The xlog that both clusters share.'),
  path: () => t('xlog_file_path: the file or device.'),
  size: () =>
    t('xlog_file_size: bytes, or a size such as 64GB in powers of 1024; a multiple of 16 MiB.'),
  hosts: () =>
    t(
      'How hosts are reached. A host that is not listed is an alias of your ssh configuration; local is the machine that the extension runs on.',
    ),
  arrays: () => t('OceanStor Dorado arrays, for the profile dorado.'),
};

const ofHosts: Readonly<Record<string, () => string>> = {
  hostName: () => t('The name or address to connect to.'),
  user: () => t('The account that owns the instances.'),
  port: () => t('The port of sshd.'),
  identityFile: () => t('The private key, on the machine that the extension runs on.'),
  proxyJump: () => t('Hosts to go through: [user@]host[:port], separated by commas.'),
};

const ofArrays: Readonly<Record<string, () => string>> = {
  url: () => t('The address of DeviceManager.'),
  cluster: () => t('The cluster whose site it is at.'),
};

/** The key at an offset of a topology file and the top-level key that it stands under; undefined when there is no key. */
export function keyAt(
  text: string,
  offset: number,
): { readonly section: string; readonly key: string; readonly start: number } | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  for (const match of line.matchAll(/(^|[\s{,-])([A-Za-z]\w*)(?=\s*:(?:\s|$))/g)) {
    const start = lineStart + match.index + (match[1] ?? '').length;
    const key = match[2] ?? '';
    if (offset >= start && offset <= start + key.length) {
      const above = [...text.slice(0, start + key.length).matchAll(/^([A-Za-z]\w*)/gm)];
      return { section: above.at(-1)?.[1] ?? '', key, start };
    }
  }
  return undefined;
}
