import { t } from '../base/l10n.ts';
import { addressOf, clusterByName, haPort, nodesOf } from '../topology/lookups.ts';
import type { Topology } from '../topology/types.ts';
import { parseChannel } from './channel.ts';
import type { Channel } from './channel.ts';
import type { HealthProblem } from './health-problem.ts';
import {
  crossClusterReceiver,
  crossClusterSenders,
  currentReading,
  currentRole,
} from './replication.ts';
import type { ReplicationLink } from './replication.ts';
import type { Snapshot } from './types.ts';

/** Whether the two ends of the replication between the clusters are ends of one thing, and nobody else has one. */
export function checkChannels(
  topology: Topology,
  snapshot: Snapshot,
  link: ReplicationLink,
): HealthProblem[] {
  return [
    ...peerProblems(link),
    ...channelProblems(topology, link),
    ...followerProblems(topology, snapshot),
  ];
}

function peerProblems({ to, receiver }: ReplicationLink): HealthProblem[] {
  const role = receiver?.peerRole ?? '';
  return to === undefined || role === '' || role === 'Primary'
    ? []
    : [
        {
          code: 'receiver-peer',
          severity: 'warning',
          message: t('{0} receives from a node that is {1}, not {2}.', to.id, role, 'Primary'),
          nodes: [to.id],
        },
      ];
}

/**
 * The receiver must be connected, and to the primary that sends. The sender's and the receiver's channel are the same
 * connection seen from both ends: the ports are mirrored, the addresses too unless they are translated on the way. The two may
 * have been read at different times, so that a receiver that leads to any node of the primary's cluster is taken for right.
 */
function channelProblems(
  topology: Topology,
  { from, to, sender, receiver }: ReplicationLink,
): HealthProblem[] {
  const text = receiver?.channel ?? '';
  if (to === undefined || text === '') {
    return [];
  }
  const problem = (message: string): HealthProblem[] => [
    { code: 'channel-mismatch', severity: 'warning', message, nodes: [from.id, to.id] },
  ];
  const incoming = parseChannel(text);
  if (incoming === undefined || incoming.remote.port === 0) {
    return problem(t('{0} has a receiver without a connection: {1}', to.id, text));
  }
  const outgoing = parseChannel(sender?.channel);
  if (
    outgoing?.direction !== 'out' ||
    incoming.direction !== 'in' ||
    isMirrored(outgoing, incoming) ||
    leadsTo(topology, from.cluster, incoming, outgoing)
  ) {
    return [];
  }
  return problem(
    t(
      '{0} sends by {1}, but {2} receives by {3}: these are not the two ends of one channel.',
      from.id,
      sender?.channel ?? '',
      to.id,
      text,
    ),
  );
}

function isMirrored(outgoing: Channel, incoming: Channel): boolean {
  return (
    outgoing.local.port === incoming.remote.port && outgoing.remote.port === incoming.local.port
  );
}

/** Whether a receiver's remote end is a node of a cluster, as far as addresses and ports tell. */
function leadsTo(
  topology: Topology,
  cluster: string,
  { remote }: Channel,
  outgoing: Channel,
): boolean {
  return (clusterByName(topology, cluster)?.nodes ?? []).some((node) => {
    const address = addressOf(topology, node);
    return (
      [node.port, haPort(node), outgoing.local.port].includes(remote.port) &&
      (remote.address === address || remote.address === outgoing.local.address)
    );
  });
}

/** Followers share their cluster's files: with DSS they neither send nor receive, and nowhere does one send to the other cluster. */
function followerProblems(topology: Topology, snapshot: Snapshot): HealthProblem[] {
  return nodesOf(topology).flatMap((node): HealthProblem[] => {
    const state = snapshot.nodes.get(node.id)?.state;
    const reading = currentReading(state);
    const role = currentRole(state);
    if (reading === undefined || role === 'Primary') {
      return [];
    }
    const { senders, receivers } = reading.query;
    const sends =
      crossClusterSenders(state).length > 0 || (node.dssHome !== undefined && senders.length > 0);
    const receives =
      node.dssHome !== undefined &&
      receivers.length > 0 &&
      crossClusterReceiver(topology, node, snapshot) === undefined;
    return sends || receives
      ? [
          {
            code: 'follower-replicates',
            severity: 'warning',
            message: sends
              ? t('{0} is {1} and sends: only the primary should.', node.id, role ?? '?')
              : t('{0} is {1} and receives: only the main standby should.', node.id, role ?? '?'),
            nodes: [node.id],
          },
        ]
      : [];
  });
}
