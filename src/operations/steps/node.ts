import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { notVerified } from '../errors.ts';
import { leadMoves } from '../host/lead.ts';
import { nodeRuns, queryNode } from '../host/node-query.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { wrongMode, wrongModeAnswer } from './mode-guards.ts';
import {
  asOf,
  describe,
  isSettled,
  startCommand,
  startNode,
  stopCommand,
  stopNode,
  stopScript,
} from '../host/servers.ts';

/** The step that starts one node of a cluster, in the cluster's mode. */
export function startNodeStep(layout: Layout, node: NodeLayout, after: readonly string[]): Step {
  const cluster = layout.clusters.find((one) => one.nodes.includes(node)) ?? layout.primary;
  return {
    id: `start.${node.id}`,
    title: t('Start {0}', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    timeout: 700_000,
    estimate: 10,
    scripts: [
      {
        host: node.host,
        run: `(. ${quote(node.envFile)}; gs_ctl status -D ${quote(node.dataDir)} > /dev/null || ${startCommand(layout.model, node, asOf(cluster))})`,
      },
    ],
    check: async (context) => {
      const query = await queryNode(context, node);
      if (isSettled(query, asOf(cluster))) {
        return { kind: 'done', evidence: describe(node, query) };
      }
      return (await wrongModeAnswer(context, layout, cluster)) ?? { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve([
        { kind: 'command', command: startCommand(layout.model, node, asOf(cluster)) },
        {
          kind: 'note',
          text: t(
            'In the simulation a node comes up only when all nodes that cm_config.ini calls online are started.',
          ),
        },
      ]),
    run: async (context) => {
      const failure = await wrongMode(context, layout, cluster);
      if (failure !== undefined) {
        throw failure;
      }
      await startNode(context, layout, cluster, node);
    },
    verify: async (context) => {
      const query = await queryNode(context, node);
      if (!isSettled(query, asOf(cluster))) {
        throw notVerified(describe(node, query), { host: node.host, node: node.id });
      }
      return describe(node, query);
    },
  };
}

/** The step that stops one node. `refuse`: why it must not be stopped although it runs. */
export function stopNodeStep(
  cluster: ClusterLayout,
  node: NodeLayout,
  after: readonly string[],
  refuse?: (context: StepContext) => Promise<Failure | undefined>,
): Step {
  return {
    id: `stop.${node.id}`,
    title: t('Stop {0}', node.id),
    hosts: [node.host],
    node: node.id,
    after,
    restarts: t('{0} is stopped', node.id),
    timeout: 300_000,
    estimate: 3,
    scripts: [{ host: node.host, run: stopScript(node) }],
    check: async (context) => {
      if (!(await nodeRuns(context, node))) {
        return { kind: 'done', evidence: t('{0} does not run.', node.id) };
      }
      const failure = await refuse?.(context);
      return failure === undefined ? { kind: 'needed' } : { kind: 'blocked', failure };
    },
    preview: async (context) => [
      { kind: 'command', command: stopCommand(node) },
      ...(await leadMoves(context, cluster, node)),
    ],
    run: (context) => stopNode(context, node),
    verify: async (context) => {
      if (await nodeRuns(context, node)) {
        throw notVerified(t('{0} still runs.', node.id), { host: node.host, node: node.id });
      }
      return t('{0} does not run.', node.id);
    },
  };
}
