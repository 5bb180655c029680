import { sleep } from '../../base/async.ts';
import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import { parseConf } from '../../config/document.ts';
import { serverLog } from '../../config/readers/server-log.ts';
import { readAsServer } from '../../config/readers/server.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, commandFailed, notVerified, refused } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import { nodeRuns, queryNode } from '../host/node-query.ts';
import { asOf, describe, isSettled, serverWords, startNode, stopNode } from '../host/servers.ts';
import { readText } from '../host/text-files.ts';
import { managedLimits, startManaged, stopManaged } from '../steps/managed-act.ts';
import { notInForce } from '../steps/in-force.ts';
import { wrongMode } from '../steps/mode-guards.ts';
import type { CheckAnswer, Plan, PreviewPart, Step, StepContext } from '../types.ts';
import type { ClusterLayout, Layout, NodeLayout } from './layout.ts';
import { ids, planOf } from './recipe.ts';

/** A file of a node as a person has edited it. */
export interface EditedFile {
  readonly nodeId: string;
  readonly name: 'postgresql.conf' | 'pg_hba.conf';
  /** As it was when the person began. */
  readonly before: string;
  readonly after: string;
}

function changedNames(file: EditedFile): readonly string[] {
  return file.name === 'postgresql.conf' ? changedParameters(file.before, file.after) : [];
}

/** What a change needs to take effect. */
export type Effect = 'none' | 'reload' | 'restart';

function active(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of parseConf(text).lines) {
    if (line.kind === 'setting' && line.name !== undefined) {
      values.set(line.name.text.toLowerCase(), line.content ?? '');
    }
  }
  return values;
}

