import { formatBytes } from '../../base/bytes.ts';
import { clockTime, t } from '../../base/l10n.ts';
import type { HealthProblem } from '../../status/health-problem.ts';
import { replicationLag } from '../../status/lsn.ts';
import { lastReading } from '../../status/replication.ts';
import type { NodeRole, NodeState, ReplicationTuple } from '../../status/types.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { configurationFiles } from '../files/configuration-files.ts';
import { nodeFileUri } from '../files/node-uri.ts';
import type { IconName } from './icons.ts';
import { bad, doubtful, roleIcon, stateIcon } from './icons.ts';
import type { ExplorerItem, NodeTarget } from './item.ts';
import { exactBytes, stateName } from './words.ts';
import { plain } from '../../base/markdown.ts';

/** The role of a node as last read; undefined when it was never read or names none. */
export function roleOf(state: NodeState | undefined): string | undefined {
  return state?.kind === 'ok' || state?.kind === 'degraded'
    ? state.role
    : (lastReading(state)?.query.haState?.localRole ?? undefined);
}

/** The largest lag of what a node sends, for the row of the node: `lag 1.50 KiB`. */
export function shortLag(state: NodeState | undefined): string | undefined {
  if (state?.kind !== 'ok' && state?.kind !== 'degraded') {
    return undefined;
  }
  const lags = state.reading.query.senders
    .map((sender) => replicationLag(sender))
    .filter((lag) => lag !== undefined);
  const [first, ...rest] = lags;
  return first === undefined
    ? undefined
    : t('lag {0}', formatBytes(rest.reduce((most, lag) => (lag > most ? lag : most), first)));
}

/** The rows below a node. */
export function nodeDetails(
  topologyId: string,
  node: NodeSpec,
  state: NodeState | undefined,
  problems: readonly HealthProblem[],
): readonly ExplorerItem[] {
  const target = { topology: topologyId, node: node.id };
  const row = rowsOf(`${topologyId}/${node.id}`, target);
  const role = roleOf(state);
  const reading = lastReading(state);
  const dbState = reading?.query.haState?.dbState;
  const detail = reading?.query.haState?.detailInformation;
  return [
    row('role', t('Role'), role ?? t('unknown'), roleIcon((role ?? 'Unknown') as NodeRole)),
    row(
      'state',
      t('State'),
      state?.kind === 'ok' && dbState !== undefined ? dbState : stateName(state),
      state === undefined ? { name: 'question' } : stateIcon(state),
    ),
    ...(detail === undefined || detail === 'Normal' || detail.trim() === ''
      ? []
      : [row('detail', t('Detail'), detail.trim(), { name: 'note' })]),
    row('port', t('Port'), String(node.port), { name: 'plug' }),
    row(
      'host',
      t('Host'),
      node.address === undefined ? node.host : `${node.host} (${node.address})`,
      {
        name: 'vm',
      },
    ),
    row('dataDir', t('Data directory'), node.dataDir, { name: 'folder' }),
    ...(reading === undefined
      ? []
      : [row('time', t('Read at'), clockTime(reading.time), { name: 'clock' })]),
    ...channels(topologyId, node, target, state),
    {
      id: `files:${topologyId}/${node.id}`,
      label: t('Configuration files'),
      icon: { name: 'files' },
      contextValue: 'group',
      expansion: 'collapsed',
      target,
      children: configurationFiles(node).map((path) => ({
        id: `file:${topologyId}/${node.id}${path}`,
        label: path.split('/').pop() ?? path,
        description: path.slice(0, path.lastIndexOf('/')),
        icon: { name: 'settings-gear' },
        contextValue: 'file',
        expansion: 'none',
        children: [],
        target,
        file: nodeFileUri(topologyId, node, path),
        value: path,
      })),
    },
    ...problemItems(topologyId, node, target, problems),
  ];
}

type Row = (key: string, label: string, value: string, icon: IconName) => ExplorerItem;

/** Makes rows that show one value each. */
function rowsOf(prefix: string, target: NodeTarget): Row {
  return (key, label, value, icon) => ({
    id: `value:${prefix}#${key}`,
    label,
    description: value,
    icon,
    contextValue: 'value',
    expansion: 'none',
    children: [],
    target,
    value,
    tooltip: () => `${plain(label)}: ${plain(value)}`,
  });
}

