/** What is done to a cluster that openGauss's cluster manager runs: always by `cm_ctl`, and believed only when the queries agree. */
import { t } from '../../base/l10n.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import type { ClusterQuery } from '../../status/cm-ctl-query.ts';
import { managerRow, rowText } from '../../status/manager.ts';
import {
  cmInstance,
  cmStartCommand,
  cmStopCommand,
  cmSwitchoverCommand,
  nodeStartProblem,
  queryManager,
  startProblem,
  stopProblem,
  switchoverProblem,
  untilManager,
} from '../cm.ts';
import { blocked, lastLines, notVerified } from '../errors.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import { leads } from './roles-lead.ts';
import { leaderIn, viewCluster, wordsOf } from './roles-state.ts';
import type { StepContext } from '../types.ts';
import { runJob } from '../host/job.ts';
import { nodeRuns, queryNode } from '../host/node-query.ts';
import { asOf, describe, describeAll, isSettled, isUp, queryCluster } from '../host/servers.ts';

/** Seconds that `cm_ctl` is given (`-t`), and how long its result is waited for after it has ended. */
export interface ManagedLimits {
  readonly start: number;
  readonly stop: number;
  readonly switchover: number;
  readonly settle: number;
  /** cm_ctl tells of its own time limit; one that says nothing so long after it hangs and is ended. */
  readonly grace: number;
}

/** cm_ctl itself gives a start up after 600 s. */
export const managedLimits: ManagedLimits = {
  start: 600,
  stop: 240,
  switchover: 120,
  settle: 30,
  grace: 20,
};

/** The whole cluster, or one node of it. */
export interface Managed {
  readonly layout: Layout;
  readonly cluster: ClusterLayout;
  readonly node?: NodeLayout;
}

/** Who was asked, and what the manager said. */
export interface Asked {
  readonly by: NodeLayout;
  readonly query: ClusterQuery;
}

/** The nodes that are meant. */
export function meant({ cluster, node }: Managed): readonly NodeLayout[] {
  return node === undefined ? cluster.nodes : [node];
}

/** Asks the manager on the first host of the cluster that can be reached; the node's own host first. */
export async function askManager(context: StepContext, managed: Managed): Promise<Asked> {
  const order = [...new Set([...meant(managed), ...managed.cluster.nodes])];
  let last: unknown;
  for (const by of order) {
    try {
      return { by, query: await queryManager(context, by.spec) };
    } catch (thrown) {
      if (!isHostFailure(thrown, 'unreachable', 'proxy-failed') || context.signal.aborted) {
        throw thrown;
      }
      last = thrown;
    }
  }
  throw last;
}

/** What keeps the cluster or the node from counting as started: the manager's words and the servers' own. */
export async function notStarted(
  context: StepContext,
  { layout, cluster, node }: Managed,
  query: ClusterQuery,
): Promise<string | undefined> {
  const { topology } = layout;
  if (node !== undefined) {
    const own = await queryNode(context, node);
    return (
      nodeStartProblem(topology, node.spec, query) ??
      (isSettled(own, asOf(cluster)) ? undefined : describe(node, own))
    );
  }
  const queries = await queryCluster(context, cluster);
  return (
    startProblem(topology, cluster.spec, query) ??
    (isUp(queries, asOf(cluster)) ? undefined : describeAll(cluster, queries))
  );
}

/** What keeps the cluster or the node from counting as stopped: the manager's words and the processes. */
export async function notStopped(
  context: StepContext,
  managed: Managed,
  query: ClusterQuery,
): Promise<string | undefined> {
  for (const node of meant(managed)) {
    if (await nodeRuns(context, node)) {
      return t('{0} still runs.', node.id);
    }
  }
  return stopProblem(
    managed.layout.topology,
    meant(managed).map(({ spec }) => spec),
    query,
  );
}

/** What keeps the node from counting as the leader: the manager's words and the servers' own. */
export async function notLeading(
  context: StepContext,
  { layout, cluster }: Managed,
  node: NodeLayout,
  query: ClusterQuery,
): Promise<string | undefined> {
  const view = await viewCluster(context, cluster);
  const role =
    leaderIn(view)?.query.haState?.localRole === 'Main Standby' ? 'Main Standby' : 'Primary';
  return (
    switchoverProblem(layout.topology, node.spec, role, query) ??
    (leads(view, node) ? undefined : wordsOf(view))
  );
}

/** What the manager and the servers say, for the report. */
export async function managedWords(
  context: StepContext,
  { layout, cluster }: Managed,
  query: ClusterQuery,
): Promise<string> {
  const state = query.cluster?.['clusterState'];
  const rows = cluster.nodes.flatMap(({ id, spec }) => {
    const row = managerRow(layout.topology, spec, query);
    return row === undefined ? [] : [`${id} ${rowText(row)}`];
  });
  const manager = state === undefined ? t('cm_server does not answer') : `cluster_state ${state}`;
  return [
    [manager, ...rows].join(', '),
    describeAll(cluster, await queryCluster(context, cluster)),
  ].join('; ');
}

/** The manager's numbers for a node. Refuses when its query does not show them, as while no cm_server answers. */
function numbersOf({ layout, cluster }: Managed, node: NodeLayout, query: ClusterQuery) {
  const numbers = cmInstance(layout.topology, node.spec, query);
  if (numbers === undefined) {
    throw blocked(
      query.kind === 'no-cm-server'
        ? t('cm_server does not answer, so that {0} cannot be named to it.', node.id)
        : t('cm_ctl query does not show {0}', node.id),
      {
        host: node.host,
        node: node.id,
        remedy: t('Start {0} as a whole.', cluster.name),
      },
    );
  }
  return numbers;
}

