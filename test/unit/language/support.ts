import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import {
  type DeploymentInput,
  type NodeFiles,
  fileKey,
  parseFileKey,
} from '../../../src/config/cluster/deployment.ts';
import { type DeploymentFindings, lintDeployment } from '../../../src/config/cluster/lint.ts';
import type { Finding, Fix } from '../../../src/base/finding.ts';
import type { FileKind } from '../../../src/config/files/kinds.ts';
import type {
  ClusterSpec,
  NodeSpec,
  Profile,
  ServerVersion,
  Topology,
} from '../../../src/topology/types.ts';

const none = { start: 0, end: 0 };

export interface Shape {
  readonly version?: ServerVersion;
  readonly profile?: Profile;
  /** Addresses of the machines of production and recovery; one machine when they are equal. */
  readonly addresses?: readonly [string, string];
  /** Nodes of each cluster. */
  readonly size?: number;
  readonly xlog?: Topology['xlog'];
}

const sites = [
  { name: 'production', role: 'primary', home: '/home/omm/ss_hatest', port: 6600, dss: 30000 },
  { name: 'recovery', role: 'standby', home: '/home/omm/ss_hatest1', port: 9600, dss: 31000 },
] as const;

/** Two clusters as the seed has them. */
export function dualTopology(shape: Shape = {}): Topology {
  const { addresses = ['127.0.0.1', '127.0.0.1'], size = 2 } = shape;
  const clusters = sites.map((site, place): ClusterSpec => {
    const cluster = {
      name: site.name,
      role: site.role,
      manager: 'none' as const,
      env: {},
      xlogLockFile: `/home/omm/ss_hatest/shared_lock_${site.role}`,
      range: none,
    };
    const nodes = Array.from({ length: size }, (_, id): NodeSpec => {
      const dssHome = `${site.home}/dss_home${id}`;
      return {
        id: `${site.name}/dn${id}`,
        name: `dn${id}`,
        cluster: site.name,
        host: `host-${place}`,
        dataDir: `${site.home}/dn${id}`,
        port: site.port + 100 * id,
        instanceId: id,
        dssHome,
        dmsPort: site.port + 100 * id + 11,
        dssPort: site.dss + id,
        env: { DSS_HOME: dssHome, CM_CONFIG_PATH: `/home/omm/cm_config_${site.name}.ini` },
        range: none,
      };
    });
    return { ...cluster, nodes };
  });
  return {
    openGauss: shape.version ?? '5.0.0',
    build: 'release',
    profile: shape.profile ?? 'simulation',
    clusters,
    hosts: {
      'host-0': { hostName: addresses[0], user: 'omm' },
      'host-1': { hostName: addresses[1], user: 'omm' },
    },
    arrays: [],
    ...(shape.xlog === undefined ? {} : { xlog: shape.xlog }),
  };
}

