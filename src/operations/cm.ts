/**
 * Clusters that openGauss's cluster manager runs (`manager: cm`): what is said to `cm_ctl`, and what its query must answer before
 * it counts as done. `cm_ctl` prints success for much that is none (and the other way round), so that only the query decides.
 */
import { sleep } from '../base/async.ts';
import type { Failure } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import { command, operand } from '../hosts/quote.ts';
import { parseCmCtlQuery } from '../status/cm-ctl-query.ts';
import type { ClusterQuery } from '../status/cm-ctl-query.ts';
import { managerRow, rowIsWell, rowText } from '../status/manager.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../topology/types.ts';
import { runForNode } from './host/command.ts';
import type { StepContext } from './types.ts';

/** What `cm_ctl stop -m` takes: `fast` ends sessions, `immediate` is a crash, `smart` waits for sessions. */
export type CmStopMode = 'fast' | 'immediate' | 'smart';

/** Milliseconds for one query; cm_ctl tries some seconds itself to find a server. */
const queryLimit = 15_000;

/** One data node as the manager numbers it: the machine, and what runs there. */
export interface CmInstance {
  readonly nodeId: string;
  readonly instance: string;
}

export function cmQueryCommand(): string {
  return command('cm_ctl', 'query', '-Cvidp');
}

/** Starts the cluster, or one instance of it. `seconds`: how long cm_ctl waits itself. */
export function cmStartCommand(
  options: { readonly of?: CmInstance; readonly seconds?: number } = {},
): string {
  return command('cm_ctl', 'start', ...instanceWords(options.of), ...limitWords(options.seconds));
}

/** Stops the cluster, or one instance of it, which the manager then leaves down. */
export function cmStopCommand(
  options: {
    readonly of?: CmInstance;
    readonly mode?: CmStopMode;
    readonly seconds?: number;
  } = {},
): string {
  return command(
    'cm_ctl',
    'stop',
    ...instanceWords(options.of),
    ...(options.mode === undefined ? [] : ['-m', options.mode]),
    ...limitWords(options.seconds),
  );
}

/** Makes a node the primary of its cluster; in a standby cluster (6.0.0 and later) its main standby. */
export function cmSwitchoverCommand(target: {
  readonly nodeId: string;
  readonly dataDir: string;
  readonly seconds?: number;
}): string {
  return command(
    'cm_ctl',
    'switchover',
    '-n',
    operand(target.nodeId),
    '-D',
    operand(target.dataDir),
    ...limitWords(target.seconds),
  );
}

/** `-n` alone would mean everything on the machine, its cm_server included; `-I` names the instance. */
function instanceWords(of: CmInstance | undefined): readonly string[] {
  return of === undefined ? [] : ['-n', operand(of.nodeId), '-I', operand(of.instance)];
}

function limitWords(seconds: number | undefined): readonly string[] {
  return seconds === undefined ? [] : ['-t', String(seconds)];
}

/** The manager's numbers of a node, which `-n` and `-I` want; undefined when its query does not show the node. */
export function cmInstance(
  topology: Topology,
  node: NodeSpec,
  query: ClusterQuery,
): CmInstance | undefined {
  const row = managerRow(topology, node, query);
  return row === undefined || row.instance === null
    ? undefined
    : { nodeId: row.nodeId, instance: row.instance };
}

/** Why a cluster does not yet count as started; undefined when it does. */
export function startProblem(
  topology: Topology,
  cluster: ClusterSpec,
  query: ClusterQuery,
): string | undefined {
  if (query.kind !== 'cluster') {
    return silence(query);
  }
  const state = query.cluster?.['clusterState'];
  const problems = [
    ...(state === undefined || state === 'Normal' ? [] : [t('cluster_state is {0}', state)]),
    ...cluster.nodes.flatMap((node) => nodeStartProblem(topology, node, query) ?? []),
  ];
  return problems.length === 0 ? undefined : problems.join(', ');
}

/**
 * Why nodes do not yet count as stopped; undefined when it does. A stopped cluster has no cm_server that answers, so that
 * silence is what is wanted here; the caller asks the nodes themselves too, because silence alone proves nothing.
 */
export function stopProblem(
  topology: Topology,
  nodes: readonly NodeSpec[],
  query: ClusterQuery,
): string | undefined {
  if (query.kind === 'unrecognised') {
    return silence(query);
  }
  for (const node of nodes) {
    const row = managerRow(topology, node, query);
    if (row !== undefined && !isDown(row.role)) {
      return t('{0} is {1}', node.id, rowText(row));
    }
  }
  return undefined;
}

