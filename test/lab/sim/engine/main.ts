import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { replaceFile, takeLock } from '../files.ts';
import type { LabHost } from '../host.ts';
import { ClusterStore } from '../store.ts';
import { onMessages, send } from '../wire.ts';
import type { Message } from '../wire.ts';
import { Database } from './database.ts';
import { EngineSession } from './session.ts';
import { Turns } from './turns.ts';

/** Where an engine listens: short, as paths of sockets must be. */
export function engineSocket(host: LabHost, store: ClusterStore): string {
  let hash = 7;
  for (const character of store.folder) {
    hash = (hash * 31 + character.charCodeAt(0)) % 2 ** 31;
  }
  return `${host.lab}/tmp/e${hash.toString(36)}`;
}

/** The engine of a cluster: runs SQL for all nodes that share its files. Ends when nobody has been connected for long. */
export async function engine(host: LabHost, args: readonly string[]): Promise<number> {
  const store = new ClusterStore(args[0] ?? '', args[1] ?? '');
  const path = engineSocket(host, store);
  process.title = `lab-engine ${store.folder}`;
  if (!takeLock(store.engineFile)) {
    return 0;
  }
  const sessions = new Map<number, EngineSession>();
  const turns = new Turns();
  let database: Database | undefined;
  const opening = Database.open(host, store).then((opened) => {
    database = opened;
    return opened;
  });
  const greet = (socket: Socket): void => {
    socket.on('error', () => socket.destroy());
    const pid = 140_000_000_000_000 + randomInt(1_000_000_000) * 256;
    let session: EngineSession | undefined;
    const queue: Message[] = [];
    let busy = false;
    const drain = async (): Promise<void> => {
      if (busy) {
        return;
      }
      busy = true;
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const opened = database ?? (await opening);
        session ??= new EngineSession(opened, turns, pid, sessions);
        sessions.set(pid, session);
        send(socket, { ...(await session.run(next)) });
      }
      busy = false;
    };
    onMessages(socket, (message) => {
      if (message['op'] === 'cancel') {
        session?.cancel();
        return;
      }
      queue.push(message);
      void drain();
    });
    socket.on('close', () => {
      sessions.delete(pid);
      void session?.end();
    });
  };
  rmSync(path, { force: true });
  const server = createServer(greet);
  server.listen({ path });
  await opening;
  replaceFile(`${store.engineFile}.ready`, String(process.pid));
  return await new Promise<number>((resolve) => {
    setInterval(() => {
      // The files were thrown away or built anew: what is in memory is no longer theirs.
      if (!store.exists()) {
        resolve(0);
      }
    }, 1000);
  });
}
