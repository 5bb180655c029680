import { sleep } from '../../base/async.ts';
import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { parseConf } from '../../config/document.ts';
import { linesOf } from '../../config/edit.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { quote } from '../../hosts/quote.ts';
import { lsnDifference } from '../../status/lsn.ts';
import type { ControlData } from '../../status/pg-controldata.ts';
import { isLeading } from '../../status/replication.ts';
import type { GsCtlQuery } from '../../status/types.ts';
import { blocked } from '../errors.ts';
import { runForNode } from '../host/command.ts';
import { controlData, nodeRuns, queryNode } from '../host/node-query.ts';
import { describe } from '../host/servers.ts';
import { readText } from '../host/text-files.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';

/** What is true of a node now. `silent`: its host cannot be reached, so that nothing is known. */
export type NodeView =
  | { readonly kind: 'silent'; readonly node: NodeLayout; readonly reason: Failure }
  | { readonly kind: 'stopped'; readonly node: NodeLayout }
  | { readonly kind: 'running'; readonly node: NodeLayout; readonly query: GsCtlQuery };

export interface ClusterView {
  readonly cluster: ClusterLayout;
  readonly nodes: readonly NodeView[];
}

/** How often a host is tried before it counts as one that cannot be reached. A cut connection is none. */
const tries = 3;

async function viewNode(context: StepContext, node: NodeLayout): Promise<NodeView> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await nodeRuns(context, node))
        ? { kind: 'running', node, query: await queryNode(context, node) }
        : { kind: 'stopped', node };
    } catch (thrown) {
      if (!isHostFailure(thrown, 'unreachable', 'proxy-failed') || context.signal.aborted) {
        throw thrown;
      }
      if (attempt >= tries) {
        return { kind: 'silent', node, reason: thrown };
      }
      await sleep(1500, context.signal);
    }
  }
}

/** What is true of all nodes of a cluster now: by their processes and by what they answer. */
export async function viewCluster(
  context: StepContext,
  cluster: ClusterLayout,
): Promise<ClusterView> {
  return {
    cluster,
    nodes: await Promise.all(cluster.nodes.map((node) => viewNode(context, node))),
  };
}

/** The role with which a node answers and is let in; undefined when it does not answer. */
export function answeredRole(view: NodeView): string | undefined {
  return view.kind === 'running' && view.query.kind === 'online'
    ? view.query.haState?.localRole
    : undefined;
}

/** Whether a node answers, is Normal and has the role. */
export function isNormal(view: NodeView, role: string): boolean {
  return (
    answeredRole(view) === role &&
    view.kind === 'running' &&
    view.query.haState?.dbState === 'Normal'
  );
}

/**
 * The nodes that call themselves Primary, also those that do not answer at the moment and last wrote so: whoever may
 * take writes counts.
 */
export function primariesOf(view: ClusterView): readonly NodeView[] {
  return view.nodes.filter(
    (node) => node.kind === 'running' && node.query.haState?.localRole === 'Primary',
  );
}

/** The node that leads the cluster as Primary or Main Standby and answers. */
export function leaderIn(view: ClusterView): (NodeView & { kind: 'running' }) | undefined {
  return view.nodes.find((node): node is NodeView & { kind: 'running' } =>
    isLeading(answeredRole(node)),
  );
}

/** Whether the cluster has a Primary that takes writes. */
export function leadsAsPrimary(view: ClusterView): boolean {
  return view.nodes.filter((node) => isNormal(node, 'Primary')).length === 1;
}

/** Proven stopped: every node's host was asked and no process of it is there. */
export function isStopped(view: ClusterView): boolean {
  return view.nodes.every((node) => node.kind === 'stopped');
}

/** A view in a few words. */
export function wordsOf(view: ClusterView): string {
  return view.nodes
    .map((one) => {
      switch (one.kind) {
        case 'silent':
          return t('{0}: host {1} cannot be reached', one.node.id, one.node.host);
        case 'stopped':
          return t('{0}: stopped', one.node.id);
        case 'running':
          return describe(one.node, one.query);
      }
    })
    .join('; ');
}

