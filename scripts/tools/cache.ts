// A folder outside node_modules for what is large and rarely changes: the editor and the browser.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Where large things are kept: XDG_CACHE_HOME, or the place that the system has for caches. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  const base = xdg ?? (process.platform === 'win32' && local ? local : join(homedir(), '.cache'));
  return join(base, 'opengauss-dual-cluster');
}

/** What is to be kept in the cache. */
export interface Kept {
  /** A plain name, for example `editor`. */
  readonly name: string;
  readonly version: string;
  /** Files that decide what is built: when one changes, it is built anew. */
  readonly from: readonly string[];
  /** Builds into a folder that exists and is empty. */
  build(folder: string): Promise<void>;
}

/**
 * The folder of a kept thing, which is built first where it is missing. It is built beside its place and
 * renamed when it is whole, so that an interrupted installation leaves nothing half done; of several that
 * are started together, one builds and the others wait.
 */
export async function keep(kept: Kept, waiting: () => void): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, `${kept.name}-${kept.version}-${await digest(kept.from)}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const release = await lock(`${folder}.lock`, waiting);
  try {
    if (existsSync(folder)) return folder;
    await removeAbandoned(cache, basename(folder));
    const unfinished = `${folder}.unfinished-${process.pid}`;
    try {
      await mkdir(unfinished);
      await kept.build(unfinished);
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await release();
  }
}

async function digest(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 8);
}

/** What killed installations left: nobody else builds this thing while its lock is held. */
async function removeAbandoned(cache: string, name: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (entry.startsWith(`${name}.unfinished-`)) {
      await rm(join(cache, entry), { recursive: true, force: true });
    }
  }
}

async function lock(path: string, waiting: () => void): Promise<() => Promise<void>> {
  for (let told = false; ; told = true) {
    try {
      await mkdir(path);
      await writeFile(join(path, 'pid'), String(process.pid));
      return () => rm(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await abandoned(path)) {
      await rm(path, { recursive: true, force: true });
      continue;
    }
    if (!told) waiting();
    await pause(500);
  }
}

/** Whether the process that holds the lock is gone. The pid is written right after the folder is made. */
async function abandoned(path: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(join(path, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPERM') return false;
    if (code === 'ESRCH') return true;
    const made = await stat(path).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > 10_000;
  }
}
