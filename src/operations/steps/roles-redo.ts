import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified } from '../errors.ts';
import { mustRun, runOn } from '../host/command.ts';
import { startDss, stopDss } from '../host/dss.ts';
import { readText, replaceText } from '../host/text-files.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { PreviewPart, Step, StepContext } from '../types.ts';
import { hasMode, withRunMode } from './roles-mode.ts';

/** What a rebuild lends to its steps. */
export interface RebuildState {
  /** Why there is nothing to do (any more); undefined when there is. */
  done(context: StepContext): Promise<string | undefined>;
}

function confOf(node: NodeLayout): string {
  return `${node.dssHome}/cfg/dss_vg_conf.ini`;
}

function savedOf(node: NodeLayout): string {
  return `${confOf(node)}.shared`;
}

/** What tells a volume from others: machine, device and inode; undefined when it is not there. */
async function identity(
  context: StepContext,
  host: string,
  path: string,
): Promise<string | undefined> {
  const answer = await runOn(
    context,
    host,
    `B=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || hostname); stat -L -c "$B %d:%i" -- ${quote(path)} 2>/dev/null`,
    { quiet: true },
  );
  return answer.code === 0 ? answer.stdout.trim() : undefined;
}

/** The groups of a dss_vg_conf.ini with their volumes. */
function groupsIn(text: string): (readonly [string, string])[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*([^:#\s]+)\s*:\s*(\S.*?)\s*$/.exec(line);
    return match?.[1] === undefined || match[2] === undefined
      ? []
      : [[match[1], match[2]] as const];
  });
}

/** The text with redo volumes of the node's own; undefined when it has them already. */
async function privateText(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  text: string,
): Promise<string | undefined> {
  const primary = layout.primary.first;
  const theirs = groupsIn((await readText(context, primary.host, confOf(primary)))?.text ?? '');
  const taken = new Set(
    await Promise.all(theirs.map(([, path]) => identity(context, primary.host, path))),
  );
  let result = text;
  for (const [name, path] of groupsIn(text).slice(1)) {
    const now = await identity(context, node.host, path);
    if (now === undefined || !taken.has(now)) {
      continue;
    }
    const own = await freeImage(context, layout, node, name, taken);
    if (own === undefined) {
      throw blocked(
        t('The redo volume {0} of {1} is the one of the primary cluster.', path, node.id),
        {
          host: node.host,
          node: node.id,
          file: confOf(node),
          remedy: t('A build would empty it. Give {0} a redo volume of its own first.', node.id),
        },
      );
    }
    result = result.replace(`${name}:${path}`, `${name}:${own}`);
  }
  return result === text ? undefined : result;
}

/** The image of that redo group which the primary cluster does not use: after role changes it may be the other's. */
async function freeImage(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  name: string,
  taken: ReadonlySet<string | undefined>,
): Promise<string | undefined> {
  for (const cluster of [layout.standby, layout.primary]) {
    const image = cluster.groups.find((group) => group.name === name)?.image;
    const seen = image === undefined ? undefined : await identity(context, node.host, image);
    if (seen !== undefined && !taken.has(seen)) {
      return image;
    }
  }
  return undefined;
}

async function setDssMode(
  context: StepContext,
  node: NodeLayout,
  as: 'primary' | 'standby',
): Promise<void> {
  const path = `${node.dssHome}/cfg/dss_inst.ini`;
  const current = (await readText(context, node.host, path))?.text ?? '';
  const text = withRunMode(current, as);
  if (text !== current) {
    await replaceText(context, node.host, path, text);
  }
}

/**
 * Before a build: DSS opens the redo volume group for writing, and it is one of the cluster's own, since the build
 * empties it (deploy-flow C5). In the simulation the two clusters share it otherwise.
 */
export function ownRedoStep(
  layout: Layout,
  node: NodeLayout,
  state: RebuildState,
  after: readonly string[],
): Step {
  const isReady = async (context: StepContext): Promise<boolean> => {
    const text = (await readText(context, node.host, confOf(node)))?.text ?? '';
    return (
      (await hasMode(context, layout, node, 'primary')) &&
      (await privateText(context, layout, node, text)) === undefined
    );
  };
  return {
    id: `own-redo.${node.id}`,
    title: t('{0} has a redo volume of its own that can be written', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    restarts: t('the dssserver of {0}', node.id),
    timeout: 180_000,
    estimate: 5,
    check: async (context) => {
      const done = await state.done(context);
      if (done !== undefined) {
        return { kind: 'done', evidence: done };
      }
      return (await isReady(context))
        ? { kind: 'done', evidence: t('{0} has its own.', node.id) }
        : { kind: 'needed' };
    },
    preview: async (context) => {
      const before = (await readText(context, node.host, confOf(node)))?.text;
      const after_ = await privateText(context, layout, node, before ?? '');
      const parts: PreviewPart[] =
        after_ === undefined ? [] : [{ kind: 'file', path: confOf(node), before, after: after_ }];
      return [
        ...parts,
        { kind: 'note', text: t('CLUSTER_RUN_MODE is cluster_primary during the build.') },
      ];
    },
    run: async (context) => {
      const current = (await readText(context, node.host, confOf(node)))?.text ?? '';
      const text = await privateText(context, layout, node, current);
      await stopDss(context, node);
      if (text !== undefined) {
        await replaceText(context, node.host, savedOf(node), current);
        await replaceText(context, node.host, confOf(node), text);
      }
      await setDssMode(context, node, 'primary');
      await startDss(context, node);
    },
    verify: async (context) => {
      if (!(await isReady(context))) {
        throw notVerified(t('{0} has no redo volume of its own.', node.id), { host: node.host });
      }
      return t('{0} has its own.', node.id);
    },
  };
}

/** After a build: what was shared before is shared again, and DSS opens it read-only. */
export function sharedRedoStep(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  after: readonly string[],
): Step {
  const isReady = async (context: StepContext): Promise<boolean> =>
    (await readText(context, node.host, savedOf(node))) === undefined &&
    (await hasMode(context, layout, node, 'standby'));
  const evidence = t('DSS of {0} knows that {1} is the standby cluster.', node.id, cluster.name);
  return {
    id: `shared-redo.${node.id}`,
    title: t('{0} reads the replicated redo log', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    restarts: t('the dssserver of {0}', node.id),
    timeout: 180_000,
    estimate: 5,
    check: async (context) =>
      (await isReady(context)) ? { kind: 'done', evidence } : { kind: 'needed' },
    preview: () =>
      Promise.resolve([
        { kind: 'note', text: t('The redo volumes are again those that they were before.') },
      ]),
    run: async (context) => {
      await stopDss(context, node);
      const saved = await readText(context, node.host, savedOf(node));
      if (saved !== undefined) {
        await replaceText(context, node.host, confOf(node), saved.text);
      }
      await setDssMode(context, node, 'standby');
      await startDss(context, node);
      await mustRun(context, node.host, 'rm', `rm -f -- ${quote(savedOf(node))}`);
    },
    verify: async (context) => {
      if (!(await isReady(context))) {
        throw notVerified(t('{0} does not read the replicated redo log.', node.id), {
          host: node.host,
        });
      }
      return evidence;
    },
  };
}
