/**
 * The monitor for a long time, under a write load, while nodes are killed, frozen and restarted, the link between the clusters and
 * the connections to the hosts are cut and mended, and roles are switched both ways. Wrong is: a fault that is not seen or whose
 * event is missing, a mended fault that is still shown, an acknowledged row that is not on all nodes at the end, an unhandled
 * rejection, memory that grows. What is a matter of the machine's speed is told and not judged: how long each change took to be
 * shown, in intervals.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HostPool } from '../../src/hosts/shell.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import type { EventCode, MonitorEvent } from '../../src/monitor/history.ts';
import { layoutOf } from '../../src/operations/recipes/layout.ts';
import { switchoverPlan } from '../../src/operations/recipes/roles.ts';
import { runPlan } from '../../src/operations/runner.ts';
import { nodesOnHost, hostNames, nodesOf } from '../../src/topology/lookups.ts';
import type { RowCount } from '../lab/load.ts';
import { startLabProcess } from '../support/lab-process.ts';
import type { LabProcess } from '../support/lab-process.ts';

export interface MonitorSoakReport {
  readonly faults: Readonly<Record<string, number>>;
  readonly events: number;
  readonly readings: number;
  /** Changes of a node that were to be shown, those of them shown within two intervals, and the longest, in intervals. */
  readonly changes: {
    readonly expected: number;
    readonly withinTwoIntervals: number;
    readonly longest: number;
  };
  /** Rows whose insert was confirmed, and how many of them each node shows at the end. */
  readonly rows: RowCount;
  /** MiB in use after a collection: at the start, in the middle, at the end. */
  readonly heap: readonly [number, number, number];
  /** The same after each fault. */
  readonly heaps: readonly number[];
  /** What must not happen. */
  readonly wrong: readonly string[];
}

interface Fault {
  readonly name: string;
  /** The nodes whose events tell of it. */
  readonly nodes: readonly string[];
  readonly begin: () => Promise<void>;
  /** One of these must be told of every node while it lasts. */
  readonly shown: readonly EventCode[];
  readonly end: () => Promise<void>;
  /** One of these must be told of every node afterwards. */
  readonly mended: readonly EventCode[];
  /** Its beginning takes a while in which the nodes change one after the other: how soon they are shown is not to be said. */
  readonly slow?: boolean;
}

/** Milliseconds for something to be shown: connecting again and nodes that start take their time on a busy machine. */
const patience = 60_000;
/** The extension's default, in milliseconds. */
const usualInterval = 2000;
const mib = 1024 ** 2;

/**
 * Works for so many milliseconds, or until it has seen so many faults. `scale`: the monitor reads so many times as often as it does
 * in the extension, so that its memory sees as many readings as in a time so many times as long; faults, load and hosts are not
 * scaled.
 */
