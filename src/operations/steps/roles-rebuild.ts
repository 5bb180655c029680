import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified } from '../errors.ts';
import { mustRun, runOn } from '../host/command.ts';
import { isUp, stopCommands } from '../host/servers.ts';
import { stateFolder } from '../host/state-folder.ts';
import { hostsOf, type ClusterLayout, type Layout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import { buildStep } from './build.ts';
import { replicationStep } from './replication.ts';
import { stopByForce } from './roles-act.ts';
import { returnStep } from './roles-cross.ts';
import { modeStep } from './roles-mode.ts';
import { ownRedoStep, sharedRedoStep } from './roles-redo.ts';
import {
  isStopped,
  leaderIn,
  leadsAsPrimary,
  primariesOf,
  viewCluster,
  wordsOf,
  type ClusterView,
} from './roles-state.ts';

function follows(view: ClusterView): boolean {
  return isUp(
    view.nodes.map((one) =>
      one.kind === 'running'
        ? one.query
        : {
            kind: 'not-running' as const,
            dataDir: null,
            haState: null,
            senders: [],
            receivers: [],
            message: '',
          },
    ),
    'standby',
  );
}

/** One rebuild of the standby cluster: what it asks and what it remembers on the host. */
class Rebuild {
  readonly cluster: ClusterLayout;
  private readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
    this.cluster = layout.standby;
  }

  private async notePath(context: StepContext): Promise<string> {
    const { first } = this.cluster;
    return `${await stateFolder(await context.shell(first.host))}/rebuilt-${this.cluster.name}`;
  }

  /** Noted when the build has ended, until the clusters replicate: a resume does not build a second time. */
  async isNoted(context: StepContext): Promise<boolean> {
    const path = quote(await this.notePath(context));
    const answer = await runOn(context, this.cluster.first.host, `test -e ${path}`, {
      quiet: true,
    });
    return answer.code === 0;
  }

  async note(context: StepContext, built: boolean): Promise<void> {
    const path = quote(await this.notePath(context));
    await mustRun(
      context,
      this.cluster.first.host,
      'touch',
      built ? `(umask 077; : > ${path})` : `rm -f -- ${path}`,
      { quiet: true },
    );
  }

  /** Why nothing is left to do before the start. */
  async done(context: StepContext): Promise<string | undefined> {
    const view = await viewCluster(context, this.cluster);
    if (follows(view)) {
      return t(
        '{0} follows the primary: nothing is rebuilt. {1}',
        this.cluster.name,
        wordsOf(view),
      );
    }
    return (await this.isNoted(context)) && isStopped(view)
      ? t('{0} was rebuilt.', this.cluster.name)
      : undefined;
  }

  /** Never onto a cluster that is or may be a primary, never without one to copy from. */
  async guard(context: StepContext): Promise<CheckAnswer> {
    const ours = await viewCluster(context, this.cluster);
    const theirs = await viewCluster(context, this.layout.primary);
    const { host } = this.cluster.first;
    if (primariesOf(ours).length > 0) {
      return {
        kind: 'blocked',
        failure: blocked(
          t(
            '{0} has a Primary and is never rebuilt while it has: {1}',
            this.cluster.name,
            wordsOf(ours),
          ),
          {
            host,
            remedy: t(
              'Make sure which cluster holds the right data; stop {0} (“Stop”) if it is the other one.',
              this.cluster.name,
            ),
          },
        ),
      };
    }
    if (!leadsAsPrimary(theirs)) {
      return {
        kind: 'blocked',
        failure: blocked(
          t('{0} has no Primary to copy from: {1}', this.layout.primary.name, wordsOf(theirs)),
          {
            host: this.layout.primary.first.host,
            remedy: t('Bring {0} up first.', this.layout.primary.name),
          },
        ),
      };
    }
    return ours.nodes.some((one) => one.kind === 'silent')
      ? {
          kind: 'blocked',
          failure: blocked(
            t('{0} cannot be reached as a whole: {1}', this.cluster.name, wordsOf(ours)),
            { host, remedy: t('Make all its hosts reachable.') },
          ),
        }
      : { kind: 'done', evidence: `${wordsOf(theirs)}; ${wordsOf(ours)}` };
  }

  /** With the primary's node that leads now as the one that is copied from. */
  private async liveLayout(context: StepContext): Promise<Layout> {
    const { layout } = this;
    const leader = leaderIn(await viewCluster(context, layout.primary))?.node;
    const primary = leader === undefined ? layout.primary : { ...layout.primary, first: leader };
    return { ...layout, primary, clusters: [primary, layout.standby] };
  }

  guardStep(): Step {
    const answer = (context: StepContext): Promise<CheckAnswer> => this.guard(context);
    return {
      id: `rebuildable.${this.cluster.name}`,
      title: t('{0} may be rebuilt from {1}', this.cluster.name, this.layout.primary.name),
      hosts: this.layout.hosts,
      after: [],
      timeout: 120_000,
      estimate: 2,
      check: answer,
      preview: () => Promise.resolve([]),
      run: async (context) => {
        const now = await answer(context);
        if (now.kind === 'blocked') {
          throw now.failure;
        }
      },
      verify: async (context) => {
        const now = await answer(context);
        if (now.kind !== 'done') {
          throw notVerified(t('Not yet.'));
        }
        return now.evidence;
      },
    };
  }

  stopStep(after: readonly string[]): Step {
    const { cluster } = this;
    return {
      id: `stop.${cluster.name}`,
      title: t('Stop {0}', cluster.name),
      hosts: hostsOf(cluster),
      cluster: cluster.name,
      after,
      restarts: t('all nodes of {0} are stopped', cluster.name),
      timeout: 400_000,
      estimate: 5,
      check: async (context) => {
        const view = await viewCluster(context, cluster);
        return follows(view) || isStopped(view)
          ? { kind: 'done', evidence: wordsOf(view) }
          : { kind: 'needed' };
      },
      preview: () => Promise.resolve(stopCommands(cluster)),
      run: async (context) => {
        const now = await this.guard(context);
        if (now.kind === 'blocked') {
          throw now.failure;
        }
        const view = await viewCluster(context, cluster);
        const detail = leaderIn(view)?.query.haState?.detailInformation ?? '';
        if (/removed|not matched/i.test(detail)) {
          // It was built and is unusable again: the note of that build does not count.
          await this.note(context, false);
        }
        for (const one of [...view.nodes].reverse()) {
          if (one.kind === 'running') {
            await stopByForce(context, one.node);
          }
        }
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

  build(after: readonly string[]): Step {
    const base = buildStep(this.layout, after);
    return {
      ...base,
      id: `rebuild.${this.cluster.name}`,
      check: async (context) => {
        const evidence = await this.done(context);
        return evidence === undefined ? { kind: 'needed' } : { kind: 'done', evidence };
      },
      run: async (context) => {
        const now = await this.guard(context);
        if (now.kind === 'blocked') {
          throw now.failure;
        }
        const view = await viewCluster(context, this.cluster);
        const running = view.nodes.find((one) => one.kind === 'running');
        if (running !== undefined) {
          throw blocked(t('{0} runs: {1}', this.cluster.name, wordsOf(view)), {
            host: running.node.host,
            node: running.node.id,
            remedy: t('Resume; it is stopped first.'),
          });
        }
        await buildStep(await this.liveLayout(context), []).run(context);
        await this.note(context, true);
      },
      verify: async (context) => buildStep(await this.liveLayout(context), []).verify(context),
    };
  }

  replication(after: readonly string[]): Step {
    const base = replicationStep(this.layout, after);
    return {
      ...base,
      verify: async (context) => {
        const evidence = await base.verify(context);
        await this.note(context, false);
        return evidence;
      },
    };
  }
}

function only(steps: readonly Step[]): string[] {
  return steps.map((step) => step.id);
}

/** The steps that make the standby cluster a copy of the primary one again. `layout`: with the roles as they are. */
export function rebuildSteps(layout: Layout): Step[] {
  const rebuild = new Rebuild(layout);
  const { cluster } = rebuild;
  const shares = layout.model.runMode === 'start-option';
  const guard = rebuild.guardStep();
  const stop = rebuild.stopStep([guard.id]);
  const own = shares
    ? cluster.nodes.map((node) => ownRedoStep(layout, node, rebuild, [stop.id]))
    : [];
  const build = rebuild.build([stop.id, ...only(own)]);
  const shared = shares
    ? cluster.nodes.map((node) => sharedRedoStep(layout, cluster, node, [build.id]))
    : [modeStep(layout, cluster, 'standby', { after: [build.id] })];
  const start = returnStep(
    { layout, from: cluster, to: layout.primary, failover: false },
    only(shared),
  );
  return [guard, stop, ...own, build, ...shared, start, rebuild.replication([start.id])];
}
