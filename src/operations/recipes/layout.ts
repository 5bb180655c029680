import { createHash } from 'node:crypto';
import { dirname } from 'node:path/posix';

import { t } from '../../base/l10n.ts';
import { addressOf, primaryCluster, standbyCluster } from '../../topology/lookups.ts';
import type { ClusterSpec, NodeSpec, ServerVersion, Topology } from '../../topology/types.ts';
import { refused } from '../errors.ts';
import { serverModel, type ServerModel } from './server-model.ts';

/** A node with everything that the topology only implies. */
export interface NodeLayout {
  readonly spec: NodeSpec;
  readonly id: string;
  readonly host: string;
  readonly dataDir: string;
  /** The address that peers use, numeric. */
  readonly address: string;
  readonly port: number;
  readonly dssHome: string;
  readonly dmsPort: number;
  readonly dssPort: number;
  /** `UDS:<socket>` of the node's dssserver. */
  readonly socket: string;
  /** `+data,+log0` */
  readonly groupNames: string;
  readonly envFile: string;
  readonly startLog: string;
  /** Place in the cluster, counted from 0. */
  readonly index: number;
}

export interface VolumeGroup {
  readonly name: string;
  /** The plain file that stands in for the LUN. */
  readonly image: string;
  readonly size: string;
}

export interface ClusterLayout {
  readonly spec: ClusterSpec;
  readonly name: string;
  /** As what it is run: what the topology says, or what it is by now (`liveLayout`). */
  readonly role: 'primary' | 'standby';
  /** It has no relation to the other cluster yet: it is started without a mode. */
  readonly independent?: boolean;
  /** Place in the topology, counted from 0. What is named or numbered by it stays when roles change. */
  readonly place: number;
  /** The folder that holds the data directories, as the seed's `ss_hatest`. */
  readonly base: string;
  readonly groups: readonly VolumeGroup[];
  /** The folder of the images. */
  readonly disk: string;
  /** `0:127.0.0.1:6611,1:127.0.0.1:6711` */
  readonly dmsUrl: string;
  readonly dssNodes: string;
  readonly shmKey: number;
  readonly cmConfig: string | undefined;
  readonly lockFile: string;
  readonly nodes: readonly NodeLayout[];
  readonly first: NodeLayout;
}

/** What a dual cluster consists of, complete: the base of all recipes. */
export interface Layout {
  readonly topology: Topology;
  /** See `scopeOf`. */
  readonly scope: string;
  readonly model: ServerModel;
  readonly primary: ClusterLayout;
  readonly standby: ClusterLayout;
  readonly clusters: readonly [ClusterLayout, ClusterLayout];
  readonly nodes: readonly NodeLayout[];
  readonly hosts: readonly string[];
  readonly xlogPath: string;
  readonly xlogSize: bigint;
}

/** 64 GiB, the seed's. */
const defaultXlogSize = 68_719_476_736n;
const imageSize = '50G';

/**
 * Completes a topology. Refuses (`recipe-refused`) what no recipe can work on: a version that is not known, a missing
 * cluster or node, a node without DSS home or ports.
 */
export function layoutOf(topology: Topology, version: ServerVersion | undefined): Layout {
  const known = topology.openGauss === 'auto' ? version : topology.openGauss;
  if (known === undefined) {
    throw refused(
      t('The version of openGauss is not known.'),
      t('Write it in opengauss.yaml (openGauss: "5.0.0"), or make the hosts answer.'),
    );
  }
  const first = primaryCluster(topology);
  const second = standbyCluster(topology);
  if (first === undefined || second === undefined) {
    throw refused(
      t('A dual cluster needs one cluster of role primary and one of role standby.'),
      t('Complete opengauss.yaml.'),
    );
  }
  const model = serverModel(known);
  const place = topology.clusters.indexOf(first) < topology.clusters.indexOf(second) ? 0 : 1;
  const primary = clusterLayout(topology, model, first, place);
  const standby = clusterLayout(topology, model, second, 1 - place);
  const { base } = place === 0 ? primary : standby;
  const nodes = [...primary.nodes, ...standby.nodes];
  return {
    topology,
    scope: scopeOf(topology),
    model,
    primary,
    standby,
    clusters: [primary, standby],
    nodes,
    hosts: [...new Set(nodes.map((node) => node.host))],
    xlogPath: topology.xlog?.path ?? `${base}/dorado_shared_disk`,
    xlogSize: topology.xlog?.size ?? defaultXlogSize,
  };
}