/** `cm_ctl start`, and until both the manager and the servers say that it is so. */
export function startManaged(
  context: StepContext,
  managed: Managed,
  limits: ManagedLimits,
): Promise<void> {
  const { cluster, node } = managed;
  return act(context, managed, limits, {
    name: `start-${node?.spec.name ?? 'all'}`,
    seconds: limits.start,
    line: (query) =>
      cmStartCommand({
        seconds: limits.start,
        ...(node === undefined ? {} : { of: numbersOf(managed, node, query) }),
      }),
    missing: (now) => notStarted(context, managed, now),
    problem: (words) =>
      t('{0} does not come up as it should: {1}', node?.id ?? cluster.name, words),
    remedy: t(
      'The cluster manager may still be starting it. Look at the logs of the nodes and at “cm_ctl query -Cvidp”, and resume.',
    ),
  });
}

/** `cm_ctl stop`, and until no process is left and the manager calls nothing running. */
export function stopManaged(
  context: StepContext,
  managed: Managed,
  limits: ManagedLimits,
): Promise<void> {
  const { cluster, node } = managed;
  return act(context, managed, limits, {
    name: `stop-${node?.spec.name ?? 'all'}`,
    seconds: limits.stop,
    line: (query) =>
      cmStopCommand({
        mode: 'fast',
        seconds: limits.stop,
        ...(node === undefined ? {} : { of: numbersOf(managed, node, query) }),
      }),
    missing: (now) => notStopped(context, managed, now),
    problem: (words) => t('{0} does not stop: {1}', node?.id ?? cluster.name, words),
    remedy: t('Look at its log; sessions that do not end hold it up.'),
  });
}

/** `cm_ctl switchover`, and until both the manager and the servers say that the node leads, alone. */
export function switchManaged(
  context: StepContext,
  managed: Managed,
  node: NodeLayout,
  limits: ManagedLimits,
): Promise<void> {
  const of = { ...managed, node };
  return act(context, of, limits, {
    name: `switchover-${node.spec.name}`,
    seconds: limits.switchover,
    line: (query) =>
      cmSwitchoverCommand({
        nodeId: numbersOf(managed, node, query).nodeId,
        dataDir: node.dataDir,
        seconds: limits.switchover,
      }),
    missing: (now) => notLeading(context, managed, node, now),
    problem: (words) => t('{0} does not lead {1}: {2}', node.id, managed.cluster.name, words),
    remedy: t(
      'Look at the logs of its nodes; a switchover that hangs is finished or taken back by the servers themselves.',
    ),
  });
}

/** One command of cm_ctl, and when the cluster is as it is to be. */
interface Act {
  /** Of the job on the host. */
  readonly name: string;
  readonly seconds: number;
  readonly line: (query: ClusterQuery) => string;
  /** What keeps the cluster from being so, in words; undefined when nothing does. */
  readonly missing: (now: ClusterQuery) => Promise<string | undefined>;
  readonly problem: (words: string) => string;
  readonly remedy: string;
}

async function act(
  context: StepContext,
  managed: Managed,
  limits: ManagedLimits,
  what: Act,
): Promise<void> {
  const { by, query } = await askManager(context, managed);
  const { name, seconds } = what;
  const line = what.line(query);
  const said = await tell(context, managed, by, { name, seconds, grace: limits.grace, line });
  const { node } = managed;
  await untilManager(context, by.spec, what.missing, {
    seconds: limits.settle,
    failure: (words) =>
      notVerified(`${what.problem(words)}${said}`, {
        host: node?.host ?? by.host,
        ...(node === undefined ? {} : { node: node.id }),
        remedy: what.remedy,
      }),
  });
}

/**
 * Runs cm_ctl apart from the connection, so that a cut does not end it half way. Answers what there is to add to a failure: what it
 * said when it did not succeed, or that it had to be ended. Neither is believed before the cluster has been asked.
 */
async function tell(
  context: StepContext,
  { layout, cluster }: Managed,
  by: NodeLayout,
  what: {
    readonly name: string;
    readonly line: string;
    readonly seconds: number;
    readonly grace: number;
  },
): Promise<string> {
  const seconds = what.seconds + what.grace;
  const limit = AbortSignal.timeout(seconds * 1000);
  context.output(`$ ${what.line}\n`);
  try {
    const { code, output } = await runJob(
      { ...context, signal: AbortSignal.any([context.signal, limit]) },
      by.host,
      {
        id: `${layout.scope}-cm-${cluster.name}-${what.name}`,
        tool: 'cm_ctl',
        script: `${nodePrelude(by.spec)}${what.line}`,
        repeated: true,
      },
    );
    return code === 0
      ? ''
      : `\n${t('cm_ctl ended with exit code {0}: {1}', code, lastLines(output, 8))}`;
  } catch (thrown) {
    if (limit.aborted && !context.signal.aborted) {
      const words = t(
        'cm_ctl did not end within {0} s and was ended; the manager may go on with it.',
        seconds,
      );
      context.output(`${words}\n`);
      return `\n${words}`;
    }
    throw thrown;
  }
}
