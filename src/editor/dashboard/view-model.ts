import { formatBytes } from '../../base/bytes.ts';
import { clockTime, dateTime, t } from '../../base/l10n.ts';
import type { MonitorEvent, Sample } from '../../monitor/history.ts';
import type { Health } from '../../status/health.ts';
import {
  currentReading,
  lastReading,
  liveRole,
  replicationLink,
} from '../../status/replication.ts';
import type { NodeState, Snapshot } from '../../status/types.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../../topology/types.ts';
import type {
  DashboardTexts,
  DashboardView,
  Level,
  LinkView,
  NodeView,
  SiteView,
} from '../../../webview/dashboard/protocol.ts';
import { arrayPair, directionOf } from './array-pair.ts';
import { drawnCurve, periods } from './curve.ts';

export interface DashboardInput {
  readonly title: string;
  readonly topology: Topology;
  readonly snapshot: Snapshot | undefined;
  readonly health: Health | undefined;
  readonly curve: readonly Sample[];
  readonly events: readonly MonitorEvent[];
  /** Which of `periods()` the curves show; the first by default. */
  readonly period?: number;
}

/** What the dashboard draws, from the same snapshot that the explorer shows. Pure. */
export function dashboardView(input: DashboardInput): DashboardView {
  const { topology, snapshot, health, curve } = input;
  const choices = periods();
  const period = Math.min(Math.max(0, input.period ?? 0), choices.length - 1);
  return {
    title: input.title,
    verdict: {
      level: health?.level ?? 'unknown',
      sentence: health?.sentence ?? t('No reading yet.'),
      reasons: (health?.problems ?? []).slice(1).map((problem) => problem.message),
    },
    readAt: snapshot === undefined ? '–' : clockTime(snapshot.time),
    sites: topology.clusters.map((cluster) => site(topology, cluster, snapshot, health)),
    link: link(topology, snapshot, curve.at(-1)?.writeRate),
    array: arrayPair(topology, snapshot),
    samples: drawnCurve(curve, choices[period]?.length ?? Infinity),
    periods: choices.map(({ title }) => title),
    period,
    events: [...input.events].reverse().map((event) => ({
      time: dateTime(event.time),
      level: event.severity === 'info' ? 'ok' : event.severity,
      text: event.message,
    })),
    texts: texts(),
  };
}

function site(
  topology: Topology,
  cluster: ClusterSpec,
  snapshot: Snapshot | undefined,
  health: Health | undefined,
): SiteView {
  const nodes = cluster.nodes.map((node) => nodeView(topology, node, snapshot));
  const names = new Set(cluster.nodes.map((node) => node.id));
  const concerns = (health?.problems ?? []).filter((problem) =>
    problem.nodes.some((id) => names.has(id)),
  );
  const level: Level = concerns.some((problem) => problem.severity === 'error')
    ? 'error'
    : concerns.length > 0
      ? 'warning'
      : nodes.some((node) => node.level === 'unknown')
        ? 'unknown'
        : 'ok';
  return {
    name: cluster.name,
    role:
      (liveRole(cluster, snapshot) ?? cluster.role) === 'primary'
        ? t('Primary cluster')
        : t('Standby cluster'),
    level,
    nodes,
  };
}

function nodeView(topology: Topology, node: NodeSpec, snapshot: Snapshot | undefined): NodeView {
  const state = snapshot?.nodes.get(node.id)?.state;
  const reading = lastReading(state);
  const current = currentReading(state)?.query;
  const host = topology.hosts[node.host]?.hostName ?? node.host;
  return {
    id: node.id,
    name: node.name,
    level: levelOf(state),
    role:
      state === undefined || !('role' in state)
        ? (reading?.query.haState?.localRole ?? '–')
        : state.role,
    state: state === undefined ? t('Not read yet') : stateText(state),
    where: host === node.host ? `${host}:${node.port}` : `${node.host} (${host}:${node.port})`,
    lsn:
      current?.senders[0]?.senderSentLocation ??
      current?.receivers[0]?.receiverReplayLocation ??
      '–',
    time: reading === undefined ? '–' : clockTime(reading.time),
  };
}

function levelOf(state: NodeState | undefined): Level {
  switch (state?.kind) {
    case 'ok':
      return 'ok';
    case 'degraded':
    case 'stale':
      return 'warning';
    case 'offline':
    case 'unreachable':
      return 'error';
    case 'unknown':
    case undefined:
      return 'unknown';
  }
}

function stateText(state: NodeState): string {
  switch (state.kind) {
    case 'ok':
      return state.reading.query.haState?.dbState ?? t('Normal');
    case 'degraded':
      return state.reason;
    case 'offline':
      return t('Offline');
    case 'unreachable':
      return t('Unreachable');
    case 'stale':
      return t('Out of date');
    case 'unknown':
      return t('Unknown');
  }
}

function link(
  topology: Topology,
  snapshot: Snapshot | undefined,
  rate: number | undefined,
): LinkView {
  const found = snapshot === undefined ? undefined : replicationLink(topology, snapshot);
  const [from, to] = directionOf(topology, snapshot);
  const between = `${topology.clusters[from]?.name ?? '?'} → ${topology.clusters[to]?.name ?? '?'}`;
  const sender = found?.sender;
  if (found === undefined || sender === undefined) {
    const state = found === undefined ? t('Not known') : t('No replication');
    return {
      from,
      to,
      level: found === undefined ? 'unknown' : 'error',
      state,
      lines: [],
      description: `${between}: ${state}`,
    };
  }
  const well =
    sender.state === 'Streaming' && sender.peerState === 'Normal' && found.to !== undefined;
  const lines = [
    found.lag === undefined ? t('Lag not known') : t('{0} behind', formatBytes(found.lag)),
    ...(rate === undefined ? [] : [t('{0} of redo per second', formatBytes(Math.round(rate)))]),
    ...(sender.syncPercent === undefined ? [] : [t('Sent: {0}', sender.syncPercent)]),
    ...(sender.channel === undefined ? [] : [sender.channel]),
  ];
  const state = sender.state ?? t('Not known');
  return {
    from,
    to,
    level: well ? 'ok' : 'warning',
    state,
    lines,
    description: `${between}: ${state}, ${lines.join(', ')}`,
  };
}

function texts(): DashboardTexts {
  return {
    lag: t('Lag of the standby cluster'),
    rate: t('Redo written by the primary'),
    events: t('Events'),
    noEvents: t('Nothing has happened since this window watches.'),
    exportCsv: t('Export as CSV'),
    refresh: t('Refresh'),
    showTable: t('Show as table'),
    time: t('Time'),
    node: t('Node'),
    role: t('Role'),
    state: t('State'),
    where: t('Host and port'),
    lsn: t('LSN'),
    read: t('Read at'),
    noSamples: t('Not measured yet'),
    sites: t('Both sites'),
    array: t('Array pair'),
    property: t('Property'),
    value: t('Value'),
    perSecond: t('/s'),
    latest: t('Latest'),
    highest: t('Highest'),
    period: t('Time shown'),
  };
}

/** The curves as CSV: time (ISO 8601), lag in bytes, bytes written per second; empty where nothing was known. */
export function curveCsv(curve: readonly Sample[]): string {
  return [
    'time,lag_bytes,redo_bytes_per_second',
    ...curve.map(
      (sample) =>
        `${new Date(sample.time).toISOString()},${sample.lag ?? ''},${sample.writeRate?.toFixed(1) ?? ''}`,
    ),
    '',
  ].join('\n');
}
