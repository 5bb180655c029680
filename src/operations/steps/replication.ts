import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { notVerified } from '../errors.ts';
import { poll } from '../execute-step.ts';
import { Missing } from '../host/missing.ts';
import { controlData } from '../host/node-query.ts';
import type { Layout } from '../recipes/layout.ts';
import type { Step, StepContext } from '../types.ts';
import { describe, isUp, queryCluster } from '../host/servers.ts';

interface Finding {
  readonly ok: boolean;
  readonly words: string;
}

/**
 * Whether the two clusters replicate: one sender of the first node to `StandbyCluster_Standby`, streaming; the other
 * cluster's first node is the main standby with a receiver; followers are Normal (gs_ctl-query 3, lifecycle 10).
 */
export async function replicationState(context: StepContext, layout: Layout): Promise<Finding> {
  const words: string[] = [];
  let ok = true;
  for (const cluster of layout.clusters) {
    const queries = await queryCluster(context, cluster);
    ok = ok && isUp(queries, cluster.role);
    cluster.nodes.forEach((node, index) => {
      const query = queries[index];
      words.push(query === undefined ? '' : describe(node, query));
    });
    if (cluster.role === 'primary') {
      const senders = queries
        .flatMap((query) => query.senders)
        .filter((one) => one.peerRole === 'StandbyCluster_Standby');
      const [sender] = senders;
      ok =
        ok &&
        senders.length === 1 &&
        sender?.peerState === 'Normal' &&
        sender.state === 'Streaming';
      words.push(
        sender === undefined
          ? t('no sender to the other cluster')
          : t(
              'sender {0}, {1}, replayed {2}',
              sender.channel ?? '',
              sender.state ?? '',
              sender.receiverReplayLocation ?? '',
            ),
      );
    } else {
      const receiver = queries
        .filter((query) => query.haState?.localRole === 'Main Standby')
        .flatMap((query) => query.receivers)[0];
      ok = ok && receiver?.peerRole === 'Primary' && receiver.state === 'Normal';
      words.push(
        receiver === undefined
          ? t('no receiver')
          : t('receiver {0}, {1}', receiver.channel ?? '', receiver.state ?? ''),
      );
    }
  }
  return { ok, words: words.join('; ') };
}

/** The step that proves that the clusters replicate. */
export function replicationStep(layout: Layout, after: readonly string[]): Step {
  const { primary, standby } = layout;
  return {
    id: 'replication',
    title: t('{0} replicates to {1}', primary.name, standby.name),
    hosts: layout.hosts,
    after,
    timeout: 300_000,
    estimate: 10,
    scripts: [
      {
        host: primary.first.host,
        run: `wait_for 300 has_sender ${quote(primary.first.envFile)} ${quote(primary.first.dataDir)}`,
      },
    ],
    check: async (context) => {
      const state = await replicationState(context, layout);
      return state.ok ? { kind: 'done', evidence: state.words } : { kind: 'needed' };
    },
    preview: () =>
      Promise.resolve(
        layout.nodes.map((node) => ({
          kind: 'command' as const,
          command: `gs_ctl query -D ${quote(node.dataDir)}`,
        })),
      ),
    run: async (context) => {
      let last = '';
      const missing = new Missing();
      await poll(
        context,
        async () => {
          const state = await replicationState(context, layout);
          last = state.words;
          if (state.ok) {
            return true;
          }
          if (missing.due()) {
            await missing.look(context, layout.nodes, last);
          }
          return undefined;
        },
        () =>
          notVerified(t('The clusters do not replicate: {0}', last), {
            host: standby.first.host,
            node: standby.first.id,
            remedy: t(
              'Compare the cross_cluster_replconninfo entries of both sides, pg_hba.conf and the ports; the log of {0} says why it does not connect.',
              standby.first.id,
            ),
          }),
        { seconds: 240, pause: 1000 },
      );
    },
    verify: async (context) => {
      const state = await replicationState(context, layout);
      const [ours, theirs] = [
        (await controlData(context, primary.first))?.systemIdentifier,
        (await controlData(context, standby.first))?.systemIdentifier,
      ];
      if (!state.ok || ours === undefined || ours === null || ours !== theirs) {
        throw notVerified(t('The clusters do not replicate: {0}', state.words), {
          host: standby.first.host,
        });
      }
      return `${state.words}; ${t('system identifier {0} on both sides', ours)}`;
    },
  };
}
