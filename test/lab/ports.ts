import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

const taken = new Set<number>();

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The first of so many consecutive free ports, below those that systems give to outgoing connections. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const first = randomInt(12_000, 32_000);
    const ports = Array.from({ length: count }, (_none, index) => first + index);
    if (ports.some((port) => taken.has(port))) {
      continue;
    }
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) {
      for (const port of ports) {
        taken.add(port);
      }
      return first;
    }
  }
  throw new Error('No free ports could be found on 127.0.0.1.');
}
