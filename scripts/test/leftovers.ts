// Processes that a layer left running. Every process of a run carries a mark in its environment, so that
// only our own are found and stopped, whatever group or session they are in.
import { setTimeout as pause } from 'node:timers/promises';

import { processFiles } from '../../test/lab/processes.ts';

/** The variable that marks the processes of a run. */
export const mark = 'OPENGAUSS_DUAL_CLUSTER_TEST_RUN';

/**
 * The command lines of marked processes that are still there after some seconds; they are killed. Only
 * where the system shows the environment of processes (Linux); elsewhere nothing is found.
 */
export async function killLeftovers(value: string): Promise<string[]> {
  let found = marked(value);
  for (let i = 0; found.length > 0 && i < 20; i++) {
    await pause(250);
    found = marked(value);
  }
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  return found.map(({ pid, command }) => `${pid} ${command}`);
}

function marked(value: string): { pid: number; command: string }[] {
  if (process.platform !== 'linux') return [];
  const entry = `${mark}=${value}`;
  // A process that has ended and is not waited for yet has no environment any more.
  const pids = processFiles('environ')
    .filter(({ pid, text }) => pid !== process.pid && text.split('\0').includes(entry))
    .map(({ pid }) => pid);
  if (pids.length === 0) return [];
  return processFiles('cmdline')
    .map(({ pid, text }) => ({ pid, command: text.replaceAll('\0', ' ').trim() }))
    .filter(({ pid, command }) => pids.includes(pid) && command !== '');
}
