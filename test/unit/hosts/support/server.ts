/** A small SSH server for what OpenSSH cannot be made to do in a test: passwords that change, odd questions. */
import { spawn } from 'node:child_process';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ServerConfig, Session } from 'ssh2';
import type { AddressInfo, Socket } from 'node:net';
import { newKey } from '../../../lab/machine.ts';
import { handOver } from '../../../lab/ssh/outputs.ts';

export interface ServerOptions {
  readonly hostKeys?: readonly string[];
  readonly algorithms?: ServerConfig['algorithms'];
  /** Decides one attempt to log in. */
  readonly authenticate: (context: AuthContext) => void;
  /** Adds to what a session offers, SFTP for example. */
  readonly session?: (session: Session) => void;
}

export class TestServer {
  port = 0;
  readonly attempts: string[] = [];
  private readonly server: ssh2.Server;
  private readonly connections = new Set<Connection>();

  constructor(options: ServerOptions) {
    this.server = new ssh2.Server(
      {
        hostKeys: [...(options.hostKeys ?? [newHostKey()])],
        ...(options.algorithms === undefined ? {} : { algorithms: options.algorithms }),
      },
      (connection) => {
        this.connections.add(connection);
        connection.on('error', () => undefined);
        connection.on('close', () => this.connections.delete(connection));
        connection.on('authentication', (context) => {
          this.attempts.push(
            context.method === 'password' ? `password ${context.password}` : context.method,
          );
          options.authenticate(context);
        });
        connection.on('session', (accept) => {
          const session = accept();
          options.session?.(session);
          session.on('exec', (acceptExec, _reject, info) => {
            const channel = acceptExec();
            const child = spawn('/bin/sh', ['-c', info.command]);
            channel.pipe(child.stdin);
            child.stdin.on('error', () => undefined);
            child.on('close', (code) => channel.exit(code ?? 255));
            handOver(child, channel);
          });
        });
      },
    );
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const connection of this.connections) {
      (connection as Connection & { _sock?: Socket })._sock?.destroy();
    }
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }
}

/** A new host key. */
export function newHostKey(): string {
  return newKey('test').private;
}
