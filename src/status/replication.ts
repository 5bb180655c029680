import { clusterByName, nodesOf } from '../topology/lookups.ts';
import type { ClusterRole, ClusterSpec, NodeSpec, Topology } from '../topology/types.ts';
import { replicationLag } from './lsn.ts';
import type { NodeRole, NodeState, Reading, ReplicationTuple, Snapshot } from './types.ts';

/** The replication between the two clusters, as far as it is seen. */
export interface ReplicationLink {
  /** The node that sends: the primary. */
  readonly from: NodeSpec;
  /** The node that receives; undefined when none says that it does. */
  readonly to: NodeSpec | undefined;
  readonly sender: ReplicationTuple | undefined;
  readonly receiver: ReplicationTuple | undefined;
  /** Bytes that the standby cluster has yet to replay; undefined when nobody says. */
  readonly lag: bigint | undefined;
}

/** The reading of a node that answers now; undefined for every other state. */
export function currentReading(state: NodeState | undefined): Reading | undefined {
  return state?.kind === 'ok' || state?.kind === 'degraded' ? state.reading : undefined;
}

/** The role of a node that answers now. */
export function currentRole(state: NodeState | undefined): NodeRole | undefined {
  return state?.kind === 'ok' || state?.kind === 'degraded' ? state.role : undefined;
}

/** Whether a role leads its cluster: the one that writes, or the one that receives for the standby cluster. */
export function isLeading(role: string | undefined): role is 'Primary' | 'Main Standby' {
  return role === 'Primary' || role === 'Main Standby';
}

/** The newest reading of a node, however old it is. */
export function lastReading(state: NodeState | undefined): Reading | undefined {
  switch (state?.kind) {
    case 'ok':
    case 'degraded':
    case 'offline':
      return state.reading;
    case 'unreachable':
    case 'stale':
    case 'unknown':
      return state.last;
    case undefined:
      return undefined;
  }
}

/**
 * What a cluster is by what its nodes answer now: the primary cluster has a `Primary`, the standby one a `Main Standby`. Undefined
 * when none of its nodes leads; after a role change the topology may still say otherwise.
 */
export function liveRole(
  cluster: ClusterSpec,
  snapshot: Snapshot | undefined,
): ClusterRole | undefined {
  const roles = cluster.nodes.map((node) => currentRole(snapshot?.nodes.get(node.id)?.state));
  return roles.includes('Primary')
    ? 'primary'
    : roles.includes('Main Standby')
      ? 'standby'
      : undefined;
}

/** The sender that replicates to the other cluster; peers inside the cluster are called `Standby` and the like. */
export function crossClusterSenders(state: NodeState | undefined): readonly ReplicationTuple[] {
  return (currentReading(state)?.query.senders ?? []).filter(
    (sender) => sender.peerRole === 'StandbyCluster_Standby',
  );
}

/**
 * The receiver of a node that is its cluster's door to the other cluster: `Main Standby`, or in the legacy mode without DMS a
 * `Standby` that receives from the primary (seen.md).
 */
export function crossClusterReceiver(
  topology: Topology,
  node: NodeSpec,
  snapshot: Snapshot,
): ReplicationTuple | undefined {
  const state = snapshot.nodes.get(node.id)?.state;
  const receiver = currentReading(state)?.query.receivers[0];
  if (receiver === undefined) {
    return undefined;
  }
  if (currentRole(state) === 'Main Standby') {
    return receiver;
  }
  // A standby whose own cluster has a leader receives, if at all, from that one; it is not the door.
  const ownLeader = clusterByName(topology, node.cluster)?.nodes.some((one) =>
    isLeading(currentRole(snapshot.nodes.get(one.id)?.state)),
  );
  return ownLeader === true ? undefined : receiver;
}

/** The replication between the clusters; undefined when no primary answers. */
export function replicationLink(
  topology: Topology,
  snapshot: Snapshot,
): ReplicationLink | undefined {
  const nodes = nodesOf(topology);
  const primaries = nodes.filter(
    (node) => currentRole(snapshot.nodes.get(node.id)?.state) === 'Primary',
  );
  const sendersOf = (node: NodeSpec): readonly ReplicationTuple[] =>
    crossClusterSenders(snapshot.nodes.get(node.id)?.state);
  const from = primaries.find((node) => sendersOf(node).length > 0) ?? primaries[0];
  if (from === undefined) {
    return undefined;
  }
  // Of several the one that works: another may be what is left of a connection that was lost.
  const sender = sendersOf(from).find((one) => one.state === 'Streaming') ?? sendersOf(from)[0];
  const [to, receiver] = nodes
    .filter((node) => node.cluster !== from.cluster)
    .map((node) => [node, crossClusterReceiver(topology, node, snapshot)] as const)
    .find(([, one]) => one !== undefined) ?? [undefined, undefined];
  return {
    from,
    to,
    sender,
    receiver,
    lag: replicationLag(sender ?? {}),
  };
}
