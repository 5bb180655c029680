import { formatBytes } from '../base/bytes.ts';
import { t } from '../base/l10n.ts';
import { nodesOf } from '../topology/lookups.ts';
import type { NodeSpec, Topology } from '../topology/types.ts';
import { checkChannels } from './health-channels.ts';
import { checkControlData, checkLag, checkVersions } from './health-evidence.ts';
import type { HealthEvidence } from './health-evidence.ts';
import { checkManagers } from './health-manager.ts';
import type { HealthCode, HealthProblem } from './health-problem.ts';
import { checkRoles, isUnheard } from './health-roles.ts';
import type { States } from './health-roles.ts';
import {
  crossClusterReceiver,
  crossClusterSenders,
  currentReading,
  replicationLink,
} from './replication.ts';
import type { ReplicationLink } from './replication.ts';
import type { NodeState, Snapshot } from './types.ts';

/** `unknown`: not everything has been read yet, and nothing is wrong with the rest. */
export type HealthLevel = 'ok' | 'warning' | 'error' | 'unknown';

export interface Health {
  readonly level: HealthLevel;
  /** The verdict in one sentence. */
  readonly sentence: string;
  /** Why it is not healthy, the worst first. */
  readonly problems: readonly HealthProblem[];
  /** What is worth knowing and wrong with nothing. */
  readonly notes: readonly HealthProblem[];
}

/**
 * Whether a dual cluster is healthy, by one snapshot and, where there is any, by more evidence. The rules are those of
 * openGauss's own tools: one sender to `StandbyCluster_Standby` that is Streaming to a Normal peer, a first standby that
 * receives, followers that do neither. `sync_state` Async is normal there. That LSNs are equal proves nothing: zero
 * locations are printed as the sent one.
 */
export function assess(
  topology: Topology,
  snapshot: Snapshot,
  evidence: HealthEvidence = {},
): Health {
  const states = new Map(
    nodesOf(topology).map((node) => [node.id, snapshot.nodes.get(node.id)?.state]),
  );
  const unread = nodesOf(topology).filter((node) => isUnread(states.get(node.id)));
  const found = [
    ...nodeProblems(topology, states),
    ...checkRoles(topology, states, unread.length > 0),
    ...replicationProblems(topology, snapshot, unread.length > 0),
    ...checkLag(topology, snapshot, evidence),
    ...checkControlData(topology, snapshot, evidence),
    ...checkVersions(topology, evidence),
    ...checkManagers(topology, snapshot),
  ];
  const problems = [
    ...found.filter((problem) => problem.severity === 'error'),
    ...found.filter((problem) => problem.severity === 'warning'),
  ];
  const level =
    problems[0] === undefined ? (unread.length > 0 ? 'unknown' : 'ok') : levelOf(problems[0]);
  return {
    level,
    sentence: sentenceOf(topology, snapshot, level, problems, unread),
    problems,
    notes: found.filter((problem) => problem.severity === 'info'),
  };
}

function levelOf(problem: HealthProblem): HealthLevel {
  return problem.severity === 'error' ? 'error' : 'warning';
}

/** Not read yet, as opposed to read and not understood. */
function isUnread(state: NodeState | undefined): boolean {
  return state === undefined || (state.kind === 'unknown' && state.last === undefined);
}

function nodeProblems(topology: Topology, states: States): HealthProblem[] {
  return nodesOf(topology).flatMap((node): HealthProblem[] => {
    const state = states.get(node.id);
    const problem = (code: HealthCode, message: string): HealthProblem[] => [
      { code, severity: 'warning', message, nodes: [node.id] },
    ];
    switch (state?.kind) {
      case 'offline':
        return problem('node-offline', t('{0} is down. {1}', node.id, state.reason));
      case 'unreachable':
        return problem('node-unreachable', t('{0} cannot be reached. {1}', node.id, state.reason));
      case 'stale':
        return problem(
          'node-stale',
          t('{0} was last seen some time ago. {1}', node.id, state.reason),
        );
      case 'degraded':
        return problem('node-degraded', t('{0}: {1}', node.id, state.reason));
      case 'unknown':
        return isUnread(state)
          ? []
          : problem('node-not-recognised', t('{0}: {1}', node.id, state.reason));
      case 'ok':
      case undefined:
        return [];
    }
  });
}

