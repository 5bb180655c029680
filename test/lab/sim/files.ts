import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

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
  if (!(pid > 0)) {
    return false;
  }
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
  const stat = readText(`/proc/${pid}/stat`);
  return stat === undefined || !/\) Z /.test(stat);
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
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const fd = openSync(path, 'wx', 0o600);
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return true;
    } catch {
      const owner = Number(readText(path));
      if (owner === process.pid) {
        return true;
      }
      if (owner > 0 && isAlive(owner)) {
        return false;
      }
      rmSync(path, { force: true });
    }
  }
  return false;
}

/** Gives a lock back that is ours. */
export function dropLock(path: string): void {
  if (existsSync(path) && Number(readText(path)) === process.pid) {
    rmSync(path, { force: true });
  }
}
