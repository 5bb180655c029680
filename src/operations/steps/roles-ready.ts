import { sleep } from '../../base/async.ts';
import { t } from '../../base/l10n.ts';
import { replicationLag } from '../../status/lsn.ts';
import { blocked } from '../errors.ts';
import type { ClusterLayout } from '../recipes/layout.ts';
import type { CheckAnswer, StepContext } from '../types.ts';
import {
  answeredRole,
  isNormal,
  isStopped,
  leaderIn,
  leadsAsPrimary,
  primariesOf,
  refuseTwoPrimaries,
  viewCluster,
  wordsOf,
  type ClusterView,
} from './roles-state.ts';

/**
 * Bytes that the standby cluster may be behind before a switchover is refused: the clients wait while they are
 * replayed. 64 MiB is a second or two.
 */
export const largestLag = 64n * 1024n * 1024n;

function refusal(
  message: string,
  view: ClusterView,
  remedy: string,
): CheckAnswer & { kind: 'blocked' } {
  const [first] = view.cluster.nodes;
  return {
    kind: 'blocked',
    failure: blocked(`${message} ${wordsOf(view)}`, {
      ...(first === undefined ? {} : { host: first.host }),
      remedy,
    }),
  };
}

/** A view in which no node is on its way up or down, as far as that can be waited for. */
async function settled(context: StepContext, cluster: ClusterLayout): Promise<ClusterView> {
  for (let left = 20; ; left -= 1) {
    const view = await viewCluster(context, cluster);
    const moving = view.nodes.some(
      (one) => one.kind === 'running' && answeredRole(one) === undefined,
    );
    if (!moving || left <= 0 || context.cancel.aborted) {
      return view;
    }
    await sleep(1000, context.signal);
  }
}

/**
 * Whether a planned switchover from one cluster to the other may begin, or has begun. Anything else is refused with
 * the reason: who is primary, which state contradicts, how far the standby cluster is behind.
 */
export async function readyAnswer(
  context: StepContext,
  from: ClusterLayout,
  to: ClusterLayout,
): Promise<CheckAnswer> {
  const [old, next] = [await settled(context, from), await settled(context, to)];
  const silent = [old, next].find((view) => view.nodes.some((one) => one.kind === 'silent'));
  if (silent !== undefined) {
    return refusal(
      t('A planned switchover needs both clusters.'),
      silent,
      t('Make the host reachable. If {0} is lost, fail over to {1} instead.', from.name, to.name),
    );
  }
  const failure = refuseTwoPrimaries(old, next);
  if (failure !== undefined) {
    return { kind: 'blocked', failure };
  }
  if (leadsAsPrimary(next)) {
    return {
      kind: 'done',
      evidence: t('{0} is the primary cluster already: {1}', to.name, wordsOf(next)),
    };
  }
  if (primariesOf(old).length === 0) {
    return old.nodes.some((one) => one.kind === 'running' && answeredRole(one) === undefined)
      ? refusal(
          t('{0} runs and does not answer.', from.name),
          old,
          t('Look at its log. If it is lost, fail over to {0}.', to.name),
        )
      : {
          kind: 'done',
          evidence: t('{0} is no primary: {1}', from.name, wordsOf(old)),
        };
  }
  return withPrimary(old, next);
}

