import { clockTime, t } from '../../base/l10n.ts';
import { replicationLag } from '../../status/lsn.ts';
import { lastReading } from '../../status/replication.ts';
import { rowText } from '../../status/manager.ts';
import type { ManagerStatus } from '../../status/types.ts';
import type { NodeState, ReplicationTuple, Snapshot } from '../../status/types.ts';
import type { ClusterSpec, NodeSpec } from '../../topology/types.ts';
import { roleOf } from './details.ts';
import { plain, table } from '../../base/markdown.ts';
import type { Line } from '../../base/markdown.ts';
import { exactBytes, reasonOf, stateName } from './words.ts';

/** Everything that is known of a node, as a Markdown table with the time of the reading. */
export function nodeTooltip(node: NodeSpec, state: NodeState | undefined): string {
  const reading = lastReading(state);
  const query = reading?.query;
  const reason = state === undefined ? undefined : reasonOf(state);
  const title = `**${plain(node.id)}** — ${plain(stateName(state))}`;
  const lines: Line[] = [
    ...(reason === undefined ? [] : [[t('Reason'), reason] as const]),
    [t('Role'), roleOf(state) ?? t('unknown')],
    ...(query?.haState === undefined || query.haState === null
      ? []
      : ([
          [t('Database state'), query.haState.dbState],
          [t('Detail'), query.haState.detailInformation],
          [t('Static connections'), query.haState.staticConnections],
        ] as const)),
    [t('Host'), node.host],
    [t('Port'), String(node.port)],
    [t('Instance'), String(node.instanceId)],
    [t('Data directory'), node.dataDir],
    ...(node.dssHome === undefined ? [] : [[t('DSS home'), node.dssHome] as const]),
    ...(query?.senders ?? []).flatMap((tuple) => channelLines(t('Sends to'), tuple)),
    ...(query?.receivers ?? []).flatMap((tuple) => channelLines(t('Receives from'), tuple)),
    [t('Read at'), reading === undefined ? t('never') : clockTime(reading.time)],
  ];
  return `${title}\n\n${table(lines)}`;
}

function channelLines(label: string, tuple: ReplicationTuple): readonly Line[] {
  const lag = replicationLag(tuple);
  return [
    [label, [tuple.peerRole, tuple.peerState, tuple.state].filter(Boolean).join(', ')],
    ...(lag === undefined ? [] : [[t('Lag'), exactBytes(lag)] as const]),
    [t('Sent LSN'), tuple.senderSentLocation ?? ''],
    [t('Replayed LSN'), tuple.receiverReplayLocation ?? ''],
    [t('Sync percent'), [tuple.syncPercent, tuple.syncState].filter(Boolean).join(', ')],
    [t('Channel'), tuple.channel ?? ''],
  ];
}

/** The nodes of a cluster with role and state. */
export function clusterTooltip(cluster: ClusterSpec, snapshot: Snapshot | undefined): string {
  const lines = cluster.nodes.map((node): Line => {
    const state = snapshot?.nodes.get(node.id)?.state;
    return [node.name, [roleOf(state), stateName(state)].filter(Boolean).join(', ')];
  });
  lines.push(...managerLines(snapshot?.managers?.get(cluster.name)));
  const time = snapshot === undefined ? '' : `\n\n${t('Read at')} ${clockTime(snapshot.time)}`;
  return `**${plain(cluster.name)}**\n\n${table(lines)}${time}`;
}

/** What the cluster manager says, when the cluster has one. */
function managerLines(status: ManagerStatus | undefined): readonly Line[] {
  if (status === undefined) {
    return [];
  }
  if (status.kind === 'failed') {
    return [[t('Cluster manager'), status.reason]];
  }
  const { cluster, cmServers, datanodes, resources, message } = status.query;
  return [
    [t('Cluster manager'), cluster === null ? message : t('asked on {0}', status.host)],
    ...Object.entries(cluster ?? {}).map(([key, value]): Line => [snakeCase(key), value]),
    ...cmServers.map((server): Line => [`cm_server ${server.node}`, server.state]),
    ...datanodes.map((row): Line => [row.instance ?? row.node, `${row.node}: ${rowText(row)}`]),
    ...resources.map((one): Line => [`${one.resource} ${one.instance}`, one.state]),
  ];
}

/** The tool's own name of a value: `clusterState` → `cluster_state`. */
function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
