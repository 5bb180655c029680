import type { Socket } from 'node:net';
import { send } from '../wire.ts';
import type { Message } from '../wire.ts';
import type { GaussNode } from './node.ts';

/** One gsql client. */
export class SqlSession {
  private readonly node: GaussNode;
  private readonly socket: Socket;

  constructor(node: GaussNode, socket: Socket, hello: Message) {
    this.node = node;
    this.socket = socket;
    hello;
    send(socket, { ok: true });
  }

  take(message: Message): void {
    message;
    this.node;
    send(this.socket, { error: 'not yet' });
  }
}
