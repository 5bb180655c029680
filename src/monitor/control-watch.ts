import type { Disposable } from '../base/disposable.ts';
import type { HostPool } from '../hosts/shell.ts';
import { systemIdentifiers } from '../status/pg-controldata.ts';
import type { ControlData } from '../status/pg-controldata.ts';
import { currentRole, isLeading } from '../status/replication.ts';
import type { NodeRole, Snapshot } from '../status/types.ts';
import type { ClusterSpec, NodeSpec, Topology } from '../topology/types.ts';
import type { Clock } from './clock.ts';
import { askControlData } from './control-data.ts';
import { Repeated } from './repeated.ts';

export interface ControlWatchOptions {
  readonly topology: Topology;
  readonly pool: HostPool;
  /** Milliseconds between two readings. */
  readonly interval: number;
  readonly clock: Clock;
  /** The newest snapshot: only nodes that lead a cluster by it, and are well, are asked. */
  readonly snapshot: () => Snapshot | undefined;
}

interface Reading {
  readonly node: string;
  readonly role: NodeRole | undefined;
  readonly data: ControlData;
  /** Whether the reading before said the same of the same node in the same role. */
  readonly confirmed: boolean;
}

/**
 * Reads the control data of the node that leads each cluster, rarely, apart from all else and never during a reform, in which
 * `pg_controldata` hangs. A mode is written a moment before or after the role changes, so that only what two readings say
 * counts, and only while the node has the role that it had then.
 */
export class ControlWatch implements Disposable {
  private readonly options: ControlWatchOptions;
  private readonly repeated: Repeated;
  private readonly readings = new Map<string, Reading>();

  constructor(options: ControlWatchOptions) {
    this.options = options;
    const { interval, clock } = options;
    this.repeated = new Repeated({ interval, clock, job: (signal) => this.read(signal) });
  }

  /** By node id. */
  get data(): ReadonlyMap<string, ControlData> {
    const snapshot = this.options.snapshot();
    return new Map(
      [...this.readings.values()].flatMap(({ node, role, data, confirmed }) =>
        confirmed && currentRole(snapshot?.nodes.get(node)?.state) === role ? [[node, data]] : [],
      ),
    );
  }

  start(): void {
    this.repeated.start();
  }

  /** Ends what is on its way, too. */
  stop(): void {
    this.repeated.stop();
    this.readings.clear();
  }

  dispose(): void {
    this.stop();
  }

  private async read(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.options.topology.clusters.map(async (cluster) => {
        const before = this.readings.get(cluster.name);
        const now = await this.ask(cluster, signal);
        if (signal.aborted) {
          return;
        }
        if (now === undefined) {
          this.readings.delete(cluster.name);
        } else {
          this.readings.set(cluster.name, { ...now, confirmed: agree(before, now) });
        }
      }),
    );
  }

  /** Never rejects: what cannot be read is not known. */
  private async ask(
    cluster: ClusterSpec,
    signal: AbortSignal,
  ): Promise<Omit<Reading, 'confirmed'> | undefined> {
    const node = this.leader(cluster);
    if (node === undefined) {
      return undefined;
    }
    const role = this.roleOf(node);
    try {
      const shell = await this.options.pool.shell(node.host, { signal });
      const { data } = await askControlData(shell, node, signal);
      return data.kind === 'control-data' && this.roleOf(node) === role
        ? { node: node.id, role, data }
        : undefined;
    } catch {
      return undefined;
    }
  }

  private leader(cluster: ClusterSpec): NodeSpec | undefined {
    const snapshot = this.options.snapshot();
    return cluster.nodes.find((node) => {
      return snapshot?.nodes.get(node.id)?.state.kind === 'ok' && isLeading(this.roleOf(node));
    });
  }

  private roleOf(node: NodeSpec): NodeRole | undefined {
    return currentRole(this.options.snapshot()?.nodes.get(node.id)?.state);
  }
}

function agree(before: Reading | undefined, now: Omit<Reading, 'confirmed'>): boolean {
  return (
    before?.node === now.node &&
    before.role === now.role &&
    before.data.clusterRunMode === now.data.clusterRunMode &&
    systemIdentifiers(before.data).join() === systemIdentifiers(now.data).join()
  );
}
