/**
 * Clusters that openGauss's cluster manager runs (`manager: cm`): what is said to `cm_ctl`, and what its query must answer before
 * it counts as done. `cm_ctl` prints success for much that is none (and the other way round), so that only the query decides.
 */
import { sleep } from '../base/async.ts';
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

export function cmQueryCommand(): string {
  return command('cm_ctl', 'query', '-Cvidp');
}

/** Starts the cluster, or with `nodeId` one node of it. `seconds`: how long cm_ctl waits itself. */
export function cmStartCommand(
  options: { readonly nodeId?: string; readonly seconds?: number } = {},
): string {
  return command('cm_ctl', 'start', ...nodeWords(options.nodeId), ...limitWords(options.seconds));
}

/** Stops the cluster, or with `nodeId` one node of it, which the manager then leaves down. */
export function cmStopCommand(
  options: {
    readonly nodeId?: string;
    readonly mode?: CmStopMode;
    readonly seconds?: number;
  } = {},
): string {
  return command(
    'cm_ctl',
    'stop',
    ...nodeWords(options.nodeId),
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
    ...nodeWords(target.nodeId),
    '-D',
    operand(target.dataDir),
    ...limitWords(target.seconds),
  );
}

function nodeWords(nodeId: string | undefined): readonly string[] {
  return nodeId === undefined ? [] : ['-n', operand(nodeId)];
}

function limitWords(seconds: number | undefined): readonly string[] {
  return seconds === undefined ? [] : ['-t', String(seconds)];
}

/** The manager's number of a node, which `-n` wants; undefined when its query does not show the node. */
export function cmNodeId(
  topology: Topology,
  node: NodeSpec,
  query: ClusterQuery,
): string | undefined {
  return managerRow(topology, node, query)?.nodeId;
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
  if (state !== undefined && state !== 'Normal') {
    return t('cluster_state is {0}', state);
  }
  for (const node of cluster.nodes) {
    const row = managerRow(topology, node, query);
    if (row === undefined) {
      return t('cm_ctl query does not show {0}', node.id);
    }
    if (!rowIsWell(row)) {
      return t('{0} is {1}', node.id, rowText(row));
    }
  }
  return undefined;
}

/**
 * Why a cluster does not yet count as stopped; undefined when it does. A stopped cluster has no cm_server that answers, so that
 * silence is what is wanted here; the caller asks the nodes themselves too, because silence alone proves nothing.
 */
export function stopProblem(
  topology: Topology,
  cluster: ClusterSpec,
  query: ClusterQuery,
): string | undefined {
  if (query.kind === 'unrecognised') {
    return silence(query);
  }
  for (const node of cluster.nodes) {
    const row = managerRow(topology, node, query);
    if (row !== undefined && !isDown(row.role)) {
      return t('{0} is {1}', node.id, rowText(row));
    }
  }
  return undefined;
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
 * Asks until nothing is wrong any more; answers the last query. Rejects with the signal's reason at the step's time limit; `onProblem`
 * gets each new reason for waiting.
 */
export async function untilManager(
  context: StepContext,
  node: NodeSpec,
  problemOf: (query: ClusterQuery) => string | undefined,
  onProblem: (problem: string) => void = (problem) => context.output(`${problem}\n`),
): Promise<ClusterQuery> {
  let told: string | undefined;
  for (;;) {
    const query = await queryManager(context, node);
    const problem = problemOf(query);
    if (problem === undefined) {
      return query;
    }
    if (problem !== told) {
      told = problem;
      onProblem(problem);
    }
    await sleep(1000, context.signal);
  }
}
