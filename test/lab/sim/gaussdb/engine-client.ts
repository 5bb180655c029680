import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { engineSocket } from '../engine/main.ts';
import { writerOf } from '../files.ts';
import type { LabHost } from '../host.ts';
import type { ClusterStore } from '../store.ts';
import { Client } from '../wire.ts';

/** Connects to the engine of a cluster's files; starts it when it does not run. */
export async function connectEngine(host: LabHost, store: ClusterStore): Promise<Client> {
  mkdirSync(join(host.lab, 'tmp'), { recursive: true });
  const path = engineSocket(host, store);
  let begun = 0;
  let own: ChildProcess | undefined;
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (writerOf(store.engineFile) > 0) {
      try {
        return await Client.connect({ path }, 1000);
      } catch {
        // It has not come so far.
      }
    } else if (own === undefined || own.exitCode !== null || Date.now() > begun + 10_000) {
      begun = Date.now();
      own = spawn(
        host.node,
        [
          join(host.tools, 'server.cjs'),
          join(host.lab, host.name, 'lab.json'),
          'engine',
          store.folder,
          store.walFolder,
        ],
        { detached: true, stdio: 'ignore' },
      );
      own.unref();
    }
    await pause(25);
  }
  throw new Error('the engine of the lab does not start');
}
