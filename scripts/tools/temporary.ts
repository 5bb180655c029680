// Temporary folders of a run: removed at its end, or by the next run when it was killed hard.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'opengauss-dual-cluster-run-';

/** A new folder whose name holds this process's id. Short, since sockets lie in it. */
export async function temporaryFolder(): Promise<string> {
  await removeAbandoned();
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

/** Removes a folder that may still be written to by a process that is just ending. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(prefix) ? parseInt(name.slice(prefix.length), 10) : NaN;
    if (!Number.isNaN(pid) && !isAlive(pid)) {
      // Another user's folder stays: it cannot be removed.
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