/** The parameters whose value in force differs between two texts. */
export function changedParameters(before: string, after: string): string[] {
  const [old, now] = [active(before), active(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => old.get(name) !== now.get(name),
  );
}

/** What the change of a file needs, by the contexts of its parameters. */
export function effectOf(file: EditedFile, catalogue: Catalogue): Effect {
  if (file.name === 'pg_hba.conf') {
    return file.before === file.after ? 'none' : 'reload';
  }
  const changed = changedParameters(file.before, file.after);
  if (changed.length === 0) {
    return 'none';
  }
  return changed.some((name) => catalogue.get(name)?.context === 'postmaster')
    ? 'restart'
    : 'reload';
}

/** Refuses a text that the server of this version would not start with. */
function refusal(
  file: EditedFile,
  catalogue: Catalogue,
  path: string,
  node: NodeLayout,
): CheckAnswer | undefined {
  if (file.name !== 'postgresql.conf') {
    return undefined;
  }
  const reading = readAsServer(parseConf(file.after), catalogue);
  return reading.ok
    ? undefined
    : {
        kind: 'blocked',
        failure: blocked(serverLog(reading, path).join('\n'), {
          host: node.host,
          node: node.id,
          file: path,
          remedy: t('The server would not start with this file. Mend what the editor underlines.'),
        }),
      };
}

async function reload(context: StepContext, node: NodeLayout): Promise<void> {
  const answer = await runForNode(context, node.spec, `gs_ctl reload -D ${quote(node.dataDir)}`);
  if (answer.code !== 0) {
    throw commandFailed('gs_ctl reload', node.host, answer.code, answer.stdout + answer.stderr);
  }
}

async function write(
  context: StepContext,
  node: NodeLayout,
  path: string,
  text: string,
): Promise<void> {
  const current = await readText(context, node.host, path);
  const shell = await context.shell(node.host);
  await shell.writeFile(path, text, {
    expected: current?.file.version ?? null,
    signal: context.signal,
  });
}

/** A file of a node with everything that its change needs. */
interface Change {
  readonly layout: Layout;
  readonly cluster: ClusterLayout;
  readonly node: NodeLayout;
  readonly file: EditedFile;
  readonly path: string;
  readonly effect: Effect;
  readonly catalogue: Catalogue;
}

/** Waits until the server has what the file says. Rejects with the server's own words when it refuses the file. */
async function awaitTaken(
  context: StepContext,
  node: NodeLayout,
  file: EditedFile,
  catalogue: Catalogue,
): Promise<void> {
  const names = changedNames(file);
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

/** Brings the change into force; puts the former file back when the node does not come up with the new one. */
async function enforce(
  context: StepContext,
  { layout, cluster, node, file, path, effect, catalogue }: Change,
  wasRunning: boolean,
): Promise<void> {
  const running = wasRunning || (await nodeRuns(context, node));
  if (running && effect === 'restart' && cluster.spec.manager !== 'cm') {
    const failure = await wrongMode(context, layout, cluster);
    if (failure !== undefined) {
      throw failure;
    }
  }
  if ((await readText(context, node.host, path))?.text !== file.after) {
    await write(context, node, path, file.after);
  }
  if (effect === 'none' || !running) {
    return;
  }
  try {
    if (effect === 'reload') {
      await reload(context, node);
      await awaitTaken(context, node, file, catalogue);
    } else {
      await stop(context, layout, cluster, node);
      await start(context, layout, cluster, node);
      await awaitTaken(context, node, file, catalogue);
    }
  } catch (thrown) {
    if (isHostFailure(thrown, 'result-unknown', 'connection-lost', 'unreachable', 'timed-out')) {
      // What has happened is not known: the step is looked at again before anything is put back.
      throw thrown;
    }
    context.output(
      `${t('{0} does not work with the new {1}; the former one is put back.', node.id, file.name)}\n`,
    );
    await write(context, node, path, file.before);
    if (await nodeRuns(context, node)) {
      await reload(context, node);
    } else {
      await start(context, layout, cluster, node);
    }
    throw thrown;
  }
}

/** What the cluster manager runs, it alone stops and starts; it would start again what others stop. */
async function stop(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<void> {
  await (cluster.spec.manager === 'cm'
    ? stopManaged(context, { layout, cluster, node }, managedLimits)
    : stopNode(context, node));
}

async function start(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<void> {
  await (cluster.spec.manager === 'cm'
    ? startManaged(context, { layout, cluster, node }, managedLimits)
    : startNode(context, layout, cluster, node));
}

function restartCommands(cluster: ClusterLayout, node: NodeLayout): readonly string[] {
  return cluster.spec.manager === 'cm'
    ? ['cm_ctl stop -n … -I …', 'cm_ctl start -n … -I …']
    : [`gs_ctl stop -D ${quote(node.dataDir)} -m fast`, `gs_ctl start -D ${quote(node.dataDir)}`];
}

/** What the server has said since it last read its files. */
async function newWords(context: StepContext, node: NodeLayout): Promise<string> {
  const words = await serverWords(context, node);
  return words.slice(Math.max(words.lastIndexOf('received SIGHUP'), 0)).trim();
}

function fileStep(
  layout: Layout,
  node: NodeLayout,
  file: EditedFile,
  catalogue: Catalogue,
  after: readonly string[],
): Step {
  const cluster = layout.clusters.find((one) => one.nodes.includes(node)) ?? layout.primary;
  const path = `${node.dataDir}/${file.name}`;
  const effect = effectOf(file, catalogue);
  const names = changedNames(file);
  const restarting = names.filter((name) => catalogue.get(name)?.context === 'postmaster');
  const change: Change = { layout, cluster, node, file, path, effect, catalogue };
  // Between its stop and its start a node is down because of us.
  let wasRunning = false;
  return {
    id: `apply.${node.id}.${file.name}`,
    title: t('{0} of {1}', file.name, node.id),
    hosts: [node.host],
    node: node.id,
    cluster: cluster.name,
    after,
    ...(effect === 'restart'
      ? {
          restarts: t('{0}, because of {1}', node.id, restarting.join(', ')),
        }
      : {}),
    timeout: 900_000,
    estimate: effect === 'restart' ? 15 : 2,
    check: async (context) => {
      const current = await readText(context, node.host, path);
      if (current?.text === file.after) {
        const open = (await nodeRuns(context, node))
          ? await notInForce(context, node, file.after, names, catalogue)
          : [];
        return wasRunning || (open !== undefined && open.length > 0)
          ? { kind: 'needed' }
          : { kind: 'done', evidence: t('{0} is as it was edited.', path) };
      }
      if (current?.text !== file.before) {
        return {
          kind: 'blocked',
          failure: blocked(
            t('{0} on {1} was changed by somebody else meanwhile.', path, node.host),
            {
              host: node.host,
              node: node.id,
              file: path,
              remedy: t('Compare both versions, take over what is needed, and plan again.'),
            },
          ),
        };
      }
      return refusal(file, catalogue, path, node) ?? { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve([
        { kind: 'file', path, before: file.before, after: file.after },
        ...effects(names, restarting),
        ...(effect === 'reload'
          ? [{ kind: 'command' as const, command: `gs_ctl reload -D ${quote(node.dataDir)}` }]
          : effect === 'restart'
            ? restartCommands(cluster, node).map((command) => ({
                kind: 'command' as const,
                command,
              }))
            : []),
      ]),
    run: async (context) => {
      wasRunning ||= await nodeRuns(context, node);
      await enforce(context, change, wasRunning);
      wasRunning = false;
    },
    verify: async (context) => {
      const current = await readText(context, node.host, path);
      if (current?.text !== file.after) {
        throw notVerified(t('{0} is not as it was edited.', path), {
          host: node.host,
          node: node.id,
        });
      }
      if (!(await nodeRuns(context, node))) {
        return t('{0} is as it was edited; {1} does not run.', path, node.id);
      }
      const query = await queryNode(context, node);
      const open = (await notInForce(context, node, file.after, names, catalogue)) ?? [];
      if (!isSettled(query, asOf(cluster)) || open.length > 0) {
        throw notVerified([describe(node, query), ...open].join('; '), {
          host: node.host,
          node: node.id,
        });
      }
      return names.length === 0
        ? describe(node, query)
        : `${describe(node, query)}; ${t('in force: {0}', names.join(', '))}`;
    },
  };
}

/** What each parameter needs, for people. */
function effects(names: readonly string[], restarting: readonly string[]): PreviewPart[] {
  const reloaded = names.filter((name) => !restarting.includes(name));
  return [
    ...(restarting.length === 0
      ? []
      : [
          {
            kind: 'note' as const,
            text: t('In force after a restart: {0}', restarting.join(', ')),
          },
        ]),
    ...(reloaded.length === 0
      ? []
      : [{ kind: 'note' as const, text: t('In force after a reload: {0}', reloaded.join(', ')) }]),
  ];
}

/**
 * Pushes edited files to their nodes: compared before, reloaded or restarted as the parameters need it, one node after
 * the other, followers first and the recovery cluster before the production cluster. A node that does not come up gets
 * its former file back.
 */
export async function applyConfigurationPlan(
  layout: Layout,
  files: readonly EditedFile[],
): Promise<Plan> {
  const catalogue = await loadCatalogue(layout.model.version, layout.topology.build);
  const order = [layout.standby, layout.primary].flatMap((cluster) => [...cluster.nodes].reverse());
  const steps: Step[] = [];
  for (const node of order) {
    for (const file of files.filter((one) => one.nodeId === node.id && one.before !== one.after)) {
      steps.push(fileStep(layout, node, file, catalogue, ids(steps.slice(-1))));
    }
  }
  if (steps.length === 0) {
    throw refused(t('Nothing was edited.'));
  }
  return planOf('apply-configuration', layout, { title: t('Apply the configuration'), steps });
}
