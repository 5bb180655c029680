/** How an edited file of a node comes into force: written, reloaded or restarted, proven, or put back. */
import { sleep } from '../../base/async.ts';
import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { quote } from '../../hosts/quote.ts';
import { commandFailed, notVerified } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import { nodeRuns, serverProcess } from '../host/node-query.ts';
import { serverWords, startNode, stopCommand, stopNode } from '../host/servers.ts';
import { readText, replaceText } from '../host/text-files.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { clearMark, readMark, setMark } from './apply-mark.ts';
import type { ApplyMark, MarkedFile } from './apply-mark.ts';
import { notInForce } from './in-force.ts';
import { managedLimits, startManaged, stopManaged } from './managed-act.ts';
import type { ManagedLimits } from './managed-act.ts';
import { wrongMode } from './mode-guards.ts';

/** A file of a node as a person has edited it. */
export interface EditedFile {
  readonly nodeId: string;
  readonly name: 'postgresql.conf' | 'pg_hba.conf';
  /** As it was when the person began. */
  readonly before: string;
  readonly after: string;
}

/** What a change needs to take effect. */
export type Effect = 'none' | 'reload' | 'restart';

/** A file of a node with everything that its change needs. */
export interface Change {
  readonly layout: Layout;
  readonly cluster: ClusterLayout;
  readonly node: NodeLayout;
  readonly file: EditedFile;
  readonly path: string;
  readonly effect: Effect;
  /** The parameters whose value in force changes. */
  readonly names: readonly string[];
  readonly catalogue: Catalogue;
  /** How long `cm_ctl` may take where the cluster manager is in charge. */
  readonly limits: ManagedLimits;
}

/** A node that does not come up with its new file gets the former one back before the step's own time is over. */
export const applyLimits: ManagedLimits = { ...managedLimits, start: 300 };

async function reload(context: StepContext, node: NodeLayout): Promise<void> {
  const answer = await runForNode(context, node.spec, `gs_ctl reload -D ${quote(node.dataDir)}`);
  if (answer.code !== 0) {
    throw commandFailed('gs_ctl reload', node.host, answer.code, answer.stdout + answer.stderr);
  }
}

/** Waits until the server has what the file says. Rejects with the server's own words when it refuses the file. */
async function awaitTaken(
  context: StepContext,
  node: NodeLayout,
  file: EditedFile,
  names: readonly string[],
  catalogue: Catalogue,
): Promise<void> {
  let last: readonly string[] = [];
  const refused = async (): Promise<Failure> =>
    notVerified(
      t(
        '{0} did not take the new {1}: {2}',
        node.id,
        file.name,
        [...last, await newWords(context, node)].join('; '),
      ),
      { host: node.host, node: node.id },
    );
  for (let attempt = 1; ; attempt += 1) {
    await sleep(300, context.signal);
    if (/contains errors|could not load pg_hba/.test(await newWords(context, node))) {
      throw await refused();
    }
    last = (await notInForce(context, node, file.after, names, catalogue)) ?? [];
    if (last.length === 0) {
      return;
    }
    if (attempt >= 20) {
      throw await refused();
    }
  }
}

function markedFile({ layout, node, file }: Change): MarkedFile {
  return { scope: layout.scope, nodeId: node.id, name: file.name };
}

/** The mark of an earlier run that was doing this, or what came before it, to the file, and did not end. */
export async function openMark(
  context: StepContext,
  change: Change,
): Promise<ApplyMark | undefined> {
  const { node, file } = change;
  const mark = await readMark(await context.shell(node.host), markedFile(change), context.signal);
  return mark !== undefined &&
    (mark.after === file.after || mark.after === file.before || mark.before === file.before)
    ? mark
    : undefined;
}

/**
 * Brings the change into force; puts the former file back when the node does not come up with the new one. A node that an
 * earlier run has stopped for this and not started again is brought up.
 */
export async function enforce(context: StepContext, change: Change): Promise<void> {
  const { layout, cluster, node, file, path, effect } = change;
  const marked = markedFile(change);
  const mark = await openMark(context, change);
  const pid = await serverProcess(context, node);
  const toRun = effect !== 'none' && (pid !== undefined || mark !== undefined);
  if (toRun && effect === 'restart' && cluster.spec.manager !== 'cm') {
    const failure = await wrongMode(context, layout, cluster);
    if (failure !== undefined) {
      throw failure;
    }
  }
  if (toRun && mark?.after !== file.after) {
    const { before, after } = file;
    await setMark(context, node.host, marked, { before, after, pid: pid ?? mark?.pid ?? 0 });
  }
  const written = (await readText(context, node.host, path))?.text === file.after;
  if (!written) {
    await replaceText(context, node.host, path, file.after);
  }
  if (toRun) {
    // With another process than when it began, and the new file since then, it has been started with it.
    const restarted = written && mark?.after === file.after && pid !== mark.pid;
    await takeEffect(context, change, pid !== undefined, restarted);
  }
  await clearMark(context, node.host, marked);
}

async function takeEffect(
  context: StepContext,
  change: Change,
  runs: boolean,
  restarted: boolean,
): Promise<void> {
  const { node, file, path, effect, names, catalogue } = change;
  try {
    if (effect === 'restart') {
      if (runs && !restarted) {
        await stop(context, change);
      }
      if (!runs || !restarted) {
        await start(context, change);
      }
    } else if (runs) {
      await reload(context, node);
    } else {
      return;
    }
    await awaitTaken(context, node, file, names, catalogue);
  } catch (thrown) {
    if (isHostFailure(thrown, 'result-unknown', 'connection-lost', 'unreachable', 'timed-out')) {
      // What has happened is not known: the step is looked at again before anything is put back.
      throw thrown;
    }
    context.output(
      `${t('{0} does not work with the new {1}; the former one is put back.', node.id, file.name)}\n`,
    );
    await replaceText(context, node.host, path, file.before);
    if (await nodeRuns(context, node)) {
      await reload(context, node);
    } else {
      await start(context, change);
    }
    await clearMark(context, node.host, markedFile(change));
    throw thrown;
  }
}

/** What the cluster manager runs, it alone stops and starts; it would start again what others stop. */
async function stop(context: StepContext, change: Change): Promise<void> {
  await (change.cluster.spec.manager === 'cm'
    ? stopManaged(context, change, change.limits)
    : stopNode(context, change.node));
}

async function start(context: StepContext, change: Change): Promise<void> {
  const { layout, cluster, node, limits } = change;
  await (cluster.spec.manager === 'cm'
    ? startManaged(context, change, limits)
    : startNode(context, layout, cluster, node));
}

/** What restarts a node, for people. */
export function restartCommands(cluster: ClusterLayout, node: NodeLayout): readonly string[] {
  return cluster.spec.manager === 'cm'
    ? ['cm_ctl stop -n … -I …', 'cm_ctl start -n … -I …']
    : [stopCommand(node), `gs_ctl start -D ${quote(node.dataDir)}`];
}

/** What the server has said since it last read its files. */
async function newWords(context: StepContext, node: NodeLayout): Promise<string> {
  const words = await serverWords(context, node);
  return words.slice(Math.max(words.lastIndexOf('received SIGHUP'), 0)).trim();
}
