import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** What the simulated programs say to each other: one JSON value a line. */
export type Message = Readonly<Record<string, unknown>>;

/** Calls back with each line's message; a line that is none ends the connection. */
export function onMessages(socket: Socket, handle: (message: Message) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  socket.on('data', (bytes) => {
    rest += decoder.write(bytes);
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        socket.destroy();
        return;
      }
      if (typeof message === 'object' && message !== null) {
        handle(message as Message);
      }
    }
    if (rest.length > 64 * 1024 * 1024) {
      socket.destroy();
    }
  });
}

/** A field's text, or what to take when it is missing or something else. */
export function textOf(message: Message, key: string, otherwise = ''): string {
  const value = message[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

export function send(socket: Socket, message: Message): boolean {
  return socket.writable ? socket.write(`${JSON.stringify(message)}\n`) : false;
}

/** Why a connection could not be made or ended early. */
export class WireError extends Error {
  readonly code: 'refused' | 'timeout' | 'closed';

  constructor(code: 'refused' | 'timeout' | 'closed', message: string) {
    super(message);
    this.code = code;
  }
}

export interface Place {
  readonly host?: string;
  readonly port?: number;
  /** A Unix socket instead of host and port. */
  readonly path?: string;
}

/** A connection that asks and is answered in turn. */
export class Client {
  readonly socket: Socket;
  private readonly waiting: {
    resolve: (message: Message) => void;
    reject: (error: Error) => void;
  }[] = [];
  private readonly early: Message[] = [];
  private sink: ((message: Message) => void) | undefined;
  private ended: WireError | undefined;
  private readonly timeout: number;

  private constructor(socket: Socket, timeout: number) {
    this.socket = socket;
    this.timeout = timeout;
    onMessages(socket, (message) => {
      if (this.sink !== undefined) {
        this.sink(message);
        return;
      }
      const next = this.waiting.shift();
      if (next === undefined) {
        this.early.push(message);
      } else {
        next.resolve(message);
      }
    });
    const end = (): void => {
      this.ended = new WireError('closed', 'Connection reset by peer');
      for (const one of this.waiting.splice(0)) {
        one.reject(this.ended);
      }
    };
    socket.on('error', end);
    socket.on('close', end);
  }

  /** Connects; `timeout` in milliseconds holds for this and, unless said otherwise, for each answer. */
  static async connect(place: Place, timeout: number): Promise<Client> {
    return await new Promise((resolve, reject) => {
      const socket =
        place.path === undefined
          ? createConnection({ host: place.host ?? '127.0.0.1', port: place.port ?? 0 })
          : createConnection({ path: place.path });
      socket.setNoDelay(true);
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new WireError('timeout', 'timeout expired'));
      }, timeout);
      socket.once('error', () => {
        clearTimeout(timer);
        reject(new WireError('refused', 'Connection refused'));
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.removeAllListeners('error');
        resolve(new Client(socket, timeout));
      });
    });
  }

  /** Sends and waits for the next message; `timeout` 0 waits for ever. */
  async ask(message: Message, timeout = this.timeout): Promise<Message> {
    send(this.socket, message);
    return await this.next(timeout);
  }

  /** The next message. */
  async next(timeout = this.timeout): Promise<Message> {
    const early = this.early.shift();
    if (early !== undefined) {
      return early;
    }
    if (this.ended !== undefined) {
      throw this.ended;
    }
    return await new Promise((resolve, reject) => {
      const entry: { resolve: (message: Message) => void; reject: (error: Error) => void } = {
        resolve,
        reject,
      };
      const timer =
        timeout > 0
          ? setTimeout(() => {
              this.waiting.splice(this.waiting.indexOf(entry), 1);
              reject(new WireError('timeout', 'timeout expired'));
            }, timeout)
          : undefined;
      entry.resolve = (answer): void => {
        clearTimeout(timer);
        resolve(answer);
      };
      entry.reject = (error): void => {
        clearTimeout(timer);
        reject(error);
      };
      this.waiting.push(entry);
    });
  }

  /** From now on hands over each message as it comes, beginning with those that are already here. */
  handOver(sink: (message: Message) => void): void {
    this.sink = sink;
    for (const message of this.early.splice(0)) {
      sink(message);
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
