import { formatBytes } from '../base/bytes.ts';
import { t } from '../base/l10n.ts';
import type { Health } from '../status/health.ts';
import { replicationLag } from '../status/lsn.ts';
import { managerState } from '../status/manager.ts';
import type { ManagerStatus } from '../status/types.ts';
import { currentRole, lastReading, liveRole } from '../status/replication.ts';
import type { NodeState, Snapshot } from '../status/types.ts';
import type { NodeSpec, Topology } from '../topology/types.ts';

/** A reading as JSON. Names are those of the tools in camelCase; `lag` is bytes, `time` is ISO 8601 in UTC. */
export function statusJson(topology: Topology, snapshot: Snapshot, health: Health): object {
  return {
    time: new Date(snapshot.time).toISOString(),
    health,
    clusters: topology.clusters.map(({ name, role, nodes }) => ({
      name,
      role,
      ...managerJson(snapshot.managers?.get(name)),
      nodes: nodes.map((node) => nodeJson(node, snapshot.nodes.get(node.id)?.state)),
    })),
  };
}

/** What the cluster manager says, for clusters that have one. */
function managerJson(status: ManagerStatus | undefined): object {
  switch (status?.kind) {
    case undefined:
      return {};
    case 'failed':
      return { manager: { kind: status.kind, reason: status.reason } };
    case 'answered':
      return { manager: { ...status.query, askedOn: status.host } };
  }
}

function nodeJson(node: NodeSpec, state: NodeState | undefined): object {
  const { id, name, host, port, dataDir } = node;
  const reading = lastReading(state);
  const query = reading?.query;
  const lags = (query?.senders ?? []).flatMap((sender) => replicationLag(sender) ?? []);
  return {
    id,
    name,
    host,
    port,
    dataDir,
    state: state?.kind ?? 'unknown',
    role: currentRole(state) ?? null,
    reason: state !== undefined && 'reason' in state ? state.reason : null,
    readAt: reading === undefined ? null : new Date(reading.time).toISOString(),
    haState: query?.haState ?? null,
    senders: query?.senders ?? [],
    receivers: query?.receivers ?? [],
    lag: lags.length === 0 ? null : Number(lags.reduce((most, lag) => (lag > most ? lag : most))),
  };
}

/** A reading for people. */
export function statusText(topology: Topology, snapshot: Snapshot, health: Health): string {
  const rows = topology.clusters.flatMap((cluster) => [
    undefined,
    ...cluster.nodes.map((node) => nodeRow(node, snapshot.nodes.get(node.id)?.state)),
  ]);
  const width = (column: number): number =>
    Math.max(...rows.map((row) => columnsOf(row?.[column] ?? '')));
  const widths = [0, 1, 2].map(width);
  let index = 0;
  const lines = topology.clusters.flatMap((cluster) => {
    index += 1;
    return [
      [
        `${cluster.name} (${liveRole(cluster, snapshot) ?? cluster.role})`,
        ...managerWords(snapshot.managers?.get(cluster.name)),
      ].join(', '),
      ...cluster.nodes.map(() => {
        const row = rows[index] ?? [];
        index += 1;
        return `  ${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ')}`.trimEnd();
      }),
    ];
  });
  return [
    ...lines,
    '',
    health.sentence,
    ...health.problems.slice(1).map(({ message }) => `- ${message}`),
    ...health.notes.map(({ message }) => `- ${message}`),
    '',
  ].join('\n');
}

function managerWords(status: ManagerStatus | undefined): readonly string[] {
  const state = managerState(status);
  return state === undefined ? [] : [`cluster_state ${state}`];
}

function nodeRow(node: NodeSpec, state: NodeState | undefined): readonly string[] {
  const role = currentRole(state) ?? lastReading(state)?.query.haState?.localRole ?? '';
  const where = `${node.host}:${node.port}`;
  return [node.name, role, where, stateText(state)];
}

function stateText(state: NodeState | undefined): string {
  switch (state?.kind) {
    case 'ok': {
      const lags = state.reading.query.senders.map((sender) => {
        const lag = replicationLag(sender);
        return `${sender.channel ?? '?'} ${sender.state ?? '?'}${lag === undefined ? '' : `, ${t('lag {0}', formatBytes(lag))}`}`;
      });
      return [state.reading.query.haState?.dbState ?? '', ...lags].join('  ');
    }
    case 'degraded':
      return t('degraded: {0}', state.reason);
    case 'offline':
      return t('offline: {0}', state.reason);
    case 'unreachable':
      return t('unreachable: {0}', state.reason);
    case 'stale':
      return t('stale: {0}', state.reason);
    case 'unknown':
      return t('unknown: {0}', state.reason);
    case undefined:
      return '';
  }
}

/** Chinese characters take two columns of a terminal. */
function columnsOf(text: string): number {
  const wide = text.match(
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g,
  );
  return text.length + (wide?.length ?? 0);
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)));
}
