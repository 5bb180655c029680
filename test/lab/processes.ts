import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What a file of /proc says of each process; those that have ended say nothing. It is read at once: a hundred times
 * quicker than with promises where thousands of ended processes are not waited for.
 */
export function processFiles(
  file: 'cmdline' | 'environ' | 'stat',
): { readonly pid: number; readonly text: string }[] {
  const found: { pid: number; text: string }[] = [];
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) {
      try {
        found.push({ pid: Number(name), text: readFileSync(`/proc/${name}/${file}`, 'latin1') });
      } catch {
        // It has ended, or is somebody else's.
      }
    }
  }
  return found;
}

/**
 * The processes that belong to a lab: those with its mark in their environment, which every command of a lab's machine
 * inherits. With `end` '' the first name is the folder of one machine. The lab's folder has a random name, so nobody else can carry it.
 */
export function processesOf(lab: string, end = '/'): number[] {
  const mark = `LAB_HOST=${lab}${end}`;
  if (process.platform === 'linux') {
    return processFiles('environ')
      .filter(({ pid, text }) => text.includes(mark) && pid !== process.pid)
      .map(({ pid }) => pid);
  }
  return execFileSync('ps', ['-axEwwo', 'pid=,command='], {
    encoding: 'latin1',
    maxBuffer: 1 << 26,
  })
    .split('\n')
    .filter((line) => line.includes(mark))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== process.pid);
}

/** Ends all processes of a lab and waits until they are gone. */
export async function endProcesses(lab: string): Promise<void> {
  // A process that is just being started may have no environment for a moment, so two looks must find nothing.
  for (let empty = 0, end = Date.now() + 20_000; empty < 2 && Date.now() < end;) {
    const left = processesOf(lab);
    empty = left.length === 0 ? empty + 1 : 0;
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await pause(20);
  }
}
