import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, commandFailed, notVerified } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import { dssStatus, startDss, stopDss } from '../host/dss.ts';
import { readText } from '../host/text-files.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from '../recipes/layout.ts';
import type { PreviewPart, Step, StepContext } from '../types.ts';
import { quoted, withSettings } from './parameters.ts';
import { modeOf, viewCluster, wordsOf } from './roles-state.ts';

export interface ModeStepOptions {
  readonly after: readonly string[];
  /** The hosts of the step when they are others than the cluster's; those that cannot be reached are left out. */
  readonly lenientOn?: readonly string[];
}

/** dss_inst.ini with another CLUSTER_RUN_MODE; everything else stays as it is. */
export function withRunMode(text: string, as: 'primary' | 'standby'): string {
  const line = `CLUSTER_RUN_MODE = cluster_${as}`;
  const pattern = /^[ \t]*CLUSTER_RUN_MODE[ \t]*=.*$/gm;
  return pattern.test(text)
    ? text.replace(pattern, line)
    : `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;
}

function fileOf(layout: Layout, node: NodeLayout): string {
  return layout.model.runMode === 'parameter'
    ? `${node.dataDir}/postgresql.conf`
    : `${node.dssHome}/cfg/dss_inst.ini`;
}

function changed(layout: Layout, text: string, as: 'primary' | 'standby'): string {
  return layout.model.runMode === 'parameter'
    ? withSettings(text, [['cluster_run_mode', quoted(`cluster_${as}`)]])
    : withRunMode(text, as);
}

async function rewrite(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  as: 'primary' | 'standby',
): Promise<void> {
  const path = fileOf(layout, node);
  const current = await readText(context, node.host, path);
  if (current === undefined) {
    throw blocked(t('{0} on {1} does not exist.', path, node.host), {
      host: node.host,
      node: node.id,
      file: path,
    });
  }
  const text = changed(layout, current.text, as);
  if (text !== current.text) {
    const shell = await context.shell(node.host);
    await shell.writeFile(path, text, {
      expected: current.file.version,
      signal: context.signal,
    });
  }
}

/** CLUSTER_RUN_MODE as the running dssserver has it; undefined when none answers. */
async function runningMode(context: StepContext, node: NodeLayout): Promise<string | undefined> {
  const answer = await runForNode(
    context,
    node.spec,
    `dsscmd getcfg -n CLUSTER_RUN_MODE -U ${quote(node.socket)}`,
    { quiet: true, timeout: 20_000 },
  );
  return /value is cluster_(primary|standby)/.exec(answer.stdout)?.[1];
}

/** Whether a node's files, and its dssserver if one runs, say that its cluster is the primary or the standby one. */
export async function hasMode(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  as: 'primary' | 'standby',
): Promise<boolean> {
  if ((await modeOf(context, layout, node)) !== as) {
    return false;
  }
  const running =
    layout.model.runMode === 'parameter' ? undefined : await runningMode(context, node);
  return running === undefined || running === as;
}

async function setMode(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
  as: 'primary' | 'standby',
): Promise<void> {
  if (layout.model.runMode === 'parameter') {
    await rewrite(context, layout, node, as);
    return;
  }
  if (as === 'standby' || (await dssStatus(context, node)) === undefined) {
    // The standby's mode makes DSS open the redo log read-only, which it does at its start.
    await rewrite(context, layout, node, as);
    await stopDss(context, node);
    await startDss(context, node);
    return;
  }
  const answer = await runForNode(context, node.spec, setcfgCommand(node, as));
  if (answer.code !== 0 || !answer.stdout.includes('Succeed to set cfg')) {
    throw commandFailed('dsscmd setcfg', node.host, answer.code, answer.stdout + answer.stderr);
  }
  await rewrite(context, layout, node, as);
}

function setcfgCommand(node: NodeLayout, as: 'primary' | 'standby'): string {
  return `dsscmd setcfg -n CLUSTER_RUN_MODE -v cluster_${as} -U ${quote(node.socket)}`;
}

/**
 * The step that writes down what a cluster is from now on: cluster_run_mode in postgresql.conf up to 5.0.0,
 * CLUSTER_RUN_MODE of DSS from 5.1.0 on. Its servers must be down for the standby's mode, so that nobody who starts
 * them gets a second primary.
 */
export function modeStep(
  layout: Layout,
  cluster: ClusterLayout,
  as: 'primary' | 'standby',
  options: ModeStepOptions,
): Step {
  const reachable = async (context: StepContext): Promise<readonly NodeLayout[]> => {
    if (options.lenientOn === undefined) {
      return cluster.nodes;
    }
    const view = await viewCluster(context, cluster);
    return view.nodes.flatMap((one) => (one.kind === 'silent' ? [] : [one.node]));
  };
  const missing = async (context: StepContext): Promise<readonly NodeLayout[]> => {
    const nodes = await reachable(context);
    const right = await Promise.all(nodes.map((node) => hasMode(context, layout, node, as)));
    return nodes.filter((_node, index) => right[index] !== true);
  };
  const evidence = async (context: StepContext): Promise<string> => {
    const left = cluster.nodes.length - (await reachable(context)).length;
    return left === 0
      ? t('All nodes of {0} have the mode cluster_{1}.', cluster.name, as)
      : t('{0} nodes of {1} cannot be reached and keep their mode.', left, cluster.name);
  };
  return {
    id: `mode.${cluster.name}`,
    title:
      as === 'primary'
        ? t('{0} is the primary cluster from now on', cluster.name)
        : t('{0} is the standby cluster from now on', cluster.name),
    hosts: options.lenientOn ?? hostsOf(cluster),
    cluster: cluster.name,
    after: options.after,
    ...(layout.model.runMode === 'start-option' && as === 'standby'
      ? { restarts: t('the dssservers of {0}', cluster.name) }
      : {}),
    timeout: 300_000,
    estimate: 5,
    check: async (context) =>
      (await missing(context)).length === 0
        ? { kind: 'done', evidence: await evidence(context) }
        : { kind: 'needed' },
    preview: async (context) => {
      const parts: PreviewPart[] = [];
      for (const node of await reachable(context)) {
        const path = fileOf(layout, node);
        const before = (await readText(context, node.host, path))?.text;
        if (layout.model.runMode === 'start-option' && as === 'primary') {
          parts.push({ kind: 'command', command: setcfgCommand(node, as) });
        }
        parts.push({ kind: 'file', path, before, after: changed(layout, before ?? '', as) });
      }
      return parts;
    },
    run: async (context) => {
      if (as === 'standby' || layout.model.runMode === 'parameter') {
        const view = await viewCluster(context, cluster);
        if (view.nodes.some((one) => one.kind === 'running')) {
          throw blocked(
            t('{0} runs, and its mode is only changed while it is down.', cluster.name),
            { remedy: wordsOf(view) },
          );
        }
      }
      for (const node of await missing(context)) {
        await setMode(context, layout, node, as);
      }
    },
    verify: async (context) => {
      const [wrong] = await missing(context);
      if (wrong !== undefined) {
        throw notVerified(t('{0} has not the mode cluster_{1}.', wrong.id, as), {
          host: wrong.host,
          node: wrong.id,
        });
      }
      return evidence(context);
    },
  };
}
