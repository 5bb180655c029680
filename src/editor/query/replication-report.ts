import { clockTime, t } from '../../base/l10n.ts';
import { parseChannel } from '../../status/channel.ts';
import type { ChannelEnd } from '../../status/channel.ts';
import { replicationLag } from '../../status/lsn.ts';
import { lastReading } from '../../status/replication.ts';
import type { NodeState, ReplicationTuple } from '../../status/types.ts';
import { addressOf, haPort } from '../../topology/lookups.ts';
import type { NodeSpec, Topology } from '../../topology/types.ts';
import { plain, unbroken } from '../../base/markdown.ts';
import { exactBytes, reasonOf } from '../explorer/words.ts';
import { channelTable } from './report.ts';

/** A node and its state, read just now. */
export interface NodeReading {
  readonly node: NodeSpec;
  readonly state: NodeState;
}

/** All replication channels of a topology: a table of them, then everything that the tool printed of each. */
export function replicationReport(topology: Topology, readings: readonly NodeReading[]): string {
  const channels = readings.flatMap(({ node, state }) => {
    const query = lastReading(state)?.query;
    const of = (direction: 'sends' | 'receives') => (tuple: ReplicationTuple) => ({
      node,
      direction,
      tuple,
    });
    return [
      ...(query?.senders ?? []).map(of('sends')),
      ...(query?.receivers ?? []).map(of('receives')),
    ];
  });
  const silent = readings.flatMap(({ node, state }) => {
    const reason = state.kind === 'degraded' ? undefined : reasonOf(state);
    return reason === undefined ? [] : [`- ${plain(node.id)}: ${plain(reason)}`];
  });
  const time = Math.max(0, ...readings.map(({ state }) => lastReading(state)?.time ?? 0));
  const parts = [
    `# ${t('Replication channels')}`,
    time === 0 ? t('There is no answer.') : t('Read at {0}.', clockTime(time)),
    ...(silent.length === 0 ? [] : [silent.join('\n')]),
    channels.length === 0
      ? t('No node sends or receives.')
      : [
          `| ${[t('Node'), t('Direction'), t('Peer'), t('Peer role'), t('Peer state'), t('Channel state'), t('Lag'), t('Sync percent'), t('Sync state')].join(' | ')} |`,
          `|${' --- |'.repeat(9)}`,
          ...channels.map(({ node, direction, tuple }) => {
            const lag = replicationLag(tuple);
            const way = direction === 'sends' ? t('sends to') : t('receives from');
            return `| ${plain(node.id)} | ${unbroken(way)} | ${[
              peerName(topology, node, tuple, readings),
              tuple.peerRole ?? '',
              tuple.peerState ?? '',
              tuple.state ?? '',
              lag === undefined ? '' : exactBytes(lag),
              tuple.syncPercent ?? '',
              tuple.syncState ?? '',
            ]
              .map(plain)
              .join(' | ')} |`;
          }),
        ].join('\n'),
    ...channels.flatMap(({ node, direction, tuple }) => {
      const peer = plain(peerName(topology, node, tuple, readings));
      return [
        `## ${plain(node.id)} ${direction === 'sends' ? '→' : '←'} ${peer}`,
        channelTable(tuple),
      ];
    }),
  ];
  return `${parts.join('\n\n')}\n`;
}

/**
 * The node at the other end, else its address. A sender's far end is a port that the system gave out: the receiver that calls it its
 * own tells which node that is.
 */
function peerName(
  topology: Topology,
  node: NodeSpec,
  tuple: ReplicationTuple,
  readings: readonly NodeReading[],
): string {
  const remote = parseChannel(tuple.channel)?.remote;
  if (remote === undefined) {
    return '?';
  }
  const isRemote = (end: ChannelEnd | undefined): boolean =>
    end?.address === remote.address && end.port === remote.port;
  const found = readings.filter(
    ({ node: one, state }) =>
      one.id !== node.id &&
      (isRemote({ address: addressOf(topology, one), port: one.port }) ||
        isRemote({ address: addressOf(topology, one), port: haPort(one) }) ||
        (lastReading(state)?.query.receivers ?? []).some(({ channel }) =>
          isRemote(parseChannel(channel)?.local),
        )),
  );
  return found.length === 1 && found[0] !== undefined
    ? found[0].node.id
    : `${remote.address}:${remote.port}`;
}
