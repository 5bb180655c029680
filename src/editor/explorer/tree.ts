import type { Finding } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import type { Health } from '../../status/health.ts';
import { managerState } from '../../status/manager.ts';
import { liveRole } from '../../status/replication.ts';
import type { NodeState, Snapshot } from '../../status/types.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../../topology/types.ts';
import { asked, bad, clusterIcon, nodeIcon } from './icons.ts';
import type { ExplorerItem } from './item.ts';
import { nodeDetails, roleOf, shortLag } from './details.ts';
import { clusterTooltip, nodeTooltip } from './tooltip.ts';
import { shortReason, stateName, waitsFor } from './words.ts';

/** What the explorer shows of one topology. */
export interface ExplorerInput {
  readonly id: string;
  readonly name: string;
  /** The address of opengauss.yaml. */
  readonly file: string;
  readonly topology: Topology | undefined;
  readonly findings: readonly Finding[];
  readonly snapshot: Snapshot | undefined;
  readonly health: Health | undefined;
  /** Whether readings are being taken. */
  readonly reading: boolean;
  /** What a host waits for, by its name. */
  readonly question?: (host: string) => Parameters<typeof waitsFor>[0] | undefined;
}

/** The explorer's rows. One topology's clusters stand at the top; several topologies get a row each. */
export function explorerTree(inputs: readonly ExplorerInput[]): readonly ExplorerItem[] {
  const single = inputs.length === 1;
  return inputs.flatMap((input) => {
    const { topology } = input;
    if (topology === undefined) {
      return [brokenTopology(input)];
    }
    const clusters = topology.clusters.map((cluster) => clusterItem(input, cluster));
    return single
      ? clusters
      : [
          {
            id: `topology:${input.id}`,
            label: input.name,
            description: t('{0} clusters', topology.clusters.length),
            icon: { name: 'type-hierarchy-sub' },
            contextValue: 'topology',
            expansion: 'expanded',
            children: clusters,
            topology: input.id,
            tooltip: () => input.file,
          } satisfies ExplorerItem,
        ];
  });
}

function brokenTopology(input: ExplorerInput): ExplorerItem {
  const errors = input.findings.filter((finding) => finding.severity === 'error');
  return {
    id: `topology:${input.id}`,
    label: input.name,
    description: t('errors in opengauss.yaml: {0}', errors.length),
    icon: { name: 'error', color: bad },
    contextValue: 'topology',
    expansion: 'none',
    children: [],
    topology: input.id,
    file: input.file,
    tooltip: () => errors.map((finding) => `- ${finding.message}`).join('\n'),
  };
}

const severityOrder: readonly NodeState['kind'][] = [
  'unreachable',
  'offline',
  'degraded',
  'stale',
  'unknown',
  'ok',
];

function clusterItem(input: ExplorerInput, cluster: ClusterSpec): ExplorerItem {
  const states = cluster.nodes.map((node) => input.snapshot?.nodes.get(node.id)?.state);
  const kinds = states.map((state) => state?.kind);
  const worst = severityOrder.find((kind) => kinds.includes(kind));
  const well = kinds.filter((kind) => kind === 'ok').length;
  const live = liveRole(cluster, input.snapshot);
  const role = (live ?? cluster.role) === 'primary' ? t('primary') : t('standby');
  const count = t('{0} of {1} normal', well, cluster.nodes.length);
  const manager = managerState(input.snapshot?.managers?.get(cluster.name));
  return {
    id: `cluster:${input.id}/${cluster.name}`,
    label: cluster.name,
    description: [
      role,
      ...(input.snapshot === undefined ? [] : [count]),
      ...(manager === undefined ? [] : [`CM ${manager}`]),
    ].join(' · '),
    icon: clusterIcon(worst),
    contextValue: 'cluster',
    spoken: t('Cluster {0}, {1}, {2}', cluster.name, role, count),
    expansion: 'expanded',
    children: cluster.nodes.map((node) => nodeItem(input, node)),
    topology: input.id,
    tooltip: () => clusterTooltip(cluster, input.snapshot),
  };
}

function nodeItem(input: ExplorerInput, node: NodeSpec): ExplorerItem {
  const state = input.snapshot?.nodes.get(node.id)?.state;
  const problems = (input.health?.problems ?? []).filter((one) => one.nodes.includes(node.id));
  const role = roleOf(state);
  const lag = shortLag(state);
  const reason = state === undefined ? undefined : shortReason(state);
  const question = input.question?.(node.host);
  const words = [
    ...(question === undefined ? [] : [waitsFor(question)]),
    ...(role === undefined ? [] : [role]),
    ...(state?.kind === 'ok' || question !== undefined ? [] : [stateName(state)]),
    ...(lag === undefined ? [] : [lag]),
    ...(reason === undefined ? [] : [reason]),
  ];
  return {
    id: `node:${input.id}/${node.id}`,
    label: node.name,
    description: words.join(' · '),
    icon: question === undefined ? nodeIcon(state, input.reading) : asked,
    ...(question !== undefined && { waits: true }),
    contextValue: 'node',
    spoken: t('Node {0}, {1}', node.name, [...new Set([stateName(state), ...words])].join(', ')),
    expansion: 'collapsed',
    children: nodeDetails(input.id, node, state, problems),
    target: { topology: input.id, node: node.id },
    tooltip: () => nodeTooltip(node, state),
  };
}
