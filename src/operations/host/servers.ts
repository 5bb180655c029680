import { t } from '../../base/l10n.ts';
import { readCmConfig } from '../../config/files/cm-config.ts';
import { parseIni } from '../../config/files/ini.ts';
import { quote } from '../../hosts/quote.ts';
import { isLeading } from '../../status/replication.ts';
import type { GsCtlQuery } from '../../status/types.ts';
import { commandFailed, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import { runForNode, runOn } from './command.ts';
import { fileState } from './folders.ts';
import { Missing } from './missing.ts';
import { nodeRuns, queryNode, signalServer } from './node-query.ts';
import { type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { ServerModel } from '../recipes/server-model.ts';
import type { StepContext } from '../types.ts';
import { readText } from './text-files.ts';

/** As what a cluster is started. `independent`: without any relation to the other, before disaster recovery is set up. */
export type StartAs = 'primary' | 'standby' | 'independent';

/**
 * Tells a server that has ended from one that `gs_ctl start -W`, which does not wait, has only just begun: it writes
 * its postmaster.pid some moments later, on a busy machine some seconds.
 */
class Absence {
  private looks = 0;
  private since = 0;

  /** Takes in whether it runs; true when it has been away for so long that it will not come. */
  lasts(runs: boolean): boolean {
    this.looks = runs ? 0 : this.looks + 1;
    if (this.looks <= 1) {
      this.since = Date.now();
    }
    return this.looks >= 3 && Date.now() - this.since >= 5000;
  }
}

/** As what a cluster is started, by its layout. */
export function asOf(cluster: ClusterLayout): StartAs {
  return cluster.independent === true ? 'independent' : cluster.role;
}

/**
 * How a node is started. The mode is given at every start: from 5.1.0 on a standby cluster that is started without
 * `-z cluster_standby` becomes a primary.
 */
export function startCommand(
  model: ServerModel,
  node: NodeLayout,
  as: StartAs,
  leads = node.index === 0,
): string {
  const line = `gs_ctl start -D ${quote(node.dataDir)} -W -l ${quote(node.startLog)}`;
  if (as === 'independent') {
    return line;
  }
  if (model.runMode === 'start-option') {
    return `${line} -o ${quote(`-z cluster_${as}`)}`;
  }
  return leads ? `${line} -M ${as}` : line;
}

/** The role that a node has when its cluster is up. */
export function wantedRole(node: NodeLayout, as: StartAs): string {
  if (node.index > 0) {
    return 'Standby';
  }
  return as === 'standby' ? 'Main Standby' : 'Primary';
}

/** The role of the node that leads a cluster: any node may, after a switchover inside the cluster. */
function leadingRole(as: StartAs): string {
  return as === 'standby' ? 'Main Standby' : 'Primary';
}

/** Whether a cluster is up as it should be: every node answers and is Normal, one leads, the others follow. */
export function isUp(queries: readonly GsCtlQuery[], as: StartAs): boolean {
  const roles = queries.map((query) =>
    query.kind === 'online' && query.haState?.dbState === 'Normal' ? query.haState.localRole : '',
  );
  return (
    roles.filter((role) => role === leadingRole(as)).length === 1 &&
    roles.every((role) => role === leadingRole(as) || role === 'Standby')
  );
}

/** What all nodes of a cluster say. */
export async function queryCluster(
  context: StepContext,
  cluster: ClusterLayout,
): Promise<GsCtlQuery[]> {
  return Promise.all(cluster.nodes.map((node) => queryNode(context, node)));
}

/** The words of all nodes, joined. */
export function describeAll(cluster: ClusterLayout, queries: readonly GsCtlQuery[]): string {
  return cluster.nodes
    .flatMap((node, index) => {
      const query = queries[index];
      return query === undefined ? [] : [describe(node, query)];
    })
    .join('; ');
}

/** The node that is to lead: the reformer of cm_config.ini, else the first one. */
export async function leaderOf(context: StepContext, cluster: ClusterLayout): Promise<NodeLayout> {
  if (cluster.cmConfig === undefined) {
    return cluster.first;
  }
  const current = await readText(context, cluster.first.host, cluster.cmConfig);
  const { reformer } = readCmConfig(parseIni(current?.text ?? ''));
  return cluster.nodes.find((node) => node.spec.instanceId === reformer) ?? cluster.first;
}

/** Whether a server runs with an older postgresql.conf than the one that stands there now. */
export async function isStale(context: StepContext, node: NodeLayout): Promise<boolean> {
  const conf = quote(`${node.dataDir}/postgresql.conf`);
  const pid = quote(`${node.dataDir}/postmaster.pid`);
  const answer = await runOn(context, node.host, `test -e ${pid} && test ${conf} -nt ${pid}`, {
    quiet: true,
  });
  return answer.code === 0;
}

/** Starts one node without waiting for it. `leads`: it is the one that leads its cluster. */
export async function launch(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  as: StartAs,
  leads: boolean,
): Promise<void> {
  const line = startCommand(layout.model, node, as, leads);
  const cluster = layout.clusters.find((one) => one.nodes.includes(node)) ?? layout.primary;
  // The tools make these beside the data directory; in the journal, so that a tear-down finds them.
  for (const path of [node.startLog, ...(layout.model.sharedXlogFile ? [cluster.lockFile] : [])]) {
    if ((await fileState(context, node.host, path)) === 'absent') {
      await context.recordCreated({ host: node.host, kind: 'file', path });
    }
  }
  const answer = await runForNode(
    context,
    node.spec,
    `if command -v setsid > /dev/null; then D='setsid -w'; else D=; fi; $D ${line}`,
    { timeout: 60_000 },
  );
  if (answer.code !== 0 || /Another gs_ctl command is still running/.test(answer.stdout)) {
    throw commandFailed('gs_ctl start', node.host, answer.code, answer.stdout + answer.stderr);
  }
}

/** The last lines of a server's own words: its standard output and its newest log. */
export async function serverWords(context: StepContext, node: NodeLayout): Promise<string> {
  const folder = quote(`${node.dataDir}/pg_log`);
  const answer = await runOn(
    context,
    node.host,
    `tail -n 25 -- ${quote(node.startLog)} 2>/dev/null; L=$(ls -t ${folder}/*.log ${folder}/*/*.log 2>/dev/null | head -n 1); test -n "$L" && tail -n 25 -- "$L"; true`,
    { quiet: true },
  );
  return answer.stdout;
}

/** Starts the nodes that are down and waits until all of the cluster have their roles. */
export async function startCluster(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
): Promise<void> {
  const running = new Map<string, boolean>();
  for (const node of cluster.nodes) {
    running.set(node.id, await nodeRuns(context, node));
  }
  const stale = await Promise.all(
    cluster.nodes.map(
      async (node) => running.get(node.id) === true && (await isStale(context, node)),
    ),
  );
  if (stale.includes(true) || (await hasOtherRoles(context, cluster, as))) {
    await stopCluster(context, cluster);
    running.clear();
  }
  const leader = await leaderOf(context, cluster);
  // All nodes that cm_config.ini calls online must be there, or the first waits for them: none is waited for alone.
  for (const node of cluster.nodes) {
    if (running.get(node.id) !== true) {
      await launch(context, layout, node, as, node === leader);
    }
  }
  await awaitUp(context, layout, cluster, as, leader);
}

/** Whether a node leads as something else than it should, and is not on its way. */
async function hasOtherRoles(
  context: StepContext,
  cluster: ClusterLayout,
  as: StartAs,
): Promise<boolean> {
  const queries = await queryCluster(context, cluster);
  return queries.some(
    (query) =>
      query.kind === 'online' &&
      query.haState?.dbState === 'Normal' &&
      isLeading(query.haState.localRole) &&
      query.haState.localRole !== leadingRole(as),
  );
}

async function awaitUp(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  as: StartAs,
  leader: NodeLayout,
): Promise<void> {
  const restarts = new Map<string, number>();
  const absences = new Map(cluster.nodes.map(({ id }) => [id, new Absence()]));
  const missing = new Missing();
  let last = '';
  await poll(
    context,
    async () => {
      const queries = await queryCluster(context, cluster);
      if (isUp(queries, as)) {
        return true;
      }
      last = describeAll(cluster, queries);
      if (as === 'standby' && missing.due()) {
        await lookForPrimary(context, layout, cluster, missing, last);
      }
      for (const node of cluster.nodes) {
        if (absences.get(node.id)?.lasts(await nodeRuns(context, node)) !== true) {
          continue;
        }
        const words = await serverWords(context, node);
        const tries = restarts.get(node.id) ?? 0;
        // By design a node may give up its first reform and has to be started again.
        if (!/first-round reform failed/.test(words) || tries >= 2) {
          context.output(words);
          throw commandFailed('gaussdb', node.host, 1, words);
        }
        restarts.set(node.id, tries + 1);
        absences.set(node.id, new Absence());
        await launch(context, layout, node, as, node === leader);
      }
      return undefined;
    },
    () =>
      notVerified(t('{0} does not come up as it should: {1}', cluster.name, last), {
        host: cluster.first.host,
        remedy: t('Look at the log of the node.'),
      }),
    { seconds: 600, pause: 500 },
  );
}

/** A standby cluster does not become Normal while nobody is there to send it the redo log. */
async function lookForPrimary(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  missing: Missing,
  words: string,
): Promise<void> {
  for (const other of layout.clusters.filter((one) => one.name !== cluster.name)) {
    const queries = await queryCluster(context, other);
    if (
      queries.some(({ kind, haState }) => kind === 'online' && haState?.localRole === 'Primary')
    ) {
      missing.found();
    } else {
      await missing.look(context, other.nodes, `${words}; ${describeAll(other, queries)}`);
    }
  }
}

/** Whether a node answers, is Normal and has a role that its cluster may have. */
export function isSettled(query: GsCtlQuery, as: StartAs): boolean {
  const role = query.haState?.localRole;
  return (
    query.kind === 'online' &&
    query.haState?.dbState === 'Normal' &&
    (role === 'Standby' || role === leadingRole(as))
  );
}

/** Starts one node of a cluster in its mode and waits until it is settled. */
export async function startNode(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<void> {
  const leader = await leaderOf(context, cluster);
  if (!(await nodeRuns(context, node))) {
    await launch(context, layout, node, asOf(cluster), node === leader);
  }
  const absence = new Absence();
  let last = '';
  await poll(
    context,
    async () => {
      const query = await queryNode(context, node);
      last = describe(node, query);
      if (isSettled(query, asOf(cluster))) {
        return true;
      }
      if (absence.lasts(await nodeRuns(context, node))) {
        const words = await serverWords(context, node);
        context.output(words);
        throw commandFailed('gaussdb', node.host, 1, words);
      }
      return undefined;
    },
    () =>
      notVerified(last, {
        host: node.host,
        node: node.id,
        remedy: t('Look at the log of the node.'),
      }),
    { seconds: 600, pause: 500 },
  );
}

/** What a query says of a node, in a few words. */
export function describe(node: NodeLayout, query: GsCtlQuery): string {
  const state = query.haState;
  return state === null
    ? `${node.id}: ${query.kind} ${query.message.trim().split('\n').at(-1) ?? ''}`.trim()
    : `${node.id}: ${state.localRole}, ${state.dbState}, ${state.detailInformation.trim()}`;
}

/** What stops the server of a node, as `stopNode` does. */
export function stopCommand(node: NodeLayout): string {
  return `gs_ctl stop -D ${quote(node.dataDir)} -m fast`;
}

/** The same for an exported script: with the node's environment, and nothing when the server does not run. */
export function stopScript(node: NodeLayout): string {
  return `(. ${quote(node.envFile)}; if gs_ctl status -D ${quote(node.dataDir)} > /dev/null; then ${stopCommand(node)}; fi)`;
}

/** Stops one server, by gs_ctl, or by its process when its DSS is gone and gs_ctl refuses to work without it. */
export async function stopNode(context: StepContext, node: NodeLayout): Promise<void> {
  if (!(await nodeRuns(context, node))) {
    return;
  }
  const answer = await runForNode(context, node.spec, stopCommand(node), { timeout: 120_000 });
  if (answer.code !== 0 && /failed to init dss device/.test(answer.stdout + answer.stderr)) {
    await signalServer(context, node, 'INT');
  }
  await poll(
    context,
    async () => ((await nodeRuns(context, node)) ? undefined : true),
    () =>
      notVerified(t('{0} does not stop.', node.id), {
        host: node.host,
        node: node.id,
        remedy: t('Look at its log; sessions that do not end hold it up.'),
      }),
    { seconds: 120, pause: 300 },
  );
}

/** The commands of `stopCluster`, for the preview. */
export function stopCommands(cluster: ClusterLayout): { kind: 'command'; command: string }[] {
  return [...cluster.nodes]
    .reverse()
    .map((node) => ({ kind: 'command', command: stopCommand(node) }));
}

/** Stops a cluster, followers first, so that the first standby does not take over. */
export async function stopCluster(context: StepContext, cluster: ClusterLayout): Promise<void> {
  for (const node of [...cluster.nodes].reverse()) {
    await stopNode(context, node);
  }
}
