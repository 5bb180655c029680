import type { Disposable } from '../base/disposable.ts';
import { Failure, messageOf } from '../base/errors.ts';
import { sentences } from '../base/l10n.ts';
import type { HostPool } from '../hosts/shell.ts';
import type { NodeState, NodeStatus } from '../status/types.ts';
import type { NodeSpec } from '../topology/types.ts';
import type { Clock } from './clock.ts';
import { probeNodes } from './probe.ts';
import type { NodeProbe } from './probe.ts';
import { Repeated } from './repeated.ts';

export interface HostWatchOptions {
  readonly host: string;
  readonly nodes: readonly NodeSpec[];
  readonly pool: HostPool;
  /** Milliseconds between readings. */
  readonly interval: number;
  /** Milliseconds that a node may take to answer before it is shown as not answering. */
  readonly timeout: number;
  readonly clock: Clock;
  /** Called with the states of nodes that were read together; never with part of a host's reading. */
  readonly publish: (statuses: readonly NodeStatus[]) => void;
  readonly onVersion: (node: NodeSpec, printed: string) => void;
}

/** A server in reform lets `gs_ctl query` wait for 5 s and then says why (seen.md); nodes that hang are given that. */
const patientTimeout = 8000;
/**
 * Reads the nodes of one host again and again: one round trip each time, one at a time. Nodes that do not answer in time are
 * asked apart from the others, with patience, so that they hold up nobody. Other hosts have watches of their own. The pool decides
 * when a host that failed is contacted again: until then it answers with the same failure, which costs nothing.
 */
export class HostWatch implements Disposable {
  private readonly options: HostWatchOptions;
  private readonly repeated: Repeated;
  private readonly hanging = new Set<string>();
  /** Nodes whose version was asked for on this connection; an upgrade does not leave it standing. */
  private readonly versionAsked = new Set<string>();
  private reading = false;

  constructor(options: HostWatchOptions) {
    this.options = options;
    const { interval, clock } = options;
    this.repeated = new Repeated({ interval, clock, job: (signal) => this.read(signal) });
  }

  get host(): string {
    return this.options.host;
  }

  /** Whether the last reading is still on its way. */
  get pending(): boolean {
    return this.reading;
  }

  /** Whether the node is asked apart from the others, because it did not answer in time. */
  isHanging(id: string): boolean {
    return this.hanging.has(id);
  }

  start(): void {
    this.repeated.start();
  }

  /** Ends what is on its way, too. */
  stop(): void {
    this.repeated.stop();
    this.hanging.clear();
  }

  dispose(): void {
    this.stop();
  }

  /** Reads now. Never rejects: what failed is in the states. */
  async refresh(): Promise<void> {
    await this.repeated.refresh();
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { nodes, publish } = this.options;
    this.reading = true;
    try {
      const wanted = nodes.filter((node) => !this.hanging.has(node.id));
      const probes = await this.probe(wanted, this.options.timeout, signal);
      if (signal.aborted) {
        return;
      }
      publish(probes.map(statusOf));
      for (const { node, timedOut } of probes) {
        if (timedOut && this.repeated.running) {
          void this.askPatiently(node, signal);
        }
      }
    } catch (thrown) {
      if (!signal.aborted) {
        this.failed(thrown);
      }
    } finally {
      this.reading = false;
    }
  }

  private async probe(
    nodes: readonly NodeSpec[],
    timeout: number,
    signal: AbortSignal,
  ): Promise<NodeProbe[]> {
    const { pool, host, clock, onVersion } = this.options;
    const shell = await pool.shell(host, { signal });
    const probes = await probeNodes(shell, nodes, {
      timeout,
      signal,
      versionsOf: new Set(nodes.map((node) => node.id).filter((id) => !this.versionAsked.has(id))),
      now: () => clock.now(),
    });
    for (const { node, version } of probes) {
      this.versionAsked.add(node.id);
      if (version !== undefined) {
        onVersion(node, version);
      }
    }
    return probes;
  }

  /** Asks a node that hangs until it answers in time; never rejects. */
  private async askPatiently(node: NodeSpec, signal: AbortSignal): Promise<void> {
    const { clock, publish, timeout, interval } = this.options;
    this.hanging.add(node.id);
    try {
      while (this.repeated.running && !signal.aborted) {
        const begun = clock.now();
        const probes = await this.probe([node], Math.max(patientTimeout, timeout), signal);
        if (isAborted(signal)) {
          return;
        }
        publish(probes.map(statusOf));
        if (clock.now() - begun < timeout) {
          return;
        }
        await pauseFor(clock, interval, signal);
      }
    } catch {
      // The host has failed: the regular reading says so.
    } finally {
      if (!signal.aborted) {
        this.hanging.delete(node.id);
      }
    }
  }

  private failed(thrown: unknown): void {
    this.versionAsked.clear();
    const { nodes, publish, clock } = this.options;
    const failure: Failure | undefined = thrown instanceof Failure ? thrown : undefined;
    const code = failure?.code;
    const reason = sentences(messageOf(thrown), failure?.remedy);
    const time = clock.now();
    publish(
      nodes.map((node): NodeStatus => ({
        id: node.id,
        state: { kind: 'unreachable', time, reason, ...(code !== undefined && { code }) },
      })),
    );
  }
}

function statusOf({ node, state, pid }: NodeProbe): NodeStatus {
  return { id: node.id, state, ...(pid !== undefined && isAnswering(state) && { pid }) };
}

/** A process id beside a server that is not running is that of an older server. */
function isAnswering(state: NodeState): boolean {
  return state.kind === 'ok' || state.kind === 'degraded';
}

/** A function of its own, so that the compiler does not take the answer before the await for the one after it. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function pauseFor(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = (): void => {
      timer.dispose();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