function clusterLayout(
  topology: Topology,
  model: ServerModel,
  spec: ClusterSpec,
  place: number,
): ClusterLayout {
  const head = spec.nodes[0];
  if (head === undefined) {
    throw refused(t('The cluster {0} has no node.', spec.name), t('Complete opengauss.yaml.'));
  }
  const base = dirname(head.dataDir);
  const disk = `${base}/dss_disk`;
  const logNames =
    model.logGroups === 'one' ? ['log'] : spec.nodes.map((node) => `log${node.instanceId}`);
  const groups = ['data', ...logNames].map((name) => ({
    name,
    image: `${disk}/dss_${name}.dmp`,
    size: imageSize,
  }));
  const nodes = spec.nodes.map((node, index) => nodeLayout(topology, model, node, index));
  const [first] = nodes;
  if (first === undefined) {
    throw refused(t('The cluster {0} has no node.', spec.name));
  }
  return {
    spec,
    name: spec.name,
    role: spec.role,
    place,
    base,
    groups,
    disk,
    dmsUrl: nodes
      .map((node) => `${node.spec.instanceId}:${node.address}:${node.dmsPort}`)
      .join(','),
    dssNodes: nodes
      .map((node) => `${node.spec.instanceId}:${node.address}:${node.dssPort}`)
      .join(','),
    // Two DSS of one host need different keys; 1 is what others use who do not think of it.
    shmKey: 41 + place,
    cmConfig: head.env['CM_CONFIG_PATH'],
    lockFile: spec.xlogLockFile ?? `${base}/shared_lock_${place === 0 ? 'primary' : 'standby'}`,
    nodes,
    first,
  };
}

function nodeLayout(
  topology: Topology,
  model: ServerModel,
  spec: NodeSpec,
  index: number,
): NodeLayout {
  const managed = topology.clusters.some(
    ({ name, manager }) => name === spec.cluster && manager === 'cm',
  );
  // The cluster manager knows these itself; openGauss's installer puts the ports so far above the server's.
  const dssHome = spec.dssHome ?? (managed ? (spec.env['DSS_HOME'] ?? '') : undefined);
  const dmsPort = spec.dmsPort ?? (managed ? spec.port + 20 : undefined);
  const dssPort = spec.dssPort ?? (managed ? spec.port + 10 : undefined);
  if (dssHome === undefined || dmsPort === undefined || dssPort === undefined) {
    const missing = [
      dssHome === undefined ? 'dssHome' : '',
      dmsPort === undefined ? 'dmsPort' : '',
      dssPort === undefined ? 'dssPort' : '',
    ].filter((word) => word !== '');
    throw refused(
      t('The node {0} has no {1}.', spec.id, missing.join(', ')),
      t(
        'Resource pooling needs a DSS home and the ports of DMS and DSS for each node; add them to opengauss.yaml.',
      ),
    );
  }
  const address = addressOf(topology, spec);
  if (!managed && !/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    throw refused(
      t('The address {0} of the node {1} is not numeric.', address, spec.id),
      t(
        'DMS, DSS and the replication channels want IPv4 addresses; add “address” to the node in opengauss.yaml.',
      ),
    );
  }
  const log = model.logGroups === 'one' ? '+log' : `+log${spec.instanceId}`;
  const base = dirname(spec.dataDir);
  return {
    spec,
    id: spec.id,
    host: spec.host,
    dataDir: spec.dataDir,
    address,
    port: spec.port,
    dssHome,
    dmsPort,
    dssPort,
    socket: `UDS:${dssHome}/.dss_unix_d_socket`,
    groupNames: `+data,${log}`,
    envFile: `${base}/ss_env_${spec.name}`,
    startLog: `${base}/start_${spec.name}.log`,
    index,
  };
}

/** The hosts of a cluster, each once. */
export function hostsOf(cluster: ClusterLayout): readonly string[] {
  return [...new Set(cluster.nodes.map((node) => node.host))];
}

/** What a topology places where: things that a plan created belong to it. Ports and versions do not count. */
export function scopeOf(topology: Topology): string {
  const facts = topology.clusters.map((cluster) => [
    cluster.name,
    cluster.nodes.map((node) => [node.name, node.host, node.dataDir, node.dssHome ?? '']),
  ]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 12);
}
