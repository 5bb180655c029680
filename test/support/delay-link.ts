import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP link that delays what passes in each direction, can go silent without closing, and can become slow. */
export class DelayLink {
  silent = false;
  port = 0;
  /** Bytes that have come from the target. */
  answered = 0;
  /** After so many bytes for the target the link takes 10 ms for each further piece, of 64 KiB at most. */
  slowAfter = Infinity;
  /** Milliseconds for which what comes from the target is gathered before it is handed over in one piece. */
  gather = 0;
  private sent = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  /** `delay`: milliseconds one way, so that a round trip takes twice as long. */
  constructor(target: number, delay: number) {
    this.server = createServer((socket) => {
      const other = connect(target, '127.0.0.1');
      this.join(socket, other, delay, false);
      this.join(other, socket, delay, true);
      socket.on('data', (chunk) => {
        this.sent += chunk.length;
        if (this.sent > this.slowAfter) {
          socket.pause();
          setTimeout(() => socket.resume(), 10);
        }
      });
      other.on('data', (chunk) => {
        this.answered += chunk.length;
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(from: Socket, to: Socket, delay: number, back: boolean): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    const pass = (chunk: Buffer): void => {
      if (!this.silent && !to.destroyed) {
        to.write(chunk);
      }
    };
    let gathered: Buffer[] = [];
    from.on('data', (chunk) => {
      if (!back || this.gather === 0) {
        setTimeout(() => pass(chunk), delay);
      } else if (gathered.push(chunk) === 1) {
        setTimeout(() => {
          pass(Buffer.concat(gathered));
          gathered = [];
        }, delay + this.gather);
      }
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      setTimeout(() => to.destroy(), delay);
    });
  }
}
