import type { Disposable } from '../base/disposable.ts';
import { messageOf } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import { nodeCommand } from '../hosts/node-command.ts';
import type { HostPool } from '../hosts/shell.ts';
import { parseCmCtlQuery } from '../status/cm-ctl-query.ts';
import type { ManagerStatus } from '../status/types.ts';
import type { ClusterSpec } from '../topology/types.ts';
import type { Clock } from './clock.ts';
import { Repeated } from './repeated.ts';

/** `cm_ctl query` tries some seconds to find a cm_server before it gives up. */
const queryTimeout = 10_000;

export interface ManagerWatchOptions {
  readonly cluster: ClusterSpec;
  readonly pool: HostPool;
  /** Milliseconds between readings. */
  readonly interval: number;
  readonly clock: Clock;
  readonly publish: (cluster: string, status: ManagerStatus) => void;
}

/**
 * Asks the cluster manager of one cluster again and again, one `cm_ctl query` at a time: on the host of its first node, and on the
 * next one where that host cannot be reached or its manager does not answer. Apart from the nodes' own readings, so that a
 * manager that hangs holds up nobody.
 */
export class ManagerWatch implements Disposable {
  private readonly options: ManagerWatchOptions;
  private readonly repeated: Repeated;

  constructor(options: ManagerWatchOptions) {
    this.options = options;
    const { interval, clock } = options;
    this.repeated = new Repeated({ interval, clock, job: (signal) => this.read(signal) });
  }

  start(): void {
    this.repeated.start();
  }

  /** Ends what is on its way, too. */
  stop(): void {
    this.repeated.stop();
  }

  dispose(): void {
    this.stop();
  }

  /** Asks now. Never rejects: what failed is in the status. */
  async refresh(): Promise<void> {
    await this.repeated.refresh();
  }

  private async read(signal: AbortSignal): Promise<void> {
    const { cluster, clock, pool, publish } = this.options;
    const status = await askManager(pool, cluster, { signal, now: () => clock.now() });
    if (!signal.aborted) {
      publish(cluster.name, status);
    }
  }
}

/** Asks the manager of a cluster once, host by host until one knows the cluster. Never rejects. */
export async function askManager(
  pool: HostPool,
  cluster: ClusterSpec,
  options: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<ManagerStatus> {
  const { signal, now } = options;
  let best: ManagerStatus | undefined;
  const hosts = new Set<string>();
  for (const node of cluster.nodes) {
    if (hosts.has(node.host) || signal.aborted) {
      continue;
    }
    hosts.add(node.host);
    const status = await askHost();
    if (status.kind === 'answered' && status.query.kind === 'cluster') {
      return status;
    }
    if (best === undefined || (best.kind === 'failed' && status.kind === 'answered')) {
      best = status;
    }

    async function askHost(): Promise<ManagerStatus> {
      try {
        const shell = await pool.shell(node.host, { signal });
        const [answer] = await shell.runBatch(
          [
            {
              command: `${nodeCommand(node, 'cm_ctl', 'query', '-Cvidp')} </dev/null`,
              timeout: queryTimeout,
            },
          ],
          { timeout: queryTimeout, signal },
        );
        const time = now();
        if (answer === undefined || answer.timedOut) {
          const seconds = queryTimeout / 1000;
          return {
            kind: 'failed',
            time,
            reason: t('cm_ctl query does not answer within {0} s on {1}.', seconds, node.host),
          };
        }
        const raw = [answer.stdout, answer.stderr].filter((text) => text.trim() !== '').join('\n');
        return { kind: 'answered', time, host: node.host, raw, query: parseCmCtlQuery(raw) };
      } catch (thrown) {
        return { kind: 'failed', time: now(), reason: messageOf(thrown) };
      }
    }
  }
  return best ?? { kind: 'failed', time: now(), reason: t('It was not asked.') };
}
