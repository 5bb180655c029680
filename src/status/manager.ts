import { t } from '../base/l10n.ts';
import { addressOf, haPort } from '../topology/lookups.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../topology/types.ts';
import type { DatanodeRow } from './cluster-table.ts';
import type { ClusterQuery } from './cm-ctl-query.ts';
import { currentRole } from './replication.ts';
import type { ManagerStatus, NodeState } from './types.ts';

/** Data node instances are numbered from here; the first belongs to instance 0. */
const firstInstance = 6001;

/**
 * Which row of `cm_ctl query` speaks of a node: the one with its port and data directory; where several have them, as on hosts
 * that are laid out alike, the one with its address or host name, else the one with its instance number. Undefined when it
 * cannot be told.
 */
export function managerRow(
  topology: Topology,
  node: NodeSpec,
  query: ClusterQuery,
): DatanodeRow | undefined {
  const rows = query.datanodes.filter(
    ({ path, port }) =>
      (path === null || trimmed(path) === trimmed(node.dataDir)) &&
      (port === null || Number(port) === node.port || Number(port) === haPort(node)),
  );
  const alike = topology.clusters
    .find(({ name }) => name === node.cluster)
    ?.nodes.filter((one) => one.port === node.port && one.dataDir === node.dataDir);
  if (rows.length === 1 && alike?.length === 1 && rows[0]?.path !== null) {
    return rows[0];
  }
  const names = new Set(
    [addressOf(topology, node), topology.hosts[node.host]?.hostName, node.host, node.name].filter(
      (name) => name !== undefined,
    ),
  );
  const own = rows.filter(
    (row) => (row.nodeIp !== null && names.has(row.nodeIp)) || names.has(row.node),
  );
  const [only] = own;
  return own.length === 1
    ? only
    : rows.find((row) => Number(row.instance) === firstInstance + node.instanceId);
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}

/** A row as one says it: `Standby Need repair (Disconnected)`. */
export function rowText(row: DatanodeRow): string {
  const state = row.state === '' ? row.role : `${row.role} ${row.state}`;
  return row.detail === null ? state : `${state} (${row.detail})`;
}

/** Whether the manager finds nothing wrong with a node. */
export function rowIsWell(row: DatanodeRow): boolean {
  return (
    row.state === 'Normal' &&
    ['Primary', 'Standby', 'Main Standby', 'Cascade Standby', 'Cascade', 'Normal'].includes(
      row.role,
    )
  );
}

/**
 * A node's state by its own answer, with what the manager says of it. The node's own answer outranks the manager's, which is
 * older by up to some heartbeats; what only the manager knows (stopped by hand, kicked out, needs repair) is added.
 */
export function withManager(
  topology: Topology,
  node: NodeSpec,
  state: NodeState,
  query: ClusterQuery,
): NodeState {
  const row = managerRow(topology, node, query);
  const said = [
    ...(row === undefined || (rowIsWell(row) && agrees(row, state)) ? [] : [rowText(row)]),
    ...resourceTexts(node, row, query),
  ].join(', ');
  if (said === '') {
    return state;
  }
  const words = t('The cluster manager says: {0}.', said);
  switch (state.kind) {
    case 'ok':
      return { kind: 'degraded', reading: state.reading, role: state.role, reason: words };
    case 'degraded':
    case 'offline':
    case 'unreachable':
    case 'stale':
    case 'unknown':
      return { ...state, reason: `${state.reason} ${words}` };
  }
}

/** That one calls the node Primary and the other does not is worth saying; of standbys older managers know one kind only. */
function agrees(row: DatanodeRow, state: NodeState): boolean {
  const role = currentRole(state);
  return role === undefined ? false : (role === 'Primary') === (row.role === 'Primary');
}

/** Resources of the node that are not on line: `dms_res Deleted` means that it was kicked out of the cluster. */
function resourceTexts(
  node: NodeSpec,
  row: DatanodeRow | undefined,
  query: ClusterQuery,
): readonly string[] {
  return query.resources
    .filter(({ state, nodeId, instance }) =>
      state === 'OnLine'
        ? false
        : row === undefined
          ? Number(instance) % 1000 === (firstInstance % 1000) + node.instanceId
          : nodeId === row.nodeId,
    )
    .map(({ resource, state }) => `${resource} ${state}`);
}

/** `cluster_state` as the manager prints it; undefined when it does not say. */
export function managerState(status: ManagerStatus | undefined): string | undefined {
  return status?.kind === 'answered' ? status.query.cluster?.['clusterState'] : undefined;
}

/** The clusters that openGauss's cluster manager starts and stops. */
export function managedClusters(topology: Topology): readonly ClusterSpec[] {
  return topology.clusters.filter((cluster) => cluster.manager === 'cm');
}
