import { clockTime, t } from '../../base/l10n.ts';
import { replicationLag } from '../../status/lsn.ts';
import { lastReading } from '../../status/replication.ts';
import type { GsCtlQuery, NodeState, ReplicationTuple } from '../../status/types.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { plain, table } from '../../base/markdown.ts';
import { exactBytes, reasonOf, stateName } from '../explorer/words.ts';

/** What `gs_ctl query` said, as a Markdown page beside the raw text. */
export function queryReport(node: NodeSpec, state: NodeState): string {
  const reading = lastReading(state);
  const query = reading?.query;
  const reason = reasonOf(state);
  const time = reading?.time ?? ('time' in state ? state.time : 0);
  const parts = [
    `# ${plain(node.id)}`,
    query === undefined ? t('There is no answer.') : kindSentence(query),
    t('Read at {0} on {1}.', clockTime(time), plain(node.host)),
    ...(reason === undefined ? [] : [`**${plain(stateName(state))}**: ${plain(reason)}`]),
  ];
  if (query?.haState !== null && query?.haState !== undefined) {
    parts.push(
      `## ${t('HA state')}`,
      table([
        [t('Role'), query.haState.localRole],
        [t('Static connections'), query.haState.staticConnections],
        [t('Database state'), query.haState.dbState],
        [t('Detail'), query.haState.detailInformation],
        ...(query.haState.syncMode === undefined
          ? []
          : ([[t('Synchronous mode'), query.haState.syncMode]] as const)),
      ]),
    );
  }
  if (query?.kind === 'online') {
    parts.push(
      `## ${t('Senders')}`,
      ...channelTables(query.senders, t('This node sends to no other.')),
      `## ${t('Receivers')}`,
      ...channelTables(query.receivers, t('This node receives from no other.')),
    );
  }
  if (query !== undefined && query.message !== '') {
    parts.push(`## ${t('Message')}`, fence(query.message));
  }
  return `${parts.join('\n\n')}\n`;
}

function kindSentence(query: GsCtlQuery): string {
  switch (query.kind) {
    case 'online':
      return t('The server answers.');
    case 'offline':
      return t('The server runs but does not answer; the values are those it wrote last.');
    case 'not-running':
      return t('No server runs in this data directory.');
    case 'unrecognised':
      return t('The answer was not recognised; see the raw text beside.');
  }
}

function channelTables(tuples: readonly ReplicationTuple[], none: string): readonly string[] {
  return tuples.length === 0 ? [none] : tuples.map(channelTable);
}

/** All fields of a channel that the tool printed. */
export function channelTable(tuple: ReplicationTuple): string {
  const lag = replicationLag(tuple);
  const lines: (readonly [string, string | undefined])[] = [
    [t('Peer role'), tuple.peerRole],
    [t('Peer state'), tuple.peerState],
    [t('Channel state'), tuple.state],
    [t('Lag'), lag === undefined ? undefined : exactBytes(lag)],
    [t('Sync percent'), tuple.syncPercent],
    [t('Sync state'), tuple.syncState],
    [t('Sync priority'), tuple.syncPriority],
    [t('Most available sync'), tuple.syncMostAvailable],
    [t('Sent LSN'), tuple.senderSentLocation],
    [t('Sender write LSN'), tuple.senderWriteLocation],
    [t('Sender flush LSN'), tuple.senderFlushLocation],
    [t('Sender replay LSN'), tuple.senderReplayLocation],
    [t('Received LSN'), tuple.receiverReceivedLocation],
    [t('Receiver write LSN'), tuple.receiverWriteLocation],
    [t('Receiver flush LSN'), tuple.receiverFlushLocation],
    [t('Replayed LSN'), tuple.receiverReplayLocation],
    [t('Channel'), tuple.channel],
  ];
  return table(lines.map(([label, value]) => [label, value ?? ''] as const));
}

/** A fenced block that no text of a machine can end. */
export function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}text\n${text.trimEnd()}\n${marks}`;
}