function channels(
  topologyId: string,
  node: NodeSpec,
  target: NodeTarget,
  state: NodeState | undefined,
): readonly ExplorerItem[] {
  const query = lastReading(state)?.query;
  if (query === undefined || query.kind !== 'online') {
    return [];
  }
  const prefix = `${topologyId}/${node.id}`;
  return [
    ...query.senders.map((tuple, index) =>
      channelItem(`${prefix}#sender${index}`, target, tuple, 'sender'),
    ),
    ...query.receivers.map((tuple, index) =>
      channelItem(`${prefix}#receiver${index}`, target, tuple, 'receiver'),
    ),
  ];
}

function channelItem(
  prefix: string,
  target: NodeTarget,
  tuple: ReplicationTuple,
  direction: 'sender' | 'receiver',
): ExplorerItem {
  const lag = replicationLag(tuple);
  const row = rowsOf(prefix, target);
  const peer = tuple.peerRole ?? t('unknown');
  const one = (
    key: keyof ReplicationTuple,
    label: string,
    icon: string,
  ): readonly ExplorerItem[] => {
    const value = tuple[key];
    return value === undefined || value === '' ? [] : [row(key, label, value, { name: icon })];
  };
  const words = [
    ...(tuple.state === undefined ? [] : [tuple.state]),
    ...(lag === undefined ? [] : [t('lag {0}', formatBytes(lag))]),
    ...(tuple.syncPercent === undefined ? [] : [tuple.syncPercent]),
  ];
  return {
    id: `channel:${prefix}`,
    label: direction === 'sender' ? t('Sends to {0}', peer) : t('Receives from {0}', peer),
    description: words.join(' · '),
    icon: { name: direction === 'sender' ? 'cloud-upload' : 'cloud-download' },
    contextValue: 'channel',
    expansion: 'collapsed',
    target,
    children: [
      ...one('peerState', t('Peer state'), 'pulse'),
      ...one('state', t('Channel state'), 'arrow-swap'),
      ...(lag === undefined ? [] : [row('lag', t('Lag'), exactBytes(lag), { name: 'dashboard' })]),
      ...one('syncPercent', t('Sync percent'), 'percentage'),
      ...one('syncState', t('Sync state'), 'sync'),
      ...one('senderSentLocation', t('Sent LSN'), 'symbol-numeric'),
      ...one('senderWriteLocation', t('Sender write LSN'), 'symbol-numeric'),
      ...one('senderFlushLocation', t('Sender flush LSN'), 'symbol-numeric'),
      ...one('senderReplayLocation', t('Sender replay LSN'), 'symbol-numeric'),
      ...one('receiverReceivedLocation', t('Received LSN'), 'symbol-numeric'),
      ...one('receiverWriteLocation', t('Receiver write LSN'), 'symbol-numeric'),
      ...one('receiverFlushLocation', t('Receiver flush LSN'), 'symbol-numeric'),
      ...one('receiverReplayLocation', t('Replayed LSN'), 'symbol-numeric'),
      ...one('channel', t('Channel'), 'arrow-both'),
    ],
  };
}

function problemItems(
  topologyId: string,
  node: NodeSpec,
  target: NodeTarget,
  problems: readonly HealthProblem[],
): readonly ExplorerItem[] {
  if (problems.length === 0) {
    return [];
  }
  const row = rowsOf(`${topologyId}/${node.id}`, target);
  return [
    {
      id: `problems:${topologyId}/${node.id}`,
      label: t('Problems'),
      description: String(problems.length),
      icon: { name: 'warning', color: doubtful },
      contextValue: 'group',
      expansion: 'expanded',
      target,
      children: problems.map((problem, index) => ({
        ...row(`problem${index}`, problem.message, '', problemIcon(problem)),
        value: problem.message,
        tooltip: () => plain(problem.message),
      })),
    },
  ];
}

function problemIcon(problem: HealthProblem): IconName {
  return problem.severity === 'error'
    ? { name: 'error', color: bad }
    : { name: 'warning', color: doubtful };
}