/** Files in which nothing is wrong. */
export function goodFiles(topology: Topology): Map<string, Required<NodeFiles>> {
  const files = new Map<string, Required<NodeFiles>>();
  const legacy = topology.openGauss === '5.0.0';
  for (const cluster of topology.clusters) {
    const address = (node: NodeSpec): string => topology.hosts[node.host]?.hostName ?? '';
    const others = topology.clusters
      .filter((each) => each !== cluster)
      .flatMap((each) => each.nodes);
    for (const node of cluster.nodes) {
      const list = (port: (node: NodeSpec) => number | undefined): string =>
        cluster.nodes
          .map((each) => `${each.instanceId}:${address(each)}:${port(each) ?? 0}`)
          .join(',');
      files.set(node.id, {
        postgresqlConf: [
          `port = ${node.port}`,
          "listen_addresses = '*'",
          'ss_enable_dss = on',
          'ss_enable_dms = on',
          `ss_instance_id = ${node.instanceId}`,
          `ss_interconnect_url = '${list((each) => each.dmsPort)}'`,
          `ss_dss_conn_path = 'UDS:${node.dssHome ?? ''}/.dss_unix_d_socket'`,
          legacy ? "ss_dss_vg_name = '+data'" : "ss_dss_data_vg_name = '+data'",
          `application_name = 'dn_${cluster.role}_${node.instanceId}'`,
          ...others.map(
            (other, index) =>
              `cross_cluster_replconninfo${index + 1} = 'localhost=${address(node)} localport=${node.port} remotehost=${address(other)} remoteport=${other.port}'`,
          ),
          ...(legacy
            ? [
                "xlog_file_path = '/home/omm/ss_hatest/dorado_shared_disk'",
                `xlog_lock_file_path = '${cluster.xlogLockFile ?? ''}'`,
                'xlog_file_size = 68719476736',
                `cluster_run_mode = 'cluster_${cluster.role}'`,
              ]
            : ["ss_disaster_mode = 'dorado'"]),
          '',
        ].join('\n'),
        pgHba: 'local all all trust\nhost all all 127.0.0.1/32 trust\n',
        dssInst: [
          `INST_ID = ${node.instanceId}`,
          `LSNR_PATH = ${node.dssHome ?? ''}`,
          `DSS_NODES_LIST = ${list((each) => each.dssPort)}`,
          `_SHM_KEY = ${cluster.role === 'primary' ? 1 : 2}`,
          `${legacy ? '' : '_'}DISK_LOCK_FILE_PATH = /home/omm/locks_${cluster.name}`,
          ...(legacy ? [] : [`CLUSTER_RUN_MODE = cluster_${cluster.role}`]),
          '',
        ].join('\n'),
        dssVgConf: `data:/home/omm/${cluster.name}/dss_data.dmp\nlog:/home/omm/${cluster.name}/dss_log.dmp\n`,
        cmConfig: `REFORMER_ID = 0\nBITMAP_ONLINE = ${2 ** cluster.nodes.length - 1}\n`,
      });
    }
  }
  return files;
}

export const fileNames: Readonly<Record<FileKind, keyof NodeFiles>> = {
  'postgresql-conf': 'postgresqlConf',
  'pg-hba': 'pgHba',
  'dss-inst': 'dssInst',
  'dss-vg-conf': 'dssVgConf',
  'cm-config': 'cmConfig',
};

/** A change of one file: of `production/dn0:postgresqlConf`, this text by that one; or what a function makes of it. */
export type Change = readonly [
  node: string,
  file: keyof NodeFiles,
  from: string | RegExp | undefined,
  to: string,
];

/** A deployment of a shape with some changes of the good files. Fails when a change does not change anything. */
export async function deploymentOf(
  shape: Shape,
  changes: readonly Change[] = [],
): Promise<DeploymentInput> {
  const topology = dualTopology(shape);
  const files = goodFiles(topology);
  for (const [node, name, from, to] of changes) {
    const before = files.get(node);
    if (before === undefined) {
      throw new Error(`No node ${node}`);
    }
    const text = from === undefined ? before[name] + to : before[name].replace(from, to);
    if (text === before[name]) {
      throw new Error(`Nothing is changed in ${node}: ${String(from)}`);
    }
    files.set(node, { ...before, [name]: text });
  }
  const version = topology.openGauss === 'auto' ? 'master' : topology.openGauss;
  return { topology, files, catalogue: await loadCatalogue(version, 'release') };
}

/** `node file code` of all findings. */
export function listFindings(findings: DeploymentFindings): string[] {
  return [...findings].flatMap(([key, list]) => {
    const { nodeId, kind } = parseFileKey(key);
    return list.map((finding) => `${nodeId} ${kind} ${finding.code}`);
  });
}

export function findingsOf(input: DeploymentInput): Finding[] {
  return [...lintDeployment(input).values()].flat();
}

/** The deployment after a fix of a finding in a file. */
export function withFix(input: DeploymentInput, key: string, fix: Fix): DeploymentInput {
  const files = new Map(input.files);
  for (const target of new Set(fix.edits.map((edit) => edit.file ?? key))) {
    const { nodeId, kind } = parseFileKey(target);
    const name = fileNames[kind];
    const node = files.get(nodeId) ?? {};
    const edits = fix.edits.filter((edit) => (edit.file ?? key) === target);
    files.set(nodeId, { ...node, [name]: applyEdits(node[name] ?? '', edits) });
  }
  return { ...input, files };
}

export { fileKey, lintDeployment };
