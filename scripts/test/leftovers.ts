// Processes that a layer left running. Every process of a run carries a mark in its environment, so that
// only our own are found and stopped, whatever group or session they are in.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** The variable that marks the processes of a run. */
export const mark = 'OPENGAUSS_DUAL_CLUSTER_TEST_RUN';

/**
 * The command lines of marked processes that are still there after some seconds; they are killed. Only
 * where the system shows the environment of processes (Linux); elsewhere nothing is found.
 */
export async function killLeftovers(value: string): Promise<string[]> {
  let found = await marked(value);
  for (let i = 0; found.length > 0 && i < 20; i++) {
    await pause(250);
    found = await marked(value);
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

async function marked(value: string): Promise<{ pid: number; command: string }[]> {
  if (process.platform !== 'linux') return [];
  const entry = `${mark}=${value}`;
  const found: { pid: number; command: string }[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    // A process that has ended and is not waited for yet has no environment any more.
    if ((await read('environ')).split('\0').includes(entry)) {
      const command = (await read('cmdline')).replaceAll('\0', ' ').trim();
      if (command !== '') found.push({ pid, command });
    }
  }
  return found;
}