function replicationProblems(
  topology: Topology,
  snapshot: Snapshot,
  incomplete: boolean,
): HealthProblem[] {
  const link = replicationLink(topology, snapshot);
  if (link === undefined) {
    return [];
  }
  const { from } = link;
  const problems: HealthProblem[] = [];
  const senders = crossClusterSenders(snapshot.nodes.get(from.id)?.state);
  if (link.sender === undefined) {
    problems.push(
      isHidden(snapshot.nodes.get(from.id)?.state)
        ? {
            code: 'replication-hidden',
            severity: 'warning',
            message: t(
              '{0} does not say to whom it sends: the account that gs_ctl connects as sees only process numbers. It needs MONADMIN or OPRADMIN.',
              from.id,
            ),
            nodes: [from.id],
          }
        : {
            code: 'no-replication',
            severity: 'error',
            message: t(
              '{0} sends to no other cluster: it has no sender with peer role {1}.',
              from.id,
              'StandbyCluster_Standby',
            ),
            nodes: [from.id],
          },
    );
  } else {
    const percent = link.sender.syncPercent;
    if (percent !== undefined && percent !== '100%') {
      problems.push({
        code: 'sync-percent',
        severity: 'info',
        message: t('{0} has sent {1} of what the other cluster lacks.', from.id, percent),
        nodes: [from.id],
      });
    }
  }
  if (senders.length > 1) {
    problems.push({
      code: 'several-senders',
      severity: 'warning',
      message: t(
        '{0} sends to the other cluster {1} times; one is right.',
        from.id,
        senders.length,
      ),
      nodes: [from.id],
    });
  }
  return [
    ...problems,
    ...receivingProblems(topology, snapshot, link, incomplete),
    ...checkChannels(topology, snapshot, link),
  ];
}

/** Whether there are senders of which nothing but their process is shown. */
function isHidden(state: NodeState | undefined): boolean {
  const senders = currentReading(state)?.query.senders ?? [];
  return senders.some(({ peerRole }) => peerRole === undefined || peerRole === '');
}

function receivingProblems(
  topology: Topology,
  snapshot: Snapshot,
  { from, sender }: ReplicationLink,
  incomplete: boolean,
): HealthProblem[] {
  const receiving = nodesOf(topology).flatMap((node) => {
    const receiver =
      node.cluster === from.cluster ? undefined : crossClusterReceiver(topology, node, snapshot);
    return receiver === undefined ? [] : [{ node, receiver }];
  });
  const other = topology.clusters.find((cluster) => cluster.name !== from.cluster);
  if (receiving.length === 0) {
    // The sender speaks for a receiver that cannot be asked; that it cannot is told of its node.
    const outOfSight =
      sender?.state === 'Streaming' &&
      other?.nodes.some((node) => isUnheard(snapshot.nodes.get(node.id)?.state)) === true;
    return incomplete || other === undefined || outOfSight
      ? []
      : [
          {
            code: 'no-main-standby',
            severity: 'error',
            message: t(
              'No node of {0} receives: none is {1} with a receiver.',
              other.name,
              'Main Standby',
            ),
            nodes: other.nodes.map((node) => node.id),
          },
        ];
  }
  // What is wrong with the receiver itself, its node's own state says.
  if (receiving.length < 2) {
    return [];
  }
  return [
    {
      code: 'several-receivers',
      severity: 'warning',
      message: t(
        'Several nodes receive from the other cluster: {0}. Only the first standby should.',
        receiving.map(({ node }) => node.id).join(', '),
      ),
      nodes: receiving.map(({ node }) => node.id),
    },
  ];
}

function sentenceOf(
  topology: Topology,
  snapshot: Snapshot,
  level: HealthLevel,
  problems: readonly HealthProblem[],
  unread: readonly NodeSpec[],
): string {
  const [worst, ...more] = problems;
  if (worst !== undefined) {
    return more.length === 0 ? worst.message : t('{0} ({1} more)', worst.message, more.length);
  }
  if (level === 'unknown') {
    return t(
      'Not known yet: {0} of {1} nodes have not been read.',
      unread.length,
      nodesOf(topology).length,
    );
  }
  const link = replicationLink(topology, snapshot);
  return link === undefined
    ? t('All nodes are well.')
    : t(
        'Healthy: {0} replicates to {1}, {2} behind.',
        link.from.cluster,
        link.to?.cluster ?? '?',
        link.lag === undefined ? '?' : formatBytes(link.lag),
      );
}