export async function soakMonitor(
  milliseconds: number,
  say: (text: string) => void,
  options: { readonly faults?: number; readonly scale?: number } = {},
): Promise<MonitorSoakReport> {
  const interval = usualInterval / (options.scale ?? 1);
  const wrong: string[] = [];
  const unhandled = (reason: unknown): void => {
    wrong.push(`unhandled rejection: ${String(reason)}`);
  };
  process.on('unhandledRejection', unhandled);
  const journals = await mkdtemp(join(tmpdir(), 'opengauss-soak-'));
  const lab = await startLabProcess({});
  const pool = lab.pool();
  // A small memory is full soon, so that what grows afterwards is a leak.
  const monitor = new Monitor({ topology: lab.topology, pool, interval, historySize: 200 });
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
  const heaps: number[] = [usedAfterCollection()];
  const latencies: number[] = [];
  let rows: RowCount;
  try {
    await lab.tell('load', '20');
    monitor.start();
    if (!(await until(() => isWell(monitor)))) {
      wrong.push(`not well at the beginning: ${monitor.health?.sentence ?? 'nothing was read'}`);
    }
    const faults = [...faultsOf(lab), switchesOf(lab, pool, journals)];
    const end = Date.now() + milliseconds;
    let done = 0;
    while (Date.now() < end && done < (options.faults ?? Infinity) && wrong.length < 20) {
      // All in turn first, then by chance; roles are switched most often.
      const chosen =
        done < faults.length ? done : done % 3 === 0 ? faults.length - 1 : randomInt(faults.length);
      const fault = faults[chosen];
      if (fault === undefined) {
        break;
      }
      done += 1;
      counts[fault.name] = (counts[fault.name] ?? 0) + 1;
      events.length = 0;
      const began = Date.now();
      await fault.begin();
      const timed = fault.slow !== true;
      await expect(fault.shown, `${fault.name} is shown`, fault.nodes, timed ? began : undefined);
      events.length = 0;
      await fault.end();
      await expect(fault.mended, `${fault.name} is over`, fault.nodes, undefined);
      if (!(await until(() => isWell(monitor)))) {
        wrong.push(`${fault.name}: not well afterwards: ${monitor.health?.sentence ?? ''}`);
      }
      heaps.push(usedAfterCollection());
      say(`${new Date().toISOString()} ${fault.name}: ${heaps.at(-1) ?? 0} MiB, ${told} events`);
    }
    rows = (await lab.ask('count-rows')) as RowCount;
    for (const [node, found] of Object.entries(rows.found)) {
      if (found !== rows.acknowledged) {
        wrong.push(`${node} shows ${found} of ${rows.acknowledged} acknowledged rows`);
      }
    }
  } finally {
    monitor.dispose();
    await pool.close();
    await lab.stop();
    await rm(journals, { recursive: true, force: true });
    process.off('unhandledRejection', unhandled);
  }
  if (grows(heaps)) {
    wrong.push(`memory grows: ${heaps.join(' ')} MiB`);
  }
  const middle = heaps[Math.floor(heaps.length / 2)] ?? 0;
  return {
    faults: counts,
    events: told,
    readings,
    changes: {
      expected: latencies.length,
      withinTwoIntervals: latencies.filter((one) => one <= 2).length,
      longest: Math.max(0, ...latencies),
    },
    rows,
    heap: [heaps[0] ?? 0, middle, heaps.at(-1) ?? 0],
    heaps,
    wrong,
  };

  async function expect(
    codes: readonly EventCode[],
    what: string,
    nodes: readonly string[],
    began: number | undefined,
  ): Promise<void> {
    for (const node of nodes) {
      const seen = (): MonitorEvent | undefined =>
        events.find((event) => event.node === node && codes.includes(event.code));
      if (codes.length > 0 && !(await until(() => seen() !== undefined))) {
        wrong.push(
          `${what}: no ${codes.join(' or ')} of ${node}; told were ${events.map((event) => `${event.node ?? ''} ${event.code}`).join(', ')}`,
        );
      }
      const event = seen();
      if (began !== undefined && event !== undefined) {
        latencies.push(Math.round(((event.time - began) / interval) * 100) / 100);
      }
    }
  }
}

/** A planned switchover to the recovery cluster, and back. */
function switchesOf(lab: LabProcess, pool: HostPool, folder: string): Fault {
  const layout = layoutOf(lab.topology, undefined);
  const switchTo = async (name: string): Promise<void> => {
    const result = await runPlan(switchoverPlan(layout, { kind: 'cluster', name }), {
      pool,
      folder,
      secret: () => Promise.resolve(undefined),
    });
    if (result.outcome !== 'done') {
      const failed = result.steps.find((step) => step.failure !== undefined);
      throw new Error(`switch over to ${name}: ${failed?.failure?.message ?? result.outcome}`);
    }
  };
  return {
    name: 'switch over, and back',
    nodes: layout.clusters.map(({ first }) => first.id),
    begin: () => switchTo(layout.standby.name),
    shown: ['role-changed'],
    end: () => switchTo(layout.primary.name),
    mended: ['role-changed'],
    slow: true,
  };
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
      slow: true,
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

/** MiB. */
function usedAfterCollection(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return Math.round((process.memoryUsage().heapUsed / mib) * 10) / 10;
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