/** Why a node does not yet count as started; undefined when it does. The others may be down. */
export function nodeStartProblem(
  topology: Topology,
  node: NodeSpec,
  query: ClusterQuery,
): string | undefined {
  if (query.kind !== 'cluster') {
    return silence(query);
  }
  const row = managerRow(topology, node, query);
  return row === undefined
    ? t('cm_ctl query does not show {0}', node.id)
    : rowIsWell(row)
      ? undefined
      : t('{0} is {1}', node.id, rowText(row));
}

/**
 * Whether the manager would start one of the nodes again that are down: it does so with whatever was not stopped by `cm_ctl stop`.
 * A manager that does not answer starts nobody.
 */
export function wouldRestart(
  topology: Topology,
  nodes: readonly NodeSpec[],
  query: ClusterQuery,
): boolean {
  return (
    query.kind === 'cluster' &&
    nodes.some((node) => managerRow(topology, node, query)?.state !== 'Manually stopped')
  );
}

/** Whether `cm_ctl pause` has switched the arbitration off: then nothing is started and nobody takes over. */
export function isPaused(query: ClusterQuery): boolean {
  return query.cluster?.['pausing'] === 'Yes';
}

/**
 * What a cluster is by its manager's own parameter, which decides with which mode its servers are started (5.1.0: `dorado_cluster_mode`,
 * later `ss_double_cluster_mode`; 1 primary, 2 standby). Undefined when the text of `cm_ctl list --param --agent` does not say.
 */
export function managerMode(text: string): 'primary' | 'standby' | undefined {
  const value = /^\s*(?:ss_double|dorado)_cluster_mode\s*=\s*([12])\s*$/m.exec(text)?.[1];
  return value === undefined ? undefined : value === '1' ? 'primary' : 'standby';
}

/** Why the node is not yet the leader of its cluster; undefined when it is. Two leaders are never right. */
export function switchoverProblem(
  topology: Topology,
  target: NodeSpec,
  leader: 'Primary' | 'Main Standby',
  query: ClusterQuery,
): string | undefined {
  if (query.kind !== 'cluster') {
    return silence(query);
  }
  const row = managerRow(topology, target, query);
  if (row === undefined) {
    return t('cm_ctl query does not show {0}', target.id);
  }
  if (row.role !== leader || row.state !== 'Normal') {
    return t('{0} is {1}', target.id, rowText(row));
  }
  const other = query.datanodes.find((one) => one !== row && one.role === leader);
  return other === undefined ? undefined : t('{0} is {1}', other.node, rowText(other));
}

function isDown(role: string): boolean {
  return role === 'Down' || role === 'Offline' || role === 'Unknown' || role === 'Deleted';
}

function silence(query: ClusterQuery): string {
  return query.kind === 'no-cm-server'
    ? t('cm_server does not answer')
    : t('the answer of cm_ctl query is not recognised: {0}', query.message.trim().slice(0, 200));
}

/** Asks the manager on the host of a node, with the node's environment. */
export async function queryManager(context: StepContext, node: NodeSpec): Promise<ClusterQuery> {
  const answer = await runForNode(context, node, cmQueryCommand(), {
    timeout: queryLimit,
    quiet: true,
  });
  return parseCmCtlQuery(`${answer.stdout}\n${answer.stderr}`);
}

/**
 * Asks until nothing is wrong any more; answers the last query. Rejects with what is still wrong after so many seconds or when
 * somebody asks to stop, and with the signal's reason at the step's time limit. Each new reason for waiting is told.
 */
export async function untilManager(
  context: StepContext,
  node: NodeSpec,
  problemOf: (query: ClusterQuery) => Promise<string | undefined>,
  wait: { readonly seconds: number; readonly failure: (problem: string) => Failure },
): Promise<ClusterQuery> {
  const until = Date.now() + wait.seconds * 1000;
  let told: string | undefined;
  for (;;) {
    const query = await queryManager(context, node);
    const problem = await problemOf(query);
    if (problem === undefined) {
      return query;
    }
    if (problem !== told) {
      told = problem;
      context.output(`${problem}\n`);
    }
    if (Date.now() >= until || context.cancel.aborted) {
      throw wait.failure(problem);
    }
    await sleep(1000, context.signal);
  }
}
