import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { RedoReader, hashOf } from '../store.ts';
import { onMessages, send, textOf } from '../wire.ts';
import type { Message } from '../wire.ts';
import { hbaMethod } from './hba.ts';
import type { GaussNode } from './node.ts';
import { Sender } from './sender.ts';
import { SqlSession } from './session.ts';
import { StartFailure } from './startup.ts';

const denied = 'FATAL:  Invalid username/password,login denied.';

/** Listens for clients and answers them. */
export class Service {
  private readonly node: GaussNode;
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly files: string[] = [];

  constructor(node: GaussNode) {
    this.node = node;
  }

  /** Opens what this server listens on; fails with the server's words. */
  async open(): Promise<void> {
    const { node } = this;
    const { port } = node;
    const given = node.settings.get('listen_addresses') ?? 'localhost';
    const addresses = new Set(given.split(',').map((one) => loopback(one.trim())));
    for (const host of addresses) {
      await this.listen(host, port, false, `could not create listen socket for "${host}:${port}"`);
      await this.listen(
        host,
        port + 1,
        true,
        `could not create ha listen socket for "${host}:${port + 1}"`,
      );
    }
    const folder = node.settings.get('unix_socket_directory') ?? '';
    const socketFolder = folder === '' ? join(node.host.lab, node.host.name, 'tmp') : folder;
    for (const [number, ha] of [
      [port, false],
      [port + 1, true],
    ] as const) {
      await this.listenUnix(join(socketFolder, `.s.PGSQL.${number}`), ha, number);
    }
    if (node.role !== 'Normal') {
      for (const [index, channel] of node.channels.entries()) {
        const host = loopback(channel.localHost);
        const taken = addresses.has(host) && [port, port + 1].includes(channel.localPort);
        if (!taken && !this.listensOn(host, channel.localPort)) {
          await this.listen(
            host,
            channel.localPort,
            true,
            `could not create Ha listen socket for ReplConnInfoArr[${index + 1}]"${channel.localHost}:${channel.localPort}"`,
          );
        }
      }
    }
    if (node.dms) {
      const own = (node.settings.get('ss_interconnect_url') ?? '')
        .split(',')
        .map((entry) => entry.trim().split(':'))
        .find(([id]) => Number(id) === node.instanceId);
      if (own?.[1] === undefined || own[2] === undefined) {
        throw new StartFailure('FATAL', 'failed to initialize dms instance, errcode: 117440512.');
      }
      await this.listen(
        loopback(own[1]),
        Number(own[2]),
        true,
        'failed to initialize dms instance',
      );
    }
  }

  get socketFolder(): string {
    return this.files[0]?.replace(/\/[^/]*$/, '') ?? '';
  }

  private listensOn(host: string, port: number): boolean {
    return this.servers.some((server) => {
      const bound = server.address();
      return typeof bound === 'object' && bound?.port === port && bound.address === host;
    });
  }

  private async listen(host: string, port: number, ha: boolean, words: string): Promise<void> {
    try {
      this.servers.push(
        await new Promise<Server>((resolve, reject) => {
          const server = createServer((socket) => this.greet(socket, ha, false));
          server.once('error', reject);
          server.listen({ host, port }, () => resolve(server));
        }),
      );
    } catch {
      this.node.log.line(
        'LOG',
        'could not bind IPv4 socket at the 0 time: Address already in use\n' +
          `HINT:  Is another postmaster already running on port ${port}? If not, wait a few seconds and retry.`,
      );
      throw new StartFailure('FATAL', words);
    }
  }

  private async listenUnix(path: string, ha: boolean, port: number): Promise<void> {
    if (existsSync(path)) {
      rmSync(path, { force: true });
    }
    try {
      this.servers.push(
        await new Promise<Server>((resolve, reject) => {
          const server = createServer((socket) => this.greet(socket, ha, true));
          server.once('error', reject);
          server.listen({ path }, () => resolve(server));
        }),
      );
    } catch {
      throw new StartFailure(
        'FATAL',
        `could not create Unix-domain socket for "${path.replace(/\/[^/]*$/, '')}:${port}"`,
      );
    }
    chmodSync(path, 0o700);
    this.files.push(path);
  }

  close(): void {
    for (const server of this.servers) {
      server.close();
    }
    for (const socket of this.sockets) {
      socket.destroy();
    }
    for (const file of this.files) {
      rmSync(file, { force: true });
    }
  }

