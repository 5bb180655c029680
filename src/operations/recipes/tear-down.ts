import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { notVerified } from '../errors.ts';
import { mustRun, runOn } from '../host/command.ts';
import { folderState, isStill, removeCreated } from '../host/folders.ts';
import { stopClusterStep } from '../steps/servers.ts';
import { stopDssStep } from '../steps/dss.ts';
import type { CreatedItem, Plan, Step, StepContext } from '../types.ts';
import type { ClusterLayout, Layout, NodeLayout } from './layout.ts';
import { ids, planOf } from './recipe.ts';

async function isOurs(context: StepContext, node: NodeLayout, path: string): Promise<boolean> {
  return (await folderState(context, node.host, path)).kind === 'ours';
}

/** A cluster is only stopped when the plan created its data directories. */
async function notOurs(context: StepContext, cluster: ClusterLayout): Promise<string | undefined> {
  for (const node of cluster.nodes) {
    if (await isOurs(context, node, node.dataDir)) {
      return undefined;
    }
  }
  return t(
    'The data directories of {0} were not created by this plan; its servers are left alone.',
    cluster.name,
  );
}

function stopOurDss(node: NodeLayout, after: readonly string[]): Step {
  const step = stopDssStep(node, after);
  return {
    ...step,
    check: async (context) =>
      (await isOurs(context, node, node.dssHome))
        ? step.check(context)
        : {
            kind: 'done',
            evidence: t(
              '{0} was not created by this plan; its dssserver is left alone.',
              node.dssHome,
            ),
          },
  };
}

async function left(context: StepContext, host: string): Promise<CreatedItem[]> {
  const items: CreatedItem[] = [];
  for (const item of await context.createdItems()) {
    if (item.host === host && (await isStill(context, item))) {
      items.push(item);
    }
  }
  // What was made last goes first, so that folders are empty when their turn comes.
  return items.reverse();
}

function removeStep(layout: Layout, host: string, after: readonly string[]): Step {
  return {
    id: `remove.${host}`,
    title: t('Remove from {0} what was created', host),
    hosts: [host],
    after,
    destructive: t(
      'All folders and files on {0} that the journal lists as created, with the data in them.',
      host,
    ),
    timeout: 900_000,
    estimate: 5,
    check: async (context) => {
      const items = await left(context, host);
      return items.length === 0
        ? { kind: 'done', evidence: t('Nothing that the journal lists is there any more.') }
        : { kind: 'needed' };
    },
    preview: async (context) => {
      const items = await left(context, host);
      return items.map((item) => ({
        kind: 'command' as const,
        command:
          item.kind === 'parent'
            ? `rmdir -- ${quote(item.path)}`
            : item.kind === 'content'
              ? `find ${quote(item.path)} -mindepth 1 -delete`
              : item.kind === 'directory'
                ? `rm -rf -- ${quote(item.path)}`
                : `rm -f -- ${quote(item.path)}`,
        ...(item.kind === 'parent' ? { note: t('Only when it is empty.') } : {}),
      }));
    },
    run: async (context) => {
      // Not only what is left now: folders on the way become empty when what is in them has gone.
      const items = (await context.createdItems()).filter((item) => item.host === host);
      for (const item of items.reverse()) {
        context.output(`${await removeCreated(context, item)}\n`);
      }
      await mustRun(
        context,
        host,
        'rm',
        `cd -- "$HOME/.opengauss-dual-cluster" && rm -rf -- ${quote(layout.scope)}-initialised-* jobs/${quote(layout.scope)}-*`,
      );
    },
    verify: async (context) => {
      const items = (await left(context, host)).filter((item) => item.kind !== 'parent');
      if (items.length > 0) {
        throw notVerified(t('Still there: {0}', items.map((item) => item.path).join(', ')), {
          host,
        });
      }
      const running = await runOn(
        context,
        host,
        layout.nodes
          .filter((node) => node.host === host)
          .map((node) => `test ! -e ${quote(`${node.dataDir}/postmaster.pid`)}`)
          .join(' && '),
        { quiet: true },
      );
      return running.code === 0
        ? t('What was created on {0} is gone.', host)
        : t(
            'What was created on {0} is gone; servers that were not created here are left alone.',
            host,
          );
    },
  };
}

/**
 * Removes what was deployed: only what the journals say that a plan of this deployment created, and only when it still
 * is that. Servers first, the recovery cluster before the production cluster; foreign things are left as they are.
 */
export function tearDownPlan(layout: Layout): Plan {
  const clusters = [layout.standby, layout.primary];
  const steps: Step[] = [];
  for (const cluster of clusters) {
    steps.push(
      stopClusterStep(cluster, {
        after: ids(steps),
        unless: (context) => notOurs(context, cluster),
      }),
    );
  }
  const dss = clusters.flatMap((cluster) =>
    cluster.nodes.map((node) => stopOurDss(node, ids(steps))),
  );
  const removals = layout.hosts.map((host) =>
    removeStep(layout, host, [...ids(steps), ...ids(dss)]),
  );
  return planOf('tear-down', layout, {
    title: t('Tear down {0} and {1}', layout.primary.name, layout.standby.name),
    steps: [...steps, ...dss, ...removals],
    confirmNames: clusters.map((cluster) => cluster.name),
    notes: [
      t(
        'Only what the journal lists as created by this deployment is removed. The journal itself stays.',
      ),
    ],
  });
}
