import { t } from '../../base/l10n.ts';
import { parseConf, type ConfDocument } from '../../config/document.ts';
import { linesOf } from '../../config/edit.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { isLeading } from '../../status/replication.ts';
import { describe, type StartAs } from '../host/servers.ts';
import { readText } from '../host/text-files.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';
import { controlOf, viewCluster, type ClusterView } from './roles-state.ts';

/** What a cluster is now, whatever the topology calls it. */
export interface LiveMode {
  /** undefined: nobody says, or they contradict each other. */
  readonly mode: StartAs | undefined;
  /** By a server that leads it; undefined when none runs. */
  readonly leads: StartAs | undefined;
  /** Who says what; empty when nobody says anything. */
  readonly said: readonly string[];
  /** Its configuration makes it one of two clusters that replicate; undefined: no configuration was seen. */
  readonly related: boolean | undefined;
  readonly view: ClusterView;
}

interface Said {
  readonly mode: StartAs;
  readonly words: string;
}

function lastValue(document: ConfDocument, name: string): string | undefined {
  const last = linesOf(document, name).at(-1);
  return last === undefined ? undefined : document.lines[last]?.content?.toLowerCase();
}

/** A text of a node's host; undefined when it is not there or the host cannot be reached. */
async function textOf(
  context: StepContext,
  node: NodeLayout,
  path: string,
): Promise<string | undefined> {
  try {
    return (await readText(context, node.host, path))?.text;
  } catch (thrown) {
    if (!isHostFailure(thrown, 'unreachable', 'proxy-failed') || context.signal.aborted) {
      throw thrown;
    }
    return undefined;
  }
}

/** Whether disaster recovery is switched on in a node's postgresql.conf. */
function isRelated(layout: Layout, document: ConfDocument): boolean {
  if (layout.model.runMode === 'parameter') {
    return lastValue(document, 'cluster_run_mode') !== undefined;
  }
  return layout.model.disasterParameters.some(([name]) => {
    const value = lastValue(document, name);
    return value !== undefined && !['off', 'false', 'no', '0', 'single', ''].includes(value);
  });
}

function asMode(word: string | undefined): 'primary' | 'standby' | undefined {
  const mode = word?.toLowerCase().replace(/^cluster_/, '');
  return mode === 'primary' || mode === 'standby' ? mode : undefined;
}

/** What the files of a cluster say: cluster_run_mode up to 5.0.0; CLUSTER_RUN_MODE of DSS and pg_control from 5.1.0 on. */
async function saidByFiles(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<{ readonly said: Said[]; readonly related: boolean | undefined }> {
  const said: Said[] = [];
  const related: boolean[] = [];
  const hidden: string[] = [];
  for (const node of cluster.nodes) {
    const path = `${node.dataDir}/postgresql.conf`;
    const text = await textOf(context, node, path);
    if (text === undefined) {
      hidden.push(node.id);
      continue;
    }
    const document = parseConf(text);
    related.push(isRelated(layout, document));
    const mode = asMode(lastValue(document, 'cluster_run_mode'));
    if (layout.model.runMode === 'parameter' && mode !== undefined) {
      said.push({ mode, words: t('cluster_run_mode in {0}: {1}', path, `cluster_${mode}`) });
    }
  }
  if (related.length > 0 && hidden.length === 0 && !related.includes(true)) {
    const words = t('{0} is not set up for disaster recovery.', cluster.name);
    return { said: [{ mode: 'independent', words }], related: false };
  }
  const isOne = related.length === 0 ? undefined : related.includes(true);
  if (layout.model.runMode === 'parameter') {
    return { said, related: isOne };
  }
  for (const node of cluster.nodes) {
    const path = `${node.dssHome}/cfg/dss_inst.ini`;
    const text = await textOf(context, node, path);
    const mode = asMode(/^[ \t]*CLUSTER_RUN_MODE[ \t]*=[ \t]*(\S+)/m.exec(text ?? '')?.[1]);
    if (mode !== undefined) {
      said.push({ mode, words: t('CLUSTER_RUN_MODE in {0}: {1}', path, `cluster_${mode}`) });
    }
  }
  const control = (await controlIn(context, cluster))?.clusterRunMode;
  const mode = asMode(control?.replace(/ cluster$/, ''));
  if (mode !== undefined) {
    said.push({ mode, words: t('pg_control of {0}: {1}', cluster.name, control ?? '') });
  }
  return { said, related: isOne };
}

async function controlIn(
  context: StepContext,
  cluster: ClusterLayout,
): ReturnType<typeof controlOf> {
  try {
    return await controlOf(context, cluster);
  } catch (thrown) {
    if (!isHostFailure(thrown, 'unreachable', 'proxy-failed') || context.signal.aborted) {
      throw thrown;
    }
    return undefined;
  }
}

/**
 * What a cluster is now: by the server that leads it, by its files, by pg_control. All that say something must say the
 * same, or nothing is known: in the middle of a role change they do not.
 */
export async function liveMode(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
): Promise<LiveMode> {
  const view = await viewCluster(context, cluster);
  const { said, related } = await saidByFiles(context, layout, cluster);
  const independent = said.some(({ mode }) => mode === 'independent');
  let leads: StartAs | undefined;
  for (const one of view.nodes) {
    const role = one.kind === 'running' ? one.query.haState?.localRole : undefined;
    if (one.kind === 'running' && isLeading(role)) {
      const mode = role === 'Main Standby' ? 'standby' : independent ? 'independent' : 'primary';
      said.push({ mode, words: describe(one.node, one.query) });
      leads = mode;
    }
  }
  const modes = new Set(said.map(({ mode }) => mode));
  const [only] = modes;
  return {
    mode: modes.size === 1 ? only : undefined,
    leads,
    said: said.map(({ words }) => words),
    related,
    view,
  };
}

/** A mode in words. */
export function nameOf(mode: StartAs): string {
  switch (mode) {
    case 'primary':
      return t('the primary cluster');
    case 'standby':
      return t('the standby cluster');
    case 'independent':
      return t('a cluster of its own');
  }
}

/** What to do when a cluster is not what the topology calls it. */
export function roleRemedy(layout: Layout): string {
  return t(
    'To change roles use “Switch over”, “Fail over” or “Rebuild a standby”. If they have changed, write role: primary and role: standby into opengauss.yaml as they are now, for {0} and {1}.',
    layout.primary.name,
    layout.standby.name,
  );
}

/** Whether two clusters are copies of each other, by the system identifiers in pg_control; undefined: one cannot be read. */
export async function areCopies(
  context: StepContext,
  one: ClusterLayout,
  other: ClusterLayout,
): Promise<boolean | undefined> {
  const ours = (await controlIn(context, one))?.systemIdentifier ?? undefined;
  const theirs = (await controlIn(context, other))?.systemIdentifier ?? undefined;
  return ours === undefined || theirs === undefined ? undefined : ours === theirs;
}
