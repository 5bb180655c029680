import { t } from '../../base/l10n.ts';
import { blocked, notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import type { ClusterLayout, Layout, NodeLayout } from '../recipes/layout.ts';
import type { CheckAnswer, StepContext } from '../types.ts';
import { writeRefusal } from './roles-act.ts';
import {
  answeredRole,
  isNormal,
  leaderIn,
  viewCluster,
  wordsOf,
  type ClusterView,
} from './roles-state.ts';

/** The answer that a step must not run, with what is true of the nodes. */
export function no(
  view: ClusterView,
  node: NodeLayout,
  message: string,
  remedy: string,
): CheckAnswer {
  return {
    kind: 'blocked',
    failure: blocked(`${message} ${wordsOf(view)}`, { host: node.host, node: node.id, remedy }),
  };
}

/** The cluster is led by this node, which is Normal, and every node that runs follows it. */
export function leads(view: ClusterView, node: NodeLayout): boolean {
  return view.nodes.every((one) =>
    one.node === node
      ? isNormal(one, 'Primary') || isNormal(one, 'Main Standby')
      : one.kind !== 'running' || isNormal(one, 'Standby'),
  );
}

/** What shows that the node leads its cluster and, as a Primary, takes writes. Rejects when it does not. */
export async function leadProof(
  context: StepContext,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<string> {
  const view = await viewCluster(context, cluster);
  if (!leads(view, node)) {
    throw notVerified(t('{0} does not lead {1}: {2}', node.id, cluster.name, wordsOf(view)), {
      host: node.host,
      node: node.id,
    });
  }
  const refusal =
    leaderIn(view)?.query.haState?.localRole === 'Primary'
      ? await writeRefusal(context, node)
      : undefined;
  if (refusal !== undefined) {
    throw notVerified(t('{0} does not take writes: {1}', node.id, refusal), {
      host: node.host,
      node: node.id,
    });
  }
  return wordsOf(view);
}

/** Waits until the node leads its cluster. */
export async function awaitLead(
  context: StepContext,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<void> {
  let last = '';
  await poll(
    context,
    async () => {
      const view = await viewCluster(context, cluster);
      last = wordsOf(view);
      return leads(view, node) ? true : undefined;
    },
    () =>
      notVerified(t('{0} does not lead {1}: {2}', node.id, cluster.name, last), {
        host: node.host,
        node: node.id,
        remedy: t(
          'Look at the logs of its nodes; a switchover that hangs is finished or taken back by the servers themselves.',
        ),
      }),
    { seconds: 120, pause: 500 },
  );
}

/** Whether a node can become the leader of its cluster by a switchover, or leads it already. */
export async function switchoverAnswer(
  context: StepContext,
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
): Promise<CheckAnswer> {
  const view = await viewCluster(context, cluster);
  if (leads(view, node)) {
    return { kind: 'done', evidence: wordsOf(view) };
  }
  const leader = leaderIn(view);
  if (leader === undefined) {
    return no(
      view,
      node,
      t('{0} has no node that leads.', cluster.name),
      t('If the one that led is lost, use “Fail over” on {0}.', node.id),
    );
  }
  if (
    leader.query.haState?.localRole === 'Main Standby' &&
    (layout.model.version === '5.0.0' || layout.model.version === '5.1.0')
  ) {
    return no(
      view,
      node,
      t(
        'A switchover inside the standby cluster is known from 6.0.0 on, and this is {0}.',
        layout.model.version,
      ),
      t('Stop and start {0}, or switch over between the clusters.', cluster.name),
    );
  }
  if (leader.query.haState?.dbState !== 'Normal' && answeredRole(leader) === 'Primary') {
    return no(view, node, t('{0} is not Normal.', leader.node.id), t('Wait until it is.'));
  }
  const own = view.nodes.find((one) => one.node === node);
  return own !== undefined && isNormal(own, 'Standby')
    ? { kind: 'needed' }
    : no(
        view,
        node,
        t('{0} is no standby that is Normal.', node.id),
        t('Start it and wait until it is.'),
      );
}
