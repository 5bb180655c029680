// Child processes that end with us, however we end.
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { root } from './root.ts';

/** The module that is loaded into children of ours, so that they end when their parent is gone. */
export const endWithParent = pathToFileURL(`${root}/scripts/tools/end-with-parent.mjs`).href;

/** A child that leads a process group of its own. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves when the child has ended; never rejects. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Asks the whole group to end, and kills it when it has not after `patience` milliseconds. */
  stop(patience?: number): Promise<void>;
}

/** Starts a Node program as the leader of a process group; it ends by itself when we are killed. */
export function startNode(args: readonly string[], options: SpawnOptions): Child {
  return start(process.execPath, ['--import', endWithParent, ...args], options);
}

/** Starts a program as the leader of a process group. */
export function start(file: string, args: readonly string[], options: SpawnOptions): Child {
  const child = spawn(file, args, { ...options, detached: process.platform !== 'win32' });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('error', () => {
      resolve({ code: 127, signal: null });
    });
    child.on('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  return {
    process: child,
    ended,
    async stop(patience = 3000) {
      signalGroup(child, 'SIGTERM');
      await Promise.race([ended, pause(patience, undefined, { ref: false })]);
      // The leader may be gone and others of its group not.
      signalGroup(child, 'SIGKILL');
      await ended;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
