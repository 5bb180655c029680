import { t } from '../base/l10n.ts';
import type { LagSample } from '../status/health-evidence.ts';
import { parseLsn } from '../status/lsn.ts';
import { currentRole, replicationLink } from '../status/replication.ts';
import type { NodeRole, NodeState, NodeStatus, Snapshot } from '../status/types.ts';
import { nodesOf } from '../topology/lookups.ts';
import type { Topology } from '../topology/types.ts';
import { Ring } from './ring.ts';

/** One point of the curves. Undefined where nothing was known. */
export interface Sample extends LagSample {
  /** Bytes of redo that the primary wrote per second, over the time since the sample before. */
  readonly writeRate: number | undefined;
}

export type EventCode =
  | 'role-changed'
  | 'down'
  | 'up'
  | 'unreachable'
  | 'reachable'
  | 'restarted'
  | 'degraded'
  | 'recovered'
  | 'replication-lost'
  | 'replication-restored';

/** Something that happened between two readings. */
export interface MonitorEvent {
  /** Milliseconds since 1970 of the reading that showed it. */
  readonly time: number;
  readonly code: EventCode;
  readonly severity: 'error' | 'warning' | 'info';
  /** In the user's language. */
  readonly message: string;
  /** The node's id, when it concerns one. */
  readonly node?: string;
}

interface Seen {
  readonly condition: 'up' | 'down' | 'unreachable';
  readonly role: NodeRole | undefined;
  readonly degraded: boolean;
  readonly pid: number | undefined;
}

/** What was seen over time: as many samples and events as its size, never more. */
export class History {
  private readonly topology: Topology;
  private readonly samples: Ring<Sample>;
  private readonly happened: Ring<MonitorEvent>;
  private readonly seen = new Map<string, Seen>();
  private lastPosition:
    { readonly node: string; readonly time: number; readonly position: bigint } | undefined;
  private lastTime = -Infinity;
  private replicating: boolean | undefined;

  /** `size`: samples kept; 3600 are two hours at one in two seconds. */
  constructor(topology: Topology, size = 3600) {
    this.topology = topology;
    this.samples = new Ring(size);
    this.happened = new Ring(Math.min(size, 500));
  }

  /** Samples, oldest first. */
  get curve(): readonly Sample[] {
    return this.samples.toArray();
  }

  /** Events, oldest first. */
  get events(): readonly MonitorEvent[] {
    return this.happened.toArray();
  }

  /** The newest lags, for the judgement of health. */
  get lags(): readonly LagSample[] {
    return this.samples.newest(15);
  }

  /** Takes a snapshot; answers what happened since the one before. */
  add(snapshot: Snapshot): readonly MonitorEvent[] {
    const events = [
      ...nodesOf(this.topology).flatMap((node) => {
        const status = snapshot.nodes.get(node.id);
        return status === undefined ? [] : this.observe(status, snapshot.time);
      }),
      ...this.sample(snapshot),
    ];
    for (const event of events) {
      this.happened.push(event);
    }
    return events;
  }

  /** Nothing is read for a while: the curve has a gap there, and no rate is told over it. */
  pause(time: number): void {
    if (this.lastPosition !== undefined) {
      this.lastPosition = undefined;
      this.samples.push({ time, lag: undefined, writeRate: undefined });
    }
  }

  private observe({ id, state, pid }: NodeStatus, time: number): MonitorEvent[] {
    const condition = conditionOf(state);
    if (condition === undefined) {
      return [];
    }
    const before = this.seen.get(id);
    const now: Seen = {
      condition,
      role: currentRole(state) ?? before?.role,
      degraded: state.kind === 'degraded',
      pid: pid ?? before?.pid,
    };
    this.seen.set(id, now);
    return before === undefined ? [] : changes(id, time, before, now, state);
  }

  private sample(snapshot: Snapshot): MonitorEvent[] {
    const link = replicationLink(this.topology, snapshot);
    const state = link && snapshot.nodes.get(link.from.id)?.state;
    if (link === undefined || (state?.kind !== 'ok' && state?.kind !== 'degraded')) {
      // The primary is not seen.
      this.pause(snapshot.time);
      return [];
    }
    const time = state.reading.time;
    if (time <= this.lastTime) {
      // Another host has answered; of the primary nothing is new.
      return [];
    }
    this.lastTime = time;
    const position = parseLsn(link.sender?.senderSentLocation);
    this.samples.push({
      time,
      lag: link.lag,
      writeRate: this.rate(link.from.id, time, position),
    });
    this.lastPosition = position === undefined ? undefined : { node: link.from.id, time, position };
    return this.replication(link.sender !== undefined, link.from.id, time);
  }

  private rate(node: string, time: number, position: bigint | undefined): number | undefined {
    const last = this.lastPosition;
    if (last?.node !== node || position === undefined || position < last.position) {
      return undefined;
    }
    return (Number(position - last.position) * 1000) / (time - last.time);
  }

  private replication(replicating: boolean, node: string, time: number): MonitorEvent[] {
    const before = this.replicating;
    this.replicating = replicating;
    if (before === undefined || before === replicating) {
      return [];
    }
    return [
      replicating
        ? {
            time,
            code: 'replication-restored',
            severity: 'info',
            message: t('{0} replicates to the other cluster again.', node),
            node,
          }
        : {
            time,
            code: 'replication-lost',
            severity: 'error',
            message: t('{0} no longer replicates to the other cluster.', node),
            node,
          },
    ];
  }
}

/** Undefined when the state says nothing new of the node. */
function conditionOf(state: NodeState): Seen['condition'] | undefined {
  switch (state.kind) {
    case 'ok':
    case 'degraded':
      return 'up';
    case 'offline':
      return 'down';
    case 'unreachable':
      return 'unreachable';
    case 'stale':
    case 'unknown':
      return undefined;
  }
}

function changes(
  id: string,
  time: number,
  before: Seen,
  now: Seen,
  state: NodeState,
): MonitorEvent[] {
  const events: MonitorEvent[] = [];
  const event = (code: EventCode, severity: MonitorEvent['severity'], message: string): void => {
    events.push({ time, code, severity, message, node: id });
  };
  const reason = 'reason' in state ? state.reason : '';
  if (before.condition !== now.condition) {
    if (now.condition === 'down') {
      event('down', 'error', t('{0} went down. {1}', id, reason));
    } else if (now.condition === 'unreachable') {
      event('unreachable', 'warning', t('{0} can no longer be reached. {1}', id, reason));
    } else if (before.condition === 'down') {
      event('up', 'info', t('{0} answers again.', id));
    } else {
      event('reachable', 'info', t('{0} can be reached again.', id));
    }
  }
  if (now.condition === 'up' && before.pid !== undefined && now.pid !== before.pid) {
    event('restarted', 'warning', t('{0} was restarted (process {1}).', id, now.pid ?? '?'));
  }
  if (before.role !== undefined && now.role !== undefined && before.role !== now.role) {
    event('role-changed', 'warning', t('{0} was {1} and is {2} now.', id, before.role, now.role));
  }
  if (before.condition === 'up' && now.condition === 'up' && before.degraded !== now.degraded) {
    if (now.degraded) {
      event('degraded', 'warning', t('{0}: {1}', id, reason));
    } else {
      event('recovered', 'info', t('{0} is well again.', id));
    }
  }
  return events;
}