function withPrimary(old: ClusterView, next: ClusterView): CheckAnswer {
  const primary = old.nodes.find((one) => isNormal(one, 'Primary'));
  if (primary?.kind !== 'running') {
    return refusal(
      t('The primary of {0} is not Normal.', old.cluster.name),
      old,
      t('Wait until it is, or mend it; a switchover starts from a healthy pair only.'),
    );
  }
  const leader = next.nodes.find((one) => isNormal(one, 'Main Standby'));
  const others = next.nodes.filter((one) => one !== leader);
  if (leader?.kind !== 'running' || !others.every((one) => isNormal(one, 'Standby'))) {
    return refusal(
      t('{0} is not ready to take over: its nodes must all be Normal.', next.cluster.name),
      next,
      t('Start what is down and wait until {0} follows the primary.', next.cluster.name),
    );
  }
  const senders = primary.query.senders.filter((one) => one.peerRole === 'StandbyCluster_Standby');
  const [sender] = senders;
  if (senders.length !== 1 || sender?.state !== 'Streaming' || sender.peerState !== 'Normal') {
    return refusal(
      t(
        '{0} does not stream to {1} ({2}).',
        primary.node.id,
        next.cluster.name,
        sender?.state ?? t('no sender'),
      ),
      next,
      t('Bring the replication up first; what is not received would be lost.'),
    );
  }
  const lag = replicationLag(sender);
  if (lag === undefined || lag > largestLag) {
    return refusal(
      t(
        '{0} is {1} bytes behind; at most {2} are accepted, since all clients wait while they are replayed.',
        next.cluster.name,
        lag === undefined ? '?' : String(lag),
        String(largestLag),
      ),
      next,
      t('Wait until it has caught up.'),
    );
  }
  return {
    kind: 'done',
    evidence: t(
      '{0} streams to {1}, {2} bytes behind; {3}; {4}',
      primary.node.id,
      next.cluster.name,
      String(lag),
      wordsOf(old),
      wordsOf(next),
    ),
  };
}

/** Whether the standby cluster still receives: then its primary lives, whatever else cannot be reached. */
function receives(next: ClusterView): boolean {
  const leader = leaderIn(next);
  const receiver = leader?.query.receivers[0];
  return (
    leader?.query.haState?.localRole === 'Main Standby' &&
    leader.query.haState.dbState === 'Normal' &&
    receiver?.state === 'Normal' &&
    receiver.peerState === 'Normal' &&
    !(receiver.channel ?? '').startsWith(':0')
  );
}

/**
 * Whether the old primary cluster is no primary any more: every node that can be asked is down, the standby cluster
 * receives nothing. Hosts that cannot be asked are what the person has confirmed by typing the cluster's name.
 */
export async function fencedAnswer(
  context: StepContext,
  from: ClusterLayout,
  to: ClusterLayout,
): Promise<CheckAnswer> {
  const [old, next] = [await viewCluster(context, from), await viewCluster(context, to)];
  const failure = refuseTwoPrimaries(old, next);
  if (failure !== undefined && old.nodes.some((one) => answeredRole(one) === 'Primary')) {
    return { kind: 'blocked', failure };
  }
  if (old.nodes.some((one) => answeredRole(one) === 'Primary')) {
    return refusal(
      t('{0} still answers as Primary.', from.name),
      old,
      t('Nothing is lost yet: use the planned switchover, which loses no row.'),
    );
  }
  if (leadsAsPrimary(next)) {
    return isOver(old, from, to, next);
  }
  if (next.nodes.some((one) => one.kind === 'silent')) {
    return refusal(
      t('{0} cannot take over: a host of it cannot be reached.', to.name),
      next,
      t('Make the host reachable.'),
    );
  }
  // A standby cluster whose main standby is down too is started anew as the primary one by the promotion.
  if (old.nodes.some((one) => one.kind === 'running')) {
    return { kind: 'needed' };
  }
  // What is proven stopped needs no witness; for what cannot be asked the standby cluster is one.
  if (!isStopped(old) && receives(next)) {
    return refusal(
      t('{0} still receives from its primary, so that {1} is alive.', to.name, from.name),
      next,
      t(
        'Stop {0} where you can reach it, or cut it off from its clients and from {1}; then try again.',
        from.name,
        to.name,
      ),
    );
  }
  return { kind: 'done', evidence: gone(old, next) };
}

function isOver(
  old: ClusterView,
  from: ClusterLayout,
  to: ClusterLayout,
  next: ClusterView,
): CheckAnswer {
  const still = primariesOf(old);
  return still.length > 0
    ? { kind: 'needed' }
    : {
        kind: 'done',
        evidence: t(
          '{0} is the primary cluster already: {1}; {2}: {3}',
          to.name,
          wordsOf(next),
          from.name,
          wordsOf(old),
        ),
      };
}

function gone(old: ClusterView, next: ClusterView): string {
  const at = leaderIn(next)?.query.receivers[0]?.receiverReplayLocation;
  const words = old.nodes.some((one) => one.kind === 'silent')
    ? t('{0}; what cannot be reached was confirmed to be down by typing its name', wordsOf(old))
    : wordsOf(old);
  return at === undefined ? words : `${words}; ${t('replayed up to {0}', at)}`;
}
