import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/**
 * The processes that belong to a lab: those with its mark in their environment, which every command of a lab's machine
 * inherits. With `end` '' the first name is the folder of one machine. The lab's folder has a random name, so nobody else can carry it.
 */
export function processesOf(lab: string, end = '/'): number[] {
  const mark = `LAB_HOST=${lab}${end}`;
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((name) => read(`/proc/${name}/environ`).includes(mark))
      .map(Number)
      .filter((pid) => pid !== process.pid);
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
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const left = processesOf(lab);
    if (left.length === 0) {
      return;
    }
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
