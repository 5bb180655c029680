import { t } from '../../base/l10n.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import { parseConf } from '../../config/document.ts';
import { serverLog } from '../../config/readers/server-log.ts';
import { readAsServer } from '../../config/readers/server.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified, refused } from '../errors.ts';
import { leadMoves } from '../host/lead.ts';
import { nodeRuns, queryNode } from '../host/node-query.ts';
import { asOf, describe, isSettled } from '../host/servers.ts';
import { readText } from '../host/text-files.ts';
import { applyLimits, enforce, openMark, restartCommands } from '../steps/apply-file.ts';
import type { Change, EditedFile, Effect } from '../steps/apply-file.ts';
import { notInForce } from '../steps/in-force.ts';
import type { ManagedLimits } from '../steps/managed-act.ts';
import type { CheckAnswer, Plan, PreviewPart, Step } from '../types.ts';
import type { Layout, NodeLayout } from './layout.ts';
import { ids, planOf } from './recipe.ts';

function changedNames(file: EditedFile): readonly string[] {
  return file.name === 'postgresql.conf' ? changedParameters(file.before, file.after) : [];
}

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

function fileStep(
  layout: Layout,
  node: NodeLayout,
  file: EditedFile,
  catalogue: Catalogue,
  after: readonly string[],
  limits: ManagedLimits,
): Step {
  const cluster = layout.clusters.find((one) => one.nodes.includes(node)) ?? layout.primary;
  const path = `${node.dataDir}/${file.name}`;
  const effect = effectOf(file, catalogue);
  const names = changedNames(file);
  const restarting = names.filter((name) => catalogue.get(name)?.context === 'postmaster');
  const change: Change = { layout, cluster, node, file, path, effect, names, catalogue, limits };
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
    timeout: 1_200_000,
    estimate: effect === 'restart' ? 15 : 2,
    check: async (context) => {
      const current = await readText(context, node.host, path);
      if (current?.text === file.after) {
        const open = (await nodeRuns(context, node))
          ? await notInForce(context, node, file.after, names, catalogue)
          : [];
        // Also when it runs: an interrupted run may not have come to its reload.
        return (await openMark(context, change)) !== undefined ||
          (open !== undefined && open.length > 0)
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
    preview: async (context) => [
      { kind: 'file', path, before: file.before, after: file.after },
      ...effects(names, restarting),
      ...(effect === 'reload'
        ? [{ kind: 'command' as const, command: `gs_ctl reload -D ${quote(node.dataDir)}` }]
        : effect === 'restart'
          ? [
              ...restartCommands(cluster, node).map((command) => ({
                kind: 'command' as const,
                command,
              })),
              ...(await leadMoves(context, cluster, node)),
            ]
          : []),
    ],
    run: (context) => enforce(context, change),
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
  limits = applyLimits,
): Promise<Plan> {
  const catalogue = await loadCatalogue(layout.model.version, layout.topology.build);
  const order = [layout.standby, layout.primary].flatMap((cluster) => [...cluster.nodes].reverse());
  const steps: Step[] = [];
  for (const node of order) {
    for (const file of files.filter((one) => one.nodeId === node.id && one.before !== one.after)) {
      steps.push(fileStep(layout, node, file, catalogue, ids(steps.slice(-1)), limits));
    }
  }
  if (steps.length === 0) {
    throw refused(t('Nothing was edited.'));
  }
  return planOf('apply-configuration', layout, { title: t('Apply the configuration'), steps });
}
