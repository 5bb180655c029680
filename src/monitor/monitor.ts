import { DisposableList, Emitter } from '../base/disposable.ts';
import type { Disposable } from '../base/disposable.ts';
import { t } from '../base/l10n.ts';
import type { HostPool } from '../hosts/shell.ts';
import { assess } from '../status/health.ts';
import type { Health } from '../status/health.ts';
import type { HealthEvidence } from '../status/health-evidence.ts';
import { managedClusters, withManager } from '../status/manager.ts';
import type { ManagerStatus } from '../status/types.ts';
import { lastReading } from '../status/replication.ts';
import type { NodeState, NodeStatus, Snapshot } from '../status/types.ts';
import { hostNames, nodesOf, nodesOnHost } from '../topology/lookups.ts';
import type { NodeSpec, ServerVersion, Topology } from '../topology/types.ts';
import { realClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { History } from './history.ts';
import type { MonitorEvent } from './history.ts';
import { ControlWatch } from './control-watch.ts';
import { HostWatch } from './host-watch.ts';
import { ManagerWatch } from './manager-watch.ts';
import { parseVersion } from './version.ts';
import type { DetectedVersion } from './version.ts';

export interface MonitorOptions {
  readonly topology: Topology;
  readonly pool: HostPool;
  /** Milliseconds between two readings of a host. */
  readonly interval: number;
  /** Milliseconds that a node may take to answer; by default what shows a frozen node within two intervals. */
  readonly timeout?: number;
  readonly clock?: Clock;
  /** Samples kept for the curves. */
  readonly historySize?: number;
  /** Milliseconds between two readings of the control data. */
  readonly controlInterval?: number;
}

/** The control data changes with the role of a cluster only. */
const usualControlInterval = 30_000;

/**
 * Reads all nodes of a topology periodically, between `start` and `stop`. Each host is read by itself, so that a slow one delays
 * nobody; what a host answers is published whole, as a new immutable snapshot. Nothing is read and no timer runs while stopped.
 */
export class Monitor implements Disposable {
  private readonly topology: Topology;
  private readonly interval: number;
  private readonly clock: Clock;
  private readonly watches: readonly HostWatch[];
  private readonly managerWatches: readonly ManagerWatch[];
  private readonly control: ControlWatch;
  private readonly disposables = new DisposableList();
  private readonly snapshots = this.disposables.add(new Emitter<Snapshot>());
  private readonly happened = this.disposables.add(new Emitter<MonitorEvent>());
  private readonly versionsByNode = new Map<string, DetectedVersion>();
  private readonly waiting = new Map<string, NodeStatus>();
  /** What the nodes said themselves; a snapshot joins it with what their managers say. */
  private own = new Map<string, NodeStatus>();
  private readonly managers = new Map<string, ManagerStatus>();
  private managersChanged = false;
  private current: Snapshot | undefined;
  private publishing: Disposable | undefined;
  private ageing: Disposable | undefined;
  private started = false;

  readonly history: History;
  /** Fires with each new snapshot. */
  readonly onSnapshot = this.snapshots.event;
  /** Fires with what happened between two readings: role changes, disconnects, restarts. */
  readonly onEvent = this.happened.event;

  constructor(options: MonitorOptions) {
    const { topology, pool, interval, clock = realClock } = options;
    this.topology = topology;
    this.interval = interval;
    this.clock = clock;
    this.history = new History(topology, options.historySize);
    // A node that freezes right after a reading is asked one interval later and found out after this, within two in all.
    const timeout = options.timeout ?? Math.min(Math.max(interval * 0.75, 750), 6000);
    this.watches = hostNames(topology).map((host) =>
      this.disposables.add(
        new HostWatch({
          host,
          nodes: nodesOnHost(topology, host),
          pool,
          interval,
          timeout,
          clock,
          publish: (statuses) => this.take(statuses),
          onVersion: (node, printed) => this.learnVersion(node, printed),
        }),
      ),
    );
    this.managerWatches = managedClusters(topology).map((cluster) =>
      this.disposables.add(
        new ManagerWatch({
          cluster,
          pool,
          interval,
          clock,
          publish: (name, status) => this.takeManager(name, status),
        }),
      ),
    );
    this.control = this.disposables.add(
      new ControlWatch({
        topology,
        pool,
        interval: options.controlInterval ?? usualControlInterval,
        clock,
        snapshot: () => this.current,
      }),
    );
  }

  /** The last snapshot; undefined before the first reading. */
  get snapshot(): Snapshot | undefined {
    return this.current;
  }

  get running(): boolean {
    return this.started;
  }

  /** What the installations call themselves, by node id. */
  get versions(): ReadonlyMap<string, DetectedVersion> {
    return this.versionsByNode;
  }

  /** The version whose rules hold: the topology's, or with `auto` the first that a node has named. */
  get version(): ServerVersion | undefined {
    return this.topology.openGauss === 'auto'
      ? [...this.versionsByNode.values()].find((version) => version.rules !== undefined)?.rules
      : this.topology.openGauss;
  }

  /** What health is judged by beside the snapshot. */
  get evidence(): HealthEvidence {
    return {
      lags: this.history.lags,
      controlData: this.control.data,
      versions: new Map(
        [...this.versionsByNode].map(([id, { name, build }]) => [
          id,
          build === undefined ? name : `${name} (${build})`,
        ]),
      ),
    };
  }

  /** What the last snapshot means; undefined before the first. */
  get health(): Health | undefined {
    return this.current && assess(this.topology, this.current, this.evidence);
  }

  start(): void {
    if (this.started) {
      return;
    }
    this.started = true;
    // What was read before the pause is old, but its hosts are being asked now: they get an interval to answer.
    this.ageing = this.clock.after(this.interval, () => this.age());
    for (const watch of [...this.watches, ...this.managerWatches, this.control]) {
      watch.start();
    }
  }

  /** Ends all readings, also those on their way. The last snapshot stays. */
  stop(): void {
    this.started = false;
    this.ageing?.dispose();
    this.ageing = undefined;
    for (const watch of [...this.watches, ...this.managerWatches, this.control]) {
      watch.stop();
    }
    this.flush();
    this.history.pause(this.clock.now());
  }

  /** Starts when something shows the snapshot, stops when nothing does. */
  setVisible(visible: boolean): void {
    if (visible) {
      this.start();
    } else {
      this.stop();
    }
  }

  /** Reads everything now, also while stopped. Resolves when every host has answered or failed; never rejects because of one. */
  async refresh(): Promise<Snapshot> {
    await Promise.all([...this.watches, ...this.managerWatches].map((watch) => watch.refresh()));
    this.flush();
    return this.current ?? this.next(new Map());
  }

  dispose(): void {
    this.stop();
    this.disposables.dispose();
  }

  private learnVersion(node: NodeSpec, printed: string): void {
    const version = parseVersion(printed);
    if (version !== undefined) {
      this.versionsByNode.set(node.id, version);
    }
  }

  /** Hosts that answer together are shown together. */
  private take(statuses: readonly NodeStatus[]): void {
    for (const status of statuses) {
      this.waiting.set(status.id, status);
    }
    this.publishing ??= this.clock.after(10, () => this.flush());
  }

  private takeManager(cluster: string, status: ManagerStatus): void {
    this.managers.set(cluster, status);
    this.managersChanged = true;
    this.publishing ??= this.clock.after(10, () => this.flush());
  }

  private flush(): void {
    this.publishing?.dispose();
    this.publishing = undefined;
    if (this.waiting.size === 0 && !this.managersChanged) {
      return;
    }
    this.managersChanged = false;
    const waiting = new Map(this.waiting);
    this.waiting.clear();
    this.publish(this.next(waiting));
  }

  private publish(snapshot: Snapshot): void {
    this.current = snapshot;
    for (const event of this.history.add(snapshot)) {
      this.happened.fire(event);
    }
    this.snapshots.fire(snapshot);
  }

  private next(changes: ReadonlyMap<string, NodeStatus>): Snapshot {
    const time = this.clock.now();
    this.own = new Map(
      nodesOf(this.topology).map((node) => {
        const before = this.own.get(node.id);
        const status = changes.get(node.id);
        return [
          node.id,
          status === undefined
            ? (before ?? { id: node.id, state: unread(time) })
            : withMemory(status, before),
        ];
      }),
    );
    return {
      sequence: (this.current?.sequence ?? 0) + 1,
      time,
      nodes: this.managers.size === 0 ? this.own : this.joined(time),
      ...(this.managers.size > 0 && { managers: new Map(this.managers) }),
    };
  }

  /** The nodes' own states with what their managers said lately. */
  private joined(time: number): ReadonlyMap<string, NodeStatus> {
    const nodes = new Map(this.own);
    for (const node of nodesOf(this.topology)) {
      const status = nodes.get(node.id);
      const manager = this.managers.get(node.cluster);
      if (status !== undefined && manager?.kind === 'answered' && !isUnread(status.state)) {
        const state =
          time - manager.time > managerMemory * this.interval
            ? status.state
            : withManager(this.topology, node, status.state, manager.query);
        nodes.set(node.id, { ...status, state });
      }
    }
    return nodes;
  }

  /** Once an interval: states whose host has not answered for two are shown as stale. */
  private age(): void {
    const now = this.clock.now();
    const old = new Map<string, NodeStatus>();
    for (const watch of this.watches) {
      for (const node of nodesOnHost(this.topology, watch.host)) {
        const status = this.own.get(node.id);
        const stale = watch.isHanging(node.id)
          ? undefined
          : staleState(status?.state, now, 2 * this.interval);
        if (stale !== undefined) {
          old.set(node.id, { id: node.id, state: stale });
        }
      }
    }
    if (old.size > 0) {
      this.publish(this.next(old));
    }
    this.ageing = this.clock.after(this.interval, () => this.age());
  }
}

/** Intervals for which a manager's answer is taken for the truth. */
const managerMemory = 3;

function isUnread(state: NodeState): boolean {
  return state.kind === 'unknown' && state.last === undefined;
}

function unread(time: number): NodeState {
  return { kind: 'unknown', time, reason: t('Not read yet.') };
}

/** States that say nothing of the server keep the last that was said. */
function withMemory(status: NodeStatus, before: NodeStatus | undefined): NodeStatus {
  const last = lastReading(before?.state);
  const { state } = status;
  return state.kind === 'unreachable' && last !== undefined
    ? { ...status, state: { ...state, last } }
    : status;
}

/** What a state becomes when it is older than the limit; undefined when it may stay as it is. */
function staleState(
  state: NodeState | undefined,
  now: number,
  limit: number,
): NodeState | undefined {
  if (state === undefined || state.kind === 'stale' || state.kind === 'unreachable') {
    return undefined;
  }
  const last = lastReading(state);
  const time = state.kind === 'ok' || state.kind === 'degraded' ? state.reading.time : state.time;
  if (now - time <= limit) {
    return undefined;
  }
  const reason = t('No answer for {0} s.', Math.round((now - time) / 1000));
  return last === undefined
    ? state.kind === 'unknown'
      ? undefined
      : { kind: 'unknown', time, reason }
    : { kind: 'stale', time, reason, last };
}
