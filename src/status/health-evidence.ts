import { formatBytes } from '../base/bytes.ts';
import { t } from '../base/l10n.ts';
import { nodesOf } from '../topology/lookups.ts';
import type { Topology } from '../topology/types.ts';
import type { HealthProblem } from './health-problem.ts';
import { systemIdentifiers } from './pg-controldata.ts';
import type { ControlData } from './pg-controldata.ts';
import { currentRole } from './replication.ts';
import type { Snapshot } from './types.ts';

/** The lag at one time. Milliseconds since 1970; undefined where nobody said. */
export interface LagSample {
  readonly time: number;
  readonly lag: bigint | undefined;
}

/** What is known beside the snapshot. */
export interface HealthEvidence {
  /** The last lags, oldest first. */
  readonly lags?: readonly LagSample[];
  /** Control data by node id. */
  readonly controlData?: ReadonlyMap<string, ControlData>;
  /** The server's version as the tools print it, by node id. */
  readonly versions?: ReadonlyMap<string, string>;
}

/** How many readings it takes to call something a trend. */
const trendLength = 6;

/** Bytes below which a lag that does not move is not worth a word. */
const stuckFrom = 1024n * 1024n;

/**
 * Whether the lag grows: over the last readings, the smallest of the newest third is above the largest of the oldest third and
 * above the middle one of those between. A load that comes and goes is no growth, nor is one that has begun and is kept up with.
 */
export function lagGrows(samples: readonly LagSample[]): boolean {
  const lags = samples
    .slice(-15)
    .flatMap((sample) => (sample.lag === undefined ? [] : [sample.lag]));
  if (lags.length < trendLength) {
    return false;
  }
  const third = Math.floor(lags.length / 3);
  const [firstOld = 0n, ...old] = lags.slice(0, third);
  const [firstNew = 0n, ...recent] = lags.slice(-third);
  const most = old.reduce((high, lag) => (lag > high ? lag : high), firstOld);
  const least = recent.reduce((low, lag) => (lag < low ? lag : low), firstNew);
  const between = lags.slice(third, -third).toSorted((one, other) => (one < other ? -1 : 1));
  const middle = between[Math.floor(between.length / 2)] ?? most;
  return least > most && least > middle;
}

/** Whether the standby cluster is behind and replays nothing, while nothing is written either: the lag does not move at all. */
export function lagIsStuck(samples: readonly LagSample[]): boolean {
  const last = samples.slice(-trendLength);
  const [first] = last;
  return (
    last.length === trendLength &&
    first?.lag !== undefined &&
    first.lag >= stuckFrom &&
    last.every((sample) => sample.lag === first.lag)
  );
}

export function checkLag(
  topology: Topology,
  snapshot: Snapshot,
  { lags = [] }: HealthEvidence,
): HealthProblem[] {
  const last = lags.at(-1)?.lag;
  const grows = lagGrows(lags);
  if (last === undefined || (!grows && !lagIsStuck(lags))) {
    return [];
  }
  return [
    {
      code: grows ? 'lag-growing' : 'lag-stuck',
      severity: 'warning',
      message: grows
        ? t('The lag grows: the standby cluster has {0} yet to replay.', formatBytes(last))
        : t('The standby cluster has {0} yet to replay and replays nothing.', formatBytes(last)),
      nodes: nodesOf(topology)
        .filter((node) => currentRole(snapshot.nodes.get(node.id)?.state) === 'Primary')
        .map((node) => node.id),
    },
  ];
}

/** The cluster run mode in the control file must be that of the role, and both clusters must have one system identifier. */
export function checkControlData(
  topology: Topology,
  snapshot: Snapshot,
  { controlData = new Map<string, ControlData>() }: HealthEvidence,
): HealthProblem[] {
  const nodes = nodesOf(topology);
  const problems = nodes.flatMap((node): HealthProblem[] => {
    const mode = controlData.get(node.id)?.clusterRunMode;
    const role = currentRole(snapshot.nodes.get(node.id)?.state);
    const wanted =
      role === 'Primary'
        ? 'primary cluster'
        : role === 'Main Standby'
          ? 'standby cluster'
          : undefined;
    return mode === undefined || mode === null || wanted === undefined || mode === wanted
      ? []
      : [
          {
            code: 'mode-contradiction',
            severity: 'error',
            message: t('{0} is {1}, but its control file says "{2}".', node.id, role ?? '?', mode),
            nodes: [node.id],
          },
        ];
  });
  const identifiers = new Set(
    nodes.flatMap((node) => {
      const data = controlData.get(node.id);
      return data === undefined ? [] : systemIdentifiers(data);
    }),
  );
  if (identifiers.size > 1) {
    problems.push({
      code: 'system-identifier',
      severity: 'error',
      message: t(
        'The clusters have different system identifiers ({0}): the standby cluster was not built from the primary one.',
        [...identifiers].join(', '),
      ),
      nodes: nodes.filter((node) => controlData.has(node.id)).map((node) => node.id),
    });
  }
  return problems;
}

/** All nodes of both clusters run the same version. */
export function checkVersions(
  topology: Topology,
  { versions = new Map<string, string>() }: HealthEvidence,
): HealthProblem[] {
  const known = nodesOf(topology).flatMap((node) => {
    const version = versions.get(node.id);
    return version === undefined ? [] : [{ node, version }];
  });
  const different = [...new Set(known.map(({ version }) => version))];
  return different.length < 2
    ? []
    : [
        {
          code: 'version-skew',
          severity: 'warning',
          message: t('The nodes run different versions: {0}.', different.join(', ')),
          nodes: known.map(({ node }) => node.id),
        },
      ];
}
