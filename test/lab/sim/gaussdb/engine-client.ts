import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { engineSocket } from '../engine/main.ts';
import { isAlive, readText } from '../files.ts';
import type { LabHost } from '../host.ts';
import type { ClusterStore } from '../store.ts';
import { Client } from '../wire.ts';

/** Connects to the engine of a cluster's files; starts it when it does not run. */
export async function connectEngine(host: LabHost, store: ClusterStore): Promise<Client> {
  mkdirSync(join(host.lab, 'tmp'), { recursive: true });
  const path = engineSocket(host, store);
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const pid = Number(readText(store.engineFile));
    if (pid > 0 && isAlive(pid)) {
      try {
        return await Client.connect({ path }, 1000);
      } catch {
        // It has not come so far.
      }
    } else {
      spawn(
        host.node,
        [
          join(host.tools, 'server.cjs'),
          join(host.lab, host.name, 'lab.json'),
          'engine',
          store.folder,
          store.walFolder,
        ],
        { detached: true, stdio: 'ignore' },
      ).unref();
      await pause(200);
    }
    await pause(25);
  }
  throw new Error('the engine of the lab does not start');
}
