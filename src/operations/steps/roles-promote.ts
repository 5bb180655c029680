import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import { runForNode } from '../host/command.ts';
import { startCluster, startCommand } from '../host/servers.ts';
import { hostsOf, type ClusterLayout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { bringUpDss, stopLeaderLast, writeRefusal } from './roles-act.ts';
import type { RoleChange } from './roles-cross.ts';
import { hasMode } from './roles-mode.ts';
import { fencedAnswer } from './roles-ready.ts';
import {
  controlOf,
  isStopped,
  leaderIn,
  leadsAsPrimary,
  refuseTwoPrimaries,
  viewCluster,
  wordsOf,
} from './roles-state.ts';

/** Right before the promotion: refuses unless the old primary cannot be one. */
async function refuseUnlessFenced(context: StepContext, change: RoleChange): Promise<void> {
  const { from, to, layout, failover } = change;
  const view = await viewCluster(context, from);
  const wrong = view.nodes.find(
    (one) => one.kind === 'running' || (one.kind === 'silent' && !failover),
  );
  if (wrong !== undefined) {
    throw blocked(
      t(
        '{0} is not promoted, because {1} is not proven to be down: {2}',
        to.name,
        from.name,
        wordsOf(view),
      ),
      {
        host: wrong.node.host,
        node: wrong.node.id,
        remedy: t('Stop it, make sure that nobody starts it again, and resume.'),
      },
    );
  }
  if (failover) {
    const answer = await fencedAnswer(context, from, to);
    if (answer.kind === 'blocked') {
      throw answer.failure;
    }
  }
  for (const one of view.nodes) {
    if (one.kind === 'stopped' && !(await hasMode(context, layout, one.node, 'standby'))) {
      throw blocked(
        t('{0} is not promoted, because {1} would still start as a primary.', to.name, one.node.id),
        { host: one.node.host, node: one.node.id, remedy: t('Resume; its mode is set again.') },
      );
    }
  }
}

/** A lost connection while the promotion is under way: the message says what is not known. */
function unsure(thrown: unknown, to: ClusterLayout): unknown {
  return isHostFailure(thrown, 'result-unknown', 'connection-lost', 'unreachable', 'timed-out')
    ? new Failure(
        thrown.code,
        t('Whether {0} was promoted is not known: {1}', to.name, thrown.message),
        {
          place: thrown.place,
          remedy: t(
            'The old primary is down and stays so. Resume as soon as the host can be reached: the state is looked at first.',
          ),
          cause: thrown,
        },
      )
    : thrown;
}

/** The step that makes the other cluster the primary one. */
export function promoteStep(change: RoleChange, after: readonly string[]): Step {
  const { to, layout } = change;
  const online = layout.model.runMode === 'start-option';
  const words = async (context: StepContext): Promise<string> => {
    const view = await viewCluster(context, to);
    const mode = online ? ((await controlOf(context, to))?.clusterRunMode ?? undefined) : undefined;
    if (!leadsAsPrimary(view) || (mode !== undefined && mode !== 'primary cluster')) {
      throw notVerified(
        t('{0} is not the primary cluster: {1}', to.name, `${wordsOf(view)} ${mode ?? ''}`.trim()),
        { host: to.first.host, remedy: t('The old primary is down and stays so; resume.') },
      );
    }
    return mode === undefined ? wordsOf(view) : `${wordsOf(view)}; ${mode}`;
  };
  return {
    id: `promote.${to.name}`,
    title: t('Make {0} the primary cluster', to.name),
    hosts: change.failover ? hostsOf(to) : layout.hosts,
    cluster: to.name,
    after,
    timeout: 700_000,
    estimate: 20,
    check: async (context) => {
      const [ours, theirs] = [
        await viewCluster(context, to),
        await viewCluster(context, change.from),
      ];
      const failure = refuseTwoPrimaries(ours, theirs);
      if (failure !== undefined) {
        return { kind: 'blocked', failure };
      }
      return leadsAsPrimary(ours) ? { kind: 'done', evidence: wordsOf(ours) } : { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve(
        online
          ? [{ kind: 'command', command: `gs_ctl failover -D ${quote(to.first.dataDir)}` }]
          : to.nodes.map((node) => ({
              kind: 'command' as const,
              command: startCommand(layout.model, node, 'primary'),
            })),
      ),
    run: async (context) => {
      try {
        await refuseUnlessFenced(context, change);
        const view = await viewCluster(context, to);
        const leader = leaderIn(view);
        if (online && leader === undefined && !isStopped(view)) {
          // Without its leader it cannot be promoted in place; it is started anew as what it is to be.
          await stopLeaderLast(context, view);
        }
        if (online && leader !== undefined) {
          await runForNode(
            context,
            leader.node.spec,
            `gs_ctl failover -D ${quote(leader.node.dataDir)}`,
            { timeout: 120_000 },
          );
          // Its exit code proves nothing: the roles do.
          let last = '';
          await poll(
            context,
            async () => {
              const now = await viewCluster(context, to);
              last = wordsOf(now);
              return leadsAsPrimary(now) ? true : undefined;
            },
            () => notVerified(t('{0} does not become the primary: {1}', to.name, last)),
            { seconds: 120, pause: 500 },
          );
          if (view.nodes.every((one) => one.kind === 'running')) {
            return;
          }
        }
        await bringUpDss(context, to);
        await startCluster(context, layout, to, 'primary');
      } catch (thrown) {
        throw unsure(thrown, to);
      }
    },
    verify: words,
  };
}

/** The step that proves that the new primary takes writes. */
export function writableStep(change: RoleChange, after: readonly string[]): Step {
  const { to } = change;
  const refusal = async (context: StepContext): Promise<string | undefined> => {
    const leader = leaderIn(await viewCluster(context, to));
    return leader === undefined
      ? t('{0} has no primary.', to.name)
      : writeRefusal(context, leader.node);
  };
  const taken = t('{0} takes writes: a transaction was written and rolled back.', to.name);
  return {
    id: `writable.${to.name}`,
    title: t('{0} takes writes', to.name),
    hosts: hostsOf(to),
    cluster: to.name,
    after,
    timeout: 180_000,
    estimate: 2,
    check: async (context) => {
      const view = await viewCluster(context, to);
      return leadsAsPrimary(view) && (await refusal(context)) === undefined
        ? { kind: 'done', evidence: taken }
        : { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve([
        { kind: 'note', text: t('A table is created, filled and rolled back; nothing stays.') },
      ]),
    run: async (context) => {
      let last: string | undefined = '';
      await poll(
        context,
        async () => {
          last = await refusal(context);
          return last === undefined ? true : undefined;
        },
        () => notVerified(t('{0} does not take writes: {1}', to.name, last ?? '')),
        { seconds: 60, pause: 1000 },
      );
    },
    verify: async (context) => {
      const said = await refusal(context);
      if (said !== undefined) {
        throw notVerified(t('{0} does not take writes: {1}', to.name, said));
      }
      return taken;
    },
  };
}
