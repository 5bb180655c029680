import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { isStillThere } from '../../../src/operations/process.ts';

/** Writes a file whole: a reader sees the old or the new content. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  const fd = openSync(temporary, 'w', mode);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

/** A file's text, or undefined when it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A file's JSON, or undefined when it is missing or half written. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what he wrote there
export function readJson<T>(path: string): T | undefined {
  const text = readText(path);
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Whether a process is there; one that is a zombie is not. */
export function isAlive(pid: number): boolean {
  return isStillThere(pid, Date.now());
}

/**
 * The process whose number is the first word of a file that it wrote; 0 when it is gone. One that is younger than the
 * file only has the same number.
 */
export function writerOf(path: string): number {
  const pid = Number.parseInt(readText(path) ?? '', 10);
  return isAliveSince(pid, path) ? pid : 0;
}

/** Whether the process is there that had this number when the file was written. */
export function isAliveSince(pid: number, file: string): boolean {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && isStillThere(pid, written);
}

/** The folder that a process works in; undefined where /proc does not tell. */
export function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/**
 * Takes a lock file that holds the owner's process id; a dead owner's lock is taken over.
 * @returns whether the lock is ours
 */
export function takeLock(path: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  // By a link it stands there with its content or not at all.
  const mine = `${path}.${process.pid}.new`;
  writeFileSync(mine, String(process.pid), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        linkSync(mine, path);
        return true;
      } catch {
        const owner = Number(readText(path));
        if (owner === process.pid) {
          return true;
        }
        if (isAliveSince(owner, path)) {
          return false;
        }
        rmSync(path, { force: true });
      }
    }
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Gives a lock back that is ours. */
export function dropLock(path: string): void {
  if (existsSync(path) && Number(readText(path)) === process.pid) {
    rmSync(path, { force: true });
  }
}
