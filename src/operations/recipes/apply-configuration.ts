import { t } from '../../base/l10n.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import { parseConf } from '../../config/document.ts';
import { readAsServer, serverLog } from '../../config/readers/server.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, commandFailed, notVerified, refused } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import { nodeRuns, queryNode } from '../host/node-query.ts';
import { describe, isSettled, serverWords, startNode, stopNode } from '../host/servers.ts';
import { readText } from '../host/text-files.ts';
import type { CheckAnswer, Plan, Step, StepContext } from '../types.ts';
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

/** Brings the change into force; puts the former file back when the node does not come up with the new one. */
async function enforce(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  file: EditedFile,
  path: string,
  effect: Effect,
): Promise<void> {
  const running = await nodeRuns(context, node);
  await write(context, node, path, file.after);
  if (!running || effect === 'none') {
    return;
  }
  try {
    if (effect === 'reload') {
      await reload(context, node);
      if (/contains errors|could not load pg_hba/.test(await newWords(context, node))) {
        throw notVerified(t('{0} did not take the new {1}.', node.id, file.name), {
          node: node.id,
        });
      }
    } else {
      await stopNode(context, node);
      await startNode(context, layout, cluster, node);
    }
  } catch (thrown) {
    context.output(
      `${t('{0} does not work with the new {1}; the former one is put back.', node.id, file.name)}\n`,
    );
    await write(context, node, path, file.before);
    if (await nodeRuns(context, node)) {
      await reload(context, node);
    } else {
      await startNode(context, layout, cluster, node);
    }
    throw thrown;
  }
}

async function newWords(context: StepContext, node: NodeLayout): Promise<string> {
  return (await serverWords(context, node)).split('\n').slice(-6).join('\n');
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
  const names = file.name === 'postgresql.conf' ? changedParameters(file.before, file.after) : [];
  return {
    id: `apply.${node.id}.${file.name}`,
    title: t('{0} of {1}', file.name, node.id),
    hosts: [node.host],
    node: node.id,
    cluster: cluster.name,
    after,
    ...(effect === 'restart'
      ? {
          restarts: t(
            '{0}, because of {1}',
            node.id,
            names.filter((name) => catalogue.get(name)?.context === 'postmaster').join(', '),
          ),
        }
      : {}),
    timeout: 900_000,
    estimate: effect === 'restart' ? 15 : 2,
    check: async (context) => {
      const current = await readText(context, node.host, path);
      if (current?.text === file.after) {
        return { kind: 'done', evidence: t('{0} is as it was edited.', path) };
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
        ...(effect === 'reload'
          ? [{ kind: 'command' as const, command: `gs_ctl reload -D ${quote(node.dataDir)}` }]
          : effect === 'restart'
            ? [
                {
                  kind: 'command' as const,
                  command: `gs_ctl stop -D ${quote(node.dataDir)} -m fast`,
                },
                { kind: 'command' as const, command: `gs_ctl start -D ${quote(node.dataDir)}` },
              ]
            : []),
      ]),
    run: (context) => enforce(context, layout, cluster, node, file, path, effect),
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
      if (!isSettled(query, cluster.role)) {
        throw notVerified(describe(node, query), { host: node.host, node: node.id });
      }
      return describe(node, query);
    },
  };
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
