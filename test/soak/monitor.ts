/**
 * The monitor for a long time, under a write load, while nodes are killed and frozen, the link between the clusters and the
 * connections to the hosts are cut and mended. Wrong is: a fault that is not seen or whose event is missing, a mended fault that
 * is still shown, an unhandled rejection, memory that grows.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Monitor } from '../../src/monitor/monitor.ts';
import type { EventCode, MonitorEvent } from '../../src/monitor/history.ts';
import { nodesOnHost, hostNames, nodesOf } from '../../src/topology/lookups.ts';
import { startLabProcess } from '../support/lab-process.ts';
import type { LabProcess } from '../support/lab-process.ts';

export interface MonitorSoakReport {
  readonly faults: Readonly<Record<string, number>>;
  readonly events: number;
  readonly readings: number;
  /** MiB in use after a collection, in the course of time. */
  readonly heap: readonly number[];
  /** What must not happen. */
  readonly wrong: readonly string[];
}

interface Fault {
  readonly name: string;
  /** The node whose events tell of it. */
  readonly nodes: readonly string[];
  readonly begin: () => Promise<void>;
  /** One of these must be told of every node while it lasts. */
  readonly shown: readonly EventCode[];
  readonly end: () => Promise<void>;
  /** One of these must be told of every node afterwards. */
  readonly mended: readonly EventCode[];
}

/** Milliseconds for something to be shown: connecting again and nodes that start take their time on a busy machine. */
const patience = 60_000;
const interval = 500;
const mib = 1024 ** 2;

/** Works for so many milliseconds, or until it has seen so many faults. */
export async function soakMonitor(
  options: { readonly milliseconds: number; readonly faults?: number },
  say: (text: string) => void,
): Promise<MonitorSoakReport> {
  const wrong: string[] = [];
  const unhandled = (reason: unknown): void => {
    wrong.push(`unhandled rejection: ${String(reason)}`);
  };
  process.on('unhandledRejection', unhandled);
  const lab = await startLabProcess({});
  const pool = lab.pool();
  // A small memory is full soon, so that what grows afterwards is a leak.
  const monitor = new Monitor({
    topology: lab.topology,
    pool,
    interval,
    timeout: 3000,
    historySize: 200,
  });
  const events: MonitorEvent[] = [];
  let told = 0;
  let readings = 0;
  monitor.onEvent((event) => {
    events.push(event);
    told += 1;
  });
  monitor.onSnapshot(() => {
    readings += 1;
  });
  const counts: Record<string, number> = {};
  const heap: number[] = [];
  try {
    await lab.tell('load', '20');
    monitor.start();
    if (!(await until(() => isWell(monitor)))) {
      wrong.push(`not well at the beginning: ${monitor.health?.sentence ?? 'nothing was read'}`);
    }
    const faults = faultsOf(lab);
    const end = Date.now() + options.milliseconds;
    let done = 0;
    while (Date.now() < end && done < (options.faults ?? Infinity) && wrong.length < 20) {
      // All in turn first, then by chance.
      const fault = faults[done < faults.length ? done : randomInt(faults.length)];
      if (fault === undefined) {
        break;
      }
      done += 1;
      counts[fault.name] = (counts[fault.name] ?? 0) + 1;
      events.length = 0;
      await fault.begin();
      await expect(fault.shown, `${fault.name} is shown`, fault.nodes);
      await fault.end();
      await expect(fault.mended, `${fault.name} is over`, fault.nodes);
      if (!(await until(() => isWell(monitor)))) {
        wrong.push(`${fault.name}: not well afterwards: ${monitor.health?.sentence ?? ''}`);
      }
      heap.push(Math.round((usedAfterCollection() / mib) * 10) / 10);
      say(`${new Date().toISOString()} ${fault.name}: ${heap.at(-1) ?? 0} MiB, ${told} events`);
    }
  } finally {
    monitor.dispose();
    await pool.close();
    await lab.stop();
    process.off('unhandledRejection', unhandled);
  }
  if (grows(heap)) {
    wrong.push(`memory grows: ${heap.join(' ')} MiB`);
  }
  return { faults: counts, events: told, readings, heap, wrong };

  async function expect(
    codes: readonly EventCode[],
    what: string,
    nodes: readonly string[],
  ): Promise<void> {
    for (const node of nodes) {
      const seen = (): boolean =>
        events.some((event) => event.node === node && codes.includes(event.code));
      if (codes.length > 0 && !(await until(seen))) {
        wrong.push(
          `${what}: no ${codes.join(' or ')} of ${node}; told were ${events.map((event) => `${event.node ?? ''} ${event.code}`).join(', ')}`,
        );
      }
    }
  }
}

function faultsOf(lab: LabProcess): readonly Fault[] {
  const { topology } = lab;
  const tell = (...words: readonly string[]): Promise<void> => lab.tell(...words);
  const primary = topology.clusters[0]?.nodes[0]?.id ?? '';
  const ofNodes = nodesOf(topology).flatMap((node): Fault[] => [
    {
      name: `kill ${node.id}`,
      nodes: [node.id],
      begin: () => tell('kill', node.id),
      shown: ['down'],
      end: () => tell('start', node.id),
      mended: ['up'],
    },
    {
      name: `freeze ${node.id}`,
      nodes: [node.id],
      begin: () => tell('freeze', node.id),
      shown: ['down'],
      end: () => tell('thaw', node.id),
      mended: ['up'],
    },
    {
      name: `restart ${node.id}`,
      nodes: [node.id],
      begin: async () => {
        await tell('stop', node.id);
        await tell('start', node.id);
      },
      shown: ['restarted', 'down'],
      end: () => Promise.resolve(),
      mended: [],
    },
  ]);
  const ofHosts = hostNames(topology).map((host): Fault => ({
    name: `stop sshd of ${host}`,
    nodes: nodesOnHost(topology, host).map((node) => node.id),
    begin: async () => {
      await tell('stop-sshd', host);
      await tell('cut', host);
    },
    shown: ['unreachable'],
    end: () => tell('start-sshd', host),
    mended: ['reachable', 'up'],
  }));
  const link: Fault = {
    name: 'cut the link',
    nodes: [primary],
    begin: () => tell('cut-link'),
    shown: ['replication-lost'],
    end: () => tell('heal-link'),
    mended: ['replication-restored'],
  };
  // The quick ones first, for the short run.
  return [link, ...ofHosts, ...ofNodes];
}

function isWell(monitor: Monitor): boolean {
  return (
    monitor.health?.level === 'ok' ||
    // A lag that grows for a moment under load is no fault that stays.
    monitor.health?.problems.every((problem) => problem.code === 'lag-growing') === true
  );
}

async function until(wanted: () => boolean): Promise<boolean> {
  const end = Date.now() + patience;
  while (!wanted()) {
    if (Date.now() > end) {
      return false;
    }
    await pause(50);
  }
  return true;
}

let collect: (() => void) | undefined;

function usedAfterCollection(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed;
}

/** Whether the last third is clearly above the second one; the first third warms up. Short runs prove nothing. */
function grows(heap: readonly number[]): boolean {
  const third = Math.floor(heap.length / 3);
  if (third < 5) {
    return false;
  }
  const median = (values: readonly number[]): number =>
    [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
  return median(heap.slice(-third)) > median(heap.slice(third, 2 * third)) * 1.1 + 1;
}
