import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { lsnDifference } from '../../status/lsn.ts';
import { blocked, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import { runForNode, runOn } from '../host/command.ts';
import { dssStatus, startDss } from '../host/dss.ts';
import { nodeRuns, signalServer } from '../host/node-query.ts';
import { launch, leaderOf, stopNode } from '../host/servers.ts';
import { stateFolder } from '../host/state-folder.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { hasMode } from './roles-mode.ts';
import {
  checkpointOf,
  controlOf,
  endedAs,
  isStopped,
  leaderIn,
  replayedBy,
  viewCluster,
  wordsOf,
  type ClusterView,
} from './roles-state.ts';

/** Stops a cluster, the node that leads last, so that none of the others takes over. */
export async function stopLeaderLast(context: StepContext, view: ClusterView): Promise<void> {
  const leader = leaderIn(view)?.node;
  for (const node of view.cluster.nodes) {
    if (node !== leader) {
      await stopNode(context, node);
    }
  }
  if (leader !== undefined) {
    await stopNode(context, leader);
  }
}

/** Stops a server that may hang: fast, then immediate, at last by SIGKILL of the process of its own data directory. */
export async function stopByForce(context: StepContext, node: NodeLayout): Promise<void> {
  for (const mode of ['fast', 'immediate'] as const) {
    if (!(await nodeRuns(context, node))) {
      return;
    }
    await runForNode(context, node.spec, `gs_ctl stop -D ${quote(node.dataDir)} -m ${mode} -t 10`, {
      timeout: 30_000,
    });
  }
  if (await nodeRuns(context, node)) {
    await signalServer(context, node, 'KILL');
  }
  await poll(
    context,
    async () => ((await nodeRuns(context, node)) ? undefined : true),
    () => notVerified(t('{0} does not stop.', node.id), { host: node.host, node: node.id }),
    { seconds: 20, pause: 300 },
  );
}

/** Whether a transaction that writes is taken; it is rolled back. Answers the server's refusal otherwise. */
export async function writeRefusal(
  context: StepContext,
  node: NodeLayout,
): Promise<string | undefined> {
  const sql =
    'start transaction; create table opengauss_role_probe(id int) with (segment = on); insert into opengauss_role_probe values (1); rollback;';
  const answer = await runForNode(
    context,
    node.spec,
    `gsql -X -d postgres -p ${node.port} -v ON_ERROR_STOP=1 -c ${quote(sql)}`,
    { timeout: 30_000 },
  );
  const said = `${answer.stdout}${answer.stderr}`.trim();
  return answer.code === 0 && !/ERROR:|FATAL:/.test(said) ? undefined : said;
}

/** Makes sure that the dssserver of each node answers. */
export async function bringUpDss(context: StepContext, cluster: ClusterLayout): Promise<void> {
  for (const node of cluster.nodes) {
    if ((await dssStatus(context, node)) === undefined) {
      await startDss(context, node);
    }
  }
}

/** Starts what is down of a standby cluster and waits for its main standby, which may have no primary to follow. */
async function awaitMainStandby(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<ReturnType<typeof leaderIn>> {
  const view = await viewCluster(context, cluster);
  for (const node of cluster.nodes) {
    if (!(await hasMode(context, layout, node, 'standby'))) {
      throw blocked(
        t('{0} is down, and its own files do not call it a standby cluster.', cluster.name),
        {
          host: node.host,
          node: node.id,
          remedy: t('Look at what it is before anything is started: {0}', wordsOf(view)),
        },
      );
    }
  }
  await bringUpDss(context, cluster);
  const leader = await leaderOf(context, cluster);
  for (const one of view.nodes) {
    if (one.kind === 'stopped') {
      await launch(context, layout, one.node, 'standby', one.node === leader);
    }
  }
  let words = '';
  return poll(
    context,
    async () => {
      const now = await viewCluster(context, cluster);
      words = wordsOf(now);
      return leaderIn(now);
    },
    () => notVerified(t('{0} does not get a main standby: {1}', cluster.name, words)),
    { seconds: 120, pause: 500 },
  );
}

/** Where it is noted that a cluster has everything up to a certain end of the other. */
async function notePath(context: StepContext, to: ClusterLayout): Promise<string> {
  return `${await stateFolder(await context.shell(to.first.host))}/caught-up-${to.name}`;
}

/** Whether it was noted that `to` has everything that `from` wrote up to its present end. */
export async function isNoted(
  context: StepContext,
  from: ClusterLayout,
  to: ClusterLayout,
): Promise<string | undefined> {
  const answer = await runOn(
    context,
    to.first.host,
    `cat -- ${quote(await notePath(context, to))} 2>/dev/null`,
    { quiet: true },
  );
  const data = answer.stdout === '' ? undefined : await controlOf(context, from);
  const end = data === undefined ? undefined : checkpointOf(data);
  return end !== undefined && answer.stdout.trim() === `${data?.systemIdentifier ?? ''} ${end}`
    ? end
    : undefined;
}

/**
 * Waits until a standby cluster has replayed everything that the other one, which is down, has written. Refuses when
 * the other did not end cleanly, since then nobody can say what it wrote last.
 */
export async function awaitCaughtUp(
  context: StepContext,
  layout: Layout,
  from: ClusterLayout,
  to: ClusterLayout,
): Promise<void> {
  const data = await controlOf(context, from);
  const end = data === undefined ? undefined : checkpointOf(data);
  if (data === undefined || end === undefined) {
    throw blocked(t('The control file of {0} cannot be read.', from.name), {
      host: from.first.host,
      remedy: t('Its dssserver must run; start it and resume.'),
    });
  }
  // What ended in recovery never wrote anything of its own.
  if (!endedAs(data).includes('recovery')) {
    if (endedAs(data) !== 'shut down') {
      throw blocked(
        t(
          '{0} did not end cleanly (“{1}”): what it wrote last may not have reached {2}.',
          from.name,
          endedAs(data),
          to.name,
        ),
        {
          host: from.first.host,
          remedy: t(
            'Start {0} again and repeat the switchover. If it cannot be started any more, fail over to {1}, knowing that its last rows may be lost.',
            from.name,
            to.name,
          ),
        },
      );
    }
    await awaitReplayed(context, layout, to, end);
  }
  await runOn(
    context,
    to.first.host,
    `umask 077; printf '%s\\n' ${quote(`${data.systemIdentifier ?? ''} ${end}`)} > ${quote(await notePath(context, to))}`,
    { quiet: true },
  );
}

async function awaitReplayed(
  context: StepContext,
  layout: Layout,
  to: ClusterLayout,
  end: string,
): Promise<void> {
  const missing = (at: string | undefined): bigint | undefined => lsnDifference(end, at);
  const before = await viewCluster(context, to);
  const own = isStopped(before) ? await controlOf(context, to) : undefined;
  if (own !== undefined && endedAs(own) === 'shut down') {
    const gap = missing(checkpointOf(own));
    if (gap !== undefined && gap <= 0n) {
      return;
    }
  }
  let leader = leaderIn(before) ?? (await awaitMainStandby(context, layout, to));
  let last: string | undefined;
  await poll(
    context,
    async () => {
      const now = leaderIn(await viewCluster(context, to));
      leader = now ?? leader;
      last = leader === undefined ? undefined : await replayedBy(context, leader);
      const gap = missing(last);
      return gap !== undefined && gap <= 0n ? true : undefined;
    },
    () =>
      notVerified(t('{0} has replayed up to {1}; {2} is missing.', to.name, last ?? '?', end), {
        host: to.first.host,
        remedy: t(
          'Nothing was promoted. Resume when it has caught up, or start the other cluster again.',
        ),
      }),
    { seconds: 240, pause: 500 },
  );
}
