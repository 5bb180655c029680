import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified } from '../errors.ts';
import {
  isUp,
  queryCluster,
  startCluster,
  startCommand,
  stopCommand,
  stopCommands,
} from '../host/servers.ts';
import { hostsOf, type ClusterLayout, type Layout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import { awaitCaughtUp, bringUpDss, isNoted, stopByForce, stopLeaderLast } from './roles-act.ts';
import { hasMode } from './roles-mode.ts';
import { fencedAnswer, readyAnswer } from './roles-ready.ts';
import {
  isStopped,
  leaderIn,
  leadsAsPrimary,
  primariesOf,
  viewCluster,
  wordsOf,
} from './roles-state.ts';

/** Which cluster gives the role of the primary to which. */
export interface RoleChange {
  /** `primary` is the one that is to be it. */
  readonly layout: Layout;
  readonly from: ClusterLayout;
  readonly to: ClusterLayout;
  /** The old primary may be out of reach: a person has said that it is down or cut off. */
  readonly failover: boolean;
}

function hostsFor(change: RoleChange): readonly string[] {
  return change.failover ? hostsOf(change.to) : change.layout.hosts;
}

/** Why the change is over already; undefined when it is not. */
async function isOver(context: StepContext, change: RoleChange): Promise<string | undefined> {
  const to = await viewCluster(context, change.to);
  if (!leadsAsPrimary(to)) {
    return undefined;
  }
  const from = await viewCluster(context, change.from);
  return primariesOf(from).length > 0
    ? undefined
    : t('{0} is the primary cluster already: {1}', change.to.name, wordsOf(to));
}

function evidenceOf(answer: CheckAnswer): string {
  if (answer.kind === 'done') {
    return answer.evidence;
  }
  throw answer.kind === 'blocked' ? answer.failure : notVerified(t('Not yet.'));
}

/** The step that says whether a planned switchover may begin, and exactly why not. */
export function readyStep(change: RoleChange): Step {
  const answer = (context: StepContext): Promise<CheckAnswer> =>
    readyAnswer(context, change.from, change.to);
  return {
    id: `ready.${change.to.name}`,
    title: t('{0} can take over from {1}', change.to.name, change.from.name),
    hosts: hostsFor(change),
    after: [],
    timeout: 120_000,
    estimate: 3,
    check: answer,
    preview: () =>
      Promise.resolve(
        change.layout.nodes.map((node) => ({
          kind: 'command' as const,
          command: `gs_ctl query -D ${quote(node.dataDir)}`,
        })),
      ),
    run: async (context) => {
      evidenceOf(await answer(context));
    },
    verify: async (context) => evidenceOf(await answer(context)),
  };
}

/** The step that proves that the lost primary cluster is no primary any more, and stops what is left of it. */
export function fenceStep(change: RoleChange): Step {
  const answer = (context: StepContext): Promise<CheckAnswer> =>
    fencedAnswer(context, change.from, change.to);
  return {
    id: `fence.${change.from.name}`,
    title: t('{0} is down or cut off', change.from.name),
    hosts: hostsFor(change),
    cluster: change.from.name,
    after: [],
    destructive: t(
      'What {0} wrote and {1} has not received is lost.',
      change.from.name,
      change.to.name,
    ),
    restarts: t('what still runs of {0} is stopped, at last by force', change.from.name),
    timeout: 400_000,
    estimate: 10,
    check: answer,
    preview: () =>
      Promise.resolve(
        change.from.nodes.map((node) => ({
          kind: 'command' as const,
          command: stopCommand(node),
        })),
      ),
    run: async (context) => {
      const view = await viewCluster(context, change.from);
      const now = await answer(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
      for (const one of view.nodes) {
        if (one.kind === 'running') {
          await stopByForce(context, one.node);
        }
      }
    },
    verify: async (context) => evidenceOf(await answer(context)),
  };
}

/** The step that stops the old primary cluster, or before 5.1.0 the standby one, and proves it. */
export function stopSideStep(
  change: RoleChange,
  cluster: ClusterLayout,
  after: readonly string[],
): Step {
  return {
    id: `stop.${cluster.name}`,
    title: t('Stop {0}', cluster.name),
    hosts: cluster === change.to ? hostsOf(cluster) : hostsFor(change),
    cluster: cluster.name,
    after,
    restarts:
      cluster === change.from
        ? t('all nodes of {0} are stopped; nobody can write from here on', cluster.name)
        : t('all nodes of {0} are stopped', cluster.name),
    timeout: 400_000,
    estimate: 5,
    check: async (context) => {
      const over = await isOver(context, change);
      if (over !== undefined) {
        return { kind: 'done', evidence: over };
      }
      return isStopped(await viewCluster(context, cluster))
        ? { kind: 'done', evidence: t('No node of {0} runs.', cluster.name) }
        : { kind: 'needed' };
    },
    preview: () => Promise.resolve(stopCommands(cluster)),
    run: async (context) => {
      if (cluster === change.from) {
        evidenceOf(await readyAnswer(context, change.from, change.to));
      }
      await stopLeaderLast(context, await viewCluster(context, cluster));
    },
    verify: async (context) => {
      const view = await viewCluster(context, cluster);
      if (!isStopped(view)) {
        throw notVerified(t('{0} is not down: {1}', cluster.name, wordsOf(view)));
      }
      return t('No node of {0} runs.', cluster.name);
    },
  };
}

/** The step that proves that nothing is lost: the new primary has all that the old one wrote. */
export function caughtUpStep(change: RoleChange, after: readonly string[]): Step {
  const { from, to, layout } = change;
  const noted = async (context: StepContext): Promise<string | undefined> => {
    const end = await isNoted(context, from, to);
    return end === undefined
      ? undefined
      : t('{0} has everything that {1} wrote, up to {2}.', to.name, from.name, end);
  };
  return {
    id: `caught-up.${to.name}`,
    title: t('{0} has everything that {1} wrote', to.name, from.name),
    hosts: hostsFor(change),
    cluster: to.name,
    after,
    timeout: 400_000,
    estimate: 5,
    check: async (context) => {
      const evidence = (await isOver(context, change)) ?? (await noted(context));
      return evidence === undefined ? { kind: 'needed' } : { kind: 'done', evidence };
    },
    preview: () =>
      Promise.resolve([
        {
          kind: 'note',
          text: t(
            'The checkpoint at which {0} was shut down is compared with what {1} has replayed. Nothing is promoted before.',
            from.name,
            to.name,
          ),
        },
      ]),
    run: async (context) => {
      const view = await viewCluster(context, from);
      if (!isStopped(view)) {
        throw blocked(t('{0} is not down: {1}', from.name, wordsOf(view)));
      }
      await awaitCaughtUp(context, layout, from, to);
    },
    verify: async (context) => {
      const evidence = await noted(context);
      if (evidence === undefined) {
        throw notVerified(t('{0} has changed meanwhile.', from.name));
      }
      return evidence;
    },
  };
}

/** The step that brings the old primary cluster up as the standby one, after the other has become the primary. */
export function returnStep(change: RoleChange, after: readonly string[]): Step {
  const { from, to, layout } = change;
  return {
    id: `start.${from.name}`,
    title: t('Start {0} as the standby cluster', from.name),
    hosts: hostsFor(change),
    cluster: from.name,
    after,
    timeout: 700_000,
    estimate: 20,
    check: async (context) => {
      const queries = await queryCluster(context, from);
      return isUp(queries, 'standby')
        ? { kind: 'done', evidence: wordsOf(await viewCluster(context, from)) }
        : { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve(
        from.nodes.map((node) => ({
          kind: 'command',
          command: startCommand(layout.model, node, 'standby'),
        })),
      ),
    run: async (context) => {
      const view = await viewCluster(context, to);
      if (!leadsAsPrimary(view)) {
        throw blocked(
          t(
            '{0} is not started, because {1} is not the primary yet: {2}',
            from.name,
            to.name,
            wordsOf(view),
          ),
          { host: to.first.host, remedy: t('Resume; the promotion is looked at again.') },
        );
      }
      for (const node of from.nodes) {
        if (!(await hasMode(context, layout, node, 'standby'))) {
          throw blocked(t('{0} would start as a primary.', node.id), {
            host: node.host,
            node: node.id,
            remedy: t('Resume; its mode is set again.'),
          });
        }
      }
      await bringUpDss(context, from);
      await startCluster(context, layout, from, 'standby');
    },
    verify: async (context) => {
      const view = await viewCluster(context, from);
      if (primariesOf(view).length > 0 || leaderIn(view) === undefined) {
        throw notVerified(t('{0} is not the standby cluster: {1}', from.name, wordsOf(view)));
      }
      return wordsOf(view);
    },
  };
}
