import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** The ports that labs use lie below those that systems give to outgoing connections. */
const first = 12_000;
const blocks = 100;
const blockSize = 200;

/** Of the blocks of this process: the port that is given out next. */
let next = 0;
let end = 0;

/** Listens on a port of this machine; `undefined` when somebody else does. */
async function listen(port: number): Promise<{ close(): Promise<void> } | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      // It does not keep the process alive.
      server.unref();
      resolve({ close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}

/**
 * Takes a block of ports for this process alone, until it ends: it listens on the first of them. A node that is not up
 * does not listen on its ports, so that looking whether a port is free does not keep two labs apart.
 */
async function takeBlock(): Promise<void> {
  const start = randomInt(blocks);
  for (let index = 0; index < blocks; index += 1) {
    const guard = first + ((start + index) % blocks) * blockSize;
    if ((await listen(guard)) !== undefined) {
      next = guard + 1;
      end = guard + blockSize;
      return;
    }
  }
  throw new Error('No free ports could be found on 127.0.0.1.');
}

/** The first of so many consecutive free ports. They are given out once. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    if (next + count > end) {
      await takeBlock();
    }
    const port = next;
    next += count;
    const free = await Promise.all(
      Array.from({ length: count }, async (_none, index) => {
        const server = await listen(port + index);
        await server?.close();
        return server !== undefined;
      }),
    );
    if (free.every(Boolean)) {
      return port;
    }
  }
}
