import { execFile } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Monitor } from '../../../src/monitor/monitor.ts';
import { queryCommand } from '../../../src/monitor/probe.ts';
import type { NodeSpec } from '../../../src/topology/types.ts';
import { nodesOf } from '../../../src/topology/lookups.ts';
import { startLabProcess } from '../../support/lab-process.ts';
import type { LabProcess } from '../../support/lab-process.ts';

const run = promisify(execFile);

/** What is measured: so many hosts, and nodes in each of the two clusters. */
interface Size {
  readonly hosts: number;
  readonly nodes: number;
}

const sizes: readonly Size[] = [
  { hosts: 2, nodes: 2 },
  { hosts: 2, nodes: 8 },
  { hosts: 16, nodes: 8 },
  { hosts: 2, nodes: 64 },
  { hosts: 128, nodes: 64 },
];

const mib = 1024 ** 2;

/**
 * A full refresh of all nodes, warm (connections are made, versions known), beside what a person's shell loop takes for the same
 * answers in the same run. The lab runs in a process of its own; its SSH servers and shells share the machine with us.
 */
export async function benchNodes(quick: boolean): Promise<void> {
  console.log(
    '| clusters × nodes | hosts | cold ms | p50 ms | p95 ms | longest stall ms | without us | CPU ms | most CPU ms | heap MiB | RSS MiB | ssh loop ms | loop ÷ p50 |',
  );
  console.log(
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const size of quick ? sizes.slice(0, 2) : sizes) {
    const lab = await startLabProcess({ ...size, light: true });
    try {
      await measure(lab, size, quick ? 10 : 30);
    } finally {
      await lab.stop();
    }
  }
}

async function measure(lab: LabProcess, size: Size, rounds: number): Promise<void> {
  const pool = lab.pool();
  const monitor = new Monitor({ topology: lab.topology, pool, interval: 2000, timeout: 20_000 });
  try {
    const cold = await timed(() => monitor.refresh());
    await monitor.refresh();
    const wrong = [...(monitor.snapshot?.nodes.values() ?? [])].filter(
      ({ state }) => state.kind !== 'ok',
    );
    if (wrong[0] !== undefined) {
      throw new Error(`${wrong.length} nodes are not ok: ${JSON.stringify(wrong[0])}`);
    }
    collect();
    // What the machine alone does to an event loop that has nothing to do.
    const idle = monitorEventLoopDelay({ resolution: 1 });
    idle.enable();
    await pause(2000);
    idle.disable();
    const stall = monitorEventLoopDelay({ resolution: 1 });
    stall.enable();
    const costs: number[] = [];
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const cpu = process.cpuUsage();
      times.push(await timed(() => monitor.refresh()));
      const { user, system } = process.cpuUsage(cpu);
      costs.push((user + system) / 1000);
      // As in use: readings are apart from each other.
      await pause(50);
    }
    stall.disable();
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    times.sort((one, other) => one - other);
    const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0;
    const loop = await serialLoop(lab, nodesOf(lab.topology));
    console.log(
      `| ${[
        `2 × ${size.nodes}`,
        size.hosts,
        cold.toFixed(0),
        at(0.5).toFixed(1),
        at(0.95).toFixed(1),
        (stall.max / 1e6).toFixed(1),
        (idle.max / 1e6).toFixed(1),
        (costs.reduce((sum, cost) => sum + cost, 0) / rounds).toFixed(1),
        Math.max(...costs).toFixed(1),
        (heapUsed / mib).toFixed(0),
        (rss / mib).toFixed(0),
        loop?.toFixed(0) ?? 'no ssh here',
        loop === undefined ? '' : `${(loop / at(0.5)).toFixed(0)}×`,
      ].join(' | ')} |`,
    );
  } finally {
    monitor.dispose();
    await pool.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Garbage of what was measured before is not counted; only with `--expose-gc`. */
function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/** `ssh host gs_ctl query` for one node after the other; undefined where there is no `ssh`. */
async function serialLoop(
  lab: LabProcess,
  nodes: readonly NodeSpec[],
): Promise<number | undefined> {
  const begun = performance.now();
  for (const node of nodes) {
    try {
      const { stdout } = await run('ssh', ['-F', lab.sshConfig, node.host, queryCommand(node)]);
      if (!stdout.includes('HA state')) {
        throw new Error(`ssh ${node.host} answered ${stdout}`);
      }
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') {
        return undefined;
      }
      throw thrown;
    }
  }
  return performance.now() - begun;
}
