// Faults that tests make on the lab's nodes, as an administrator could on real ones.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabNode } from '../../lab/types.ts';

/** The process of a node's server, by the pid file in its data directory. */
export async function serverProcess(node: LabNode): Promise<number> {
  const text = await readFile(join(node.dataDir, 'postmaster.pid'), 'utf8');
  const pid = Number(text.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`No pid in the pid file: ${text}`);
  return pid;
}

/** Sends a signal to a node's server. */
export async function signalServer(node: LabNode, signal: NodeJS.Signals): Promise<void> {
  process.kill(await serverProcess(node), signal);
}