/** The layout with the roles that the clusters are to have, whatever the file says. */
export function orientedTo(layout: Layout, primary: ClusterLayout): Layout {
  const other = layout.clusters.find((cluster) => cluster.name !== primary.name) ?? layout.standby;
  const first: ClusterLayout = { ...primary, role: 'primary' };
  const second: ClusterLayout = { ...other, role: 'standby' };
  return { ...layout, primary: first, standby: second, clusters: [first, second] };
}

/** Refuses when both clusters have a Primary: nothing is done before a person has decided which one is right. */
export function refuseTwoPrimaries(one: ClusterView, other: ClusterView): Failure | undefined {
  return primariesOf(one).length > 0 && primariesOf(other).length > 0
    ? blocked(
        t(
          'Both clusters have a Primary: {0}; {1}. They may already hold different data.',
          wordsOf(one),
          wordsOf(other),
        ),
        {
          remedy: t(
            'Stop the one that clients must not write to at once (“Stop”), compare what was written there, and rebuild it as the standby cluster (“Rebuild a standby”).',
          ),
        },
      )
    : undefined;
}

/** What a node's own files say that its cluster is; undefined when they say nothing. */
export async function modeOf(
  context: StepContext,
  layout: Layout,
  node: NodeLayout,
): Promise<'primary' | 'standby' | undefined> {
  const path =
    layout.model.runMode === 'parameter'
      ? `${node.dataDir}/postgresql.conf`
      : `${node.dssHome}/cfg/dss_inst.ini`;
  const text = (await readText(context, node.host, path))?.text;
  if (text === undefined) {
    return undefined;
  }
  let value: string | undefined;
  if (layout.model.runMode === 'parameter') {
    const document = parseConf(text);
    const last = linesOf(document, 'cluster_run_mode').at(-1);
    value = last === undefined ? undefined : document.lines[last]?.content;
  } else {
    // DSS takes cluster_primary for a file that does not say.
    value = /^[ \t]*CLUSTER_RUN_MODE[ \t]*=[ \t]*(\S+)/m.exec(text)?.[1] ?? 'cluster_primary';
  }
  const word = value?.toLowerCase().replace(/^cluster_/, '');
  return word === 'primary' || word === 'standby' ? word : undefined;
}

/** The control file of a cluster, by the first node whose DSS answers. */
export async function controlOf(
  context: StepContext,
  cluster: ClusterLayout,
): Promise<ControlData | undefined> {
  for (const node of cluster.nodes) {
    const data = await controlData(context, node);
    if (data !== undefined) {
      return data;
    }
  }
  return undefined;
}

/** The page of the instance that led last; its state tells how the cluster ended. */
function leadersPage(data: ControlData): Readonly<Record<string, string>> | undefined {
  const id = Number(data.reformer?.['Primary instance ID'] ?? '0');
  return data.pages[id] ?? data.pages[0];
}

/** How the cluster ended, as `shut down`, by the page of its last leader. */
export function endedAs(data: ControlData): string {
  return leadersPage(data)?.['Database cluster state'] ?? data.clusterState ?? '';
}

/** The end of what the cluster wrote: its last leader's checkpoint. */
export function checkpointOf(data: ControlData): string | undefined {
  return leadersPage(data)?.['Latest checkpoint location'];
}

/** Up to where a main standby has replayed: by its receiver, else by asking it. */
export async function replayedBy(
  context: StepContext,
  leader: NodeView & { readonly kind: 'running' },
): Promise<string | undefined> {
  const said = leader.query.receivers[0]?.receiverReplayLocation;
  if (said !== undefined && lsnDifference(said, '0/0') !== undefined) {
    return said;
  }
  const { node } = leader;
  const answer = await runForNode(
    context,
    node.spec,
    `gsql -X -A -t -d postgres -p ${node.port} -c ${quote('select pg_last_xlog_replay_location()')}`,
    { quiet: true, timeout: 20_000 },
  );
  return /[0-9A-F]+\/[0-9A-F]+/i.exec(answer.stdout)?.[0];
}