  /** The first message says who it is; the rest depends on that. */
  private greet(socket: Socket, ha: boolean, local: boolean): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    let handle: ((message: Message) => void) | undefined;
    onMessages(socket, (message) => {
      if (handle !== undefined) {
        handle(message);
        return;
      }
      const refusal = this.refusal(socket, message, ha, local);
      if (refusal !== undefined) {
        send(socket, { ok: false, fatal: refusal, detail: refusal.replace(/^FATAL: {2}/, '') });
        socket.end();
        return;
      }
      handle = this.serve(socket, message);
    });
  }

  private refusal(
    socket: Socket,
    message: Message,
    ha: boolean,
    local: boolean,
  ): string | undefined {
    const kind = String(message['hello']);
    const user = String(message['user']);
    const control = this.node.store.control();
    const replication = kind === 'standby_cluster' || kind === 'build';
    if (replication && this.node.faults.link?.down === true) {
      socket.destroy();
      return 'FATAL:  the connection between the clusters is down';
    }
    if (kind === 'gsql' && ha) {
      return 'FATAL:  the local listen ip and port is not for the gsql client';
    }
    const address = local ? undefined : (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const listed =
      replication &&
      address !== undefined &&
      [...this.node.settings]
        .filter(([name]) => /^(cross_cluster_)?replconninfo\d$/.test(name))
        .some(([, value]) => value.includes(address));
    const method = listed
      ? 'trust'
      : hbaMethod(this.node.dataDir, {
          address,
          database: replication ? 'replication' : textOf(message, 'database', 'postgres'),
          user,
        });
    if (method === undefined || method === 'reject') {
      return replication
        ? `FATAL:  no pg_hba.conf entry for replication connection from host "${address ?? '[local]'}", user "${user}", SSL off`
        : `FATAL:  no pg_hba.conf entry for host "${address ?? '[local]'}", user "${user}", database "${textOf(message, 'database', 'postgres')}", SSL off`;
    }
    if (method !== 'trust') {
      const password = message['password'];
      if (typeof password !== 'string' || hashOf(password) !== control.password) {
        return denied;
      }
    }
    if (kind !== 'state' && user !== control.initialUser) {
      return denied;
    }
    return kind === 'state' || replication ? undefined : this.node.refusal;
  }

  private serve(socket: Socket, hello: Message): (message: Message) => void {
    const { node } = this;
    switch (hello['hello']) {
      case 'standby_cluster':
        return this.serveStandby(socket, hello);
      case 'gsql': {
        const session = new SqlSession(node, socket);
        return (message) => session.take(message);
      }
      default:
        send(socket, { ok: true, systemId: node.store.control().systemId });
        return (message) => this.answer(socket, message);
    }
  }

  private answer(socket: Socket, message: Message): void {
    const { node } = this;
    switch (message['op']) {
      case 'ha':
        send(socket, {
          ha: node.ha(),
          senders: [...node.senders].map((sender) => sender.row()),
          receiver: node.receiver?.row() ?? null,
        });
        break;
      case 'failover':
        send(socket, { reason: node.failover() ?? null });
        break;
      case 'switchover':
        node.switchover();
        send(socket, {});
        break;
      case 'copy':
        this.copy(socket);
        break;
      default:
        send(socket, { error: 'unknown' });
    }
  }

  /** Everything a full build takes from the primary. */
  private copy(socket: Socket): void {
    const { node } = this;
    if (node.role !== 'Primary' && node.role !== 'Normal') {
      send(socket, {
        error: `the mode of the remote server must be primary, current is ${node.role}`,
      });
      return;
    }
    const redo = new RedoReader(node.store);
    const lines: string[] = [];
    for (let found = redo.read(); found.length > 0; found = redo.read()) {
      lines.push(...found.map(({ line }) => line));
    }
    send(socket, { control: node.store.control(), redo: lines.join('') });
  }

  private serveStandby(socket: Socket, hello: Message): (message: Message) => void {
    const { node } = this;
    const refuse = (detail: string): ((message: Message) => void) => {
      send(socket, { ok: false, detail });
      socket.end();
      return () => undefined;
    };
    if (node.role !== 'Primary' || node.dbState !== 'Normal') {
      node.log.line(
        'ERROR',
        `when ss disaster, main standby of standby cluster of the remote server must be primary, current is ${node.role}`,
      );
      return refuse('Disconnected');
    }
    if (hello['version'] !== node.host.version) {
      return refuse('Version not matched');
    }
    if (hello['systemId'] !== node.store.control().systemId) {
      return refuse('System id not matched');
    }
    const from = Number(hello['lsn']);
    if (!this.isOurs(from, String(hello['record']))) {
      return refuse('Timeline not matched');
    }
    send(socket, { ok: true });
    node.senders.add(
      new Sender(
        node,
        socket,
        from,
        hello['kind'] === 'cluster' ? 'StandbyCluster_Standby' : 'Standby',
      ),
    );
    // The sender listens for itself from now on.
    return () => undefined;
  }

  /** Whether a place in somebody's redo log is also in ours: same end, same record. */
  private isOurs(lsn: number, id: string): boolean {
    const redo = new RedoReader(this.node.store);
    if (redo.last.lsn === lsn) {
      return redo.last.id === id || lsn === this.node.store.control().startLsn;
    }
    for (let found = redo.read(); found.length > 0; found = redo.read()) {
      if (found.some(({ record }) => record.lsn === lsn && record.id === id)) {
        return true;
      }
    }
    return false;
  }
}

/** The lab never leaves the loopback interface, whatever a configuration says. */
function loopback(address: string): string {
  return ['localhost', '*', '0.0.0.0', '::', '::1', ''].includes(address) ? '127.0.0.1' : address;
}
