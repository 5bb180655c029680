import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ParsedKey, ServerChannel, Session } from 'ssh2';
import { handOver } from './outputs.ts';
import { serveSftp } from './sftp.ts';
import type { Disk } from './sftp.ts';
import { spawnOnTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Who may log in to a machine and what he finds there. */
export interface Account {
  readonly user: string;
  readonly home: string;
  readonly publicKey: string;
  password: string;
  /** The environment of every command. */
  readonly env: Readonly<Record<string, string>>;
}

export interface SshServerOptions {
  readonly account: Account;
  readonly disk: Disk;
  /** Milliseconds that every answer takes longer; asked for each. */
  readonly delay: () => number;
  /** Ways to log in that the server offers. */
  readonly methods?: readonly ('publickey' | 'password' | 'keyboard-interactive')[];
  readonly sftp?: boolean;
}

const signals: ReadonlySet<string> = new Set([
  'ABRT',
  'ALRM',
  'HUP',
  'INT',
  'KILL',
  'PIPE',
  'QUIT',
  'TERM',
  'USR1',
  'USR2',
]);

/** A machine's sshd: real shells, real files, real processes. */
export class SshServer {
  hostKey: string;
  port = 0;
  /** Connections that came in so far. */
  accepted = 0;
  readonly account: Account;
  private readonly options: SshServerOptions;
  private frozen = false;
  private readonly sockets = new Set<Socket>();
  private readonly children = new Set<ChildProcess>();
  private server: ssh2.Server | undefined;

  constructor(options: SshServerOptions, hostKey: string) {
    this.options = options;
    this.account = options.account;
    this.hostKey = hostKey;
  }

  /** Listens on the loopback interface, on the port that it had before when there is one. */
  async start(): Promise<void> {
    const server = new ssh2.Server(
      { hostKeys: [this.hostKey], ident: 'OpenSSH_9.2p1 lab' },
      (connection) => this.welcome(connection),
    );
    // ssh2 hands the raw socket to an internal listener only.
    const inner = (server as unknown as { _srv: NodeJS.EventEmitter })._srv;
    inner.prependListener('connection', (socket: Socket) => {
      socket.setNoDelay(true);
      this.accepted += 1;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      this.slow(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => resolve());
    });
    const address = server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : this.port;
    this.server = server;
  }

  get running(): boolean {
    return this.server !== undefined;
  }

  /** Ends the server and its connections; processes that commands left behind go on. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) {
      return;
    }
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.cut();
    await closed;
  }

  /** Cuts all connections, as a network failure does. */
  cut(): void {
    for (const socket of this.sockets) {
      socket.destroy();
    }
  }

  /** Takes connections and answers nothing. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) {
      socket.pause();
    }
  }

  /** Answers again, first what was kept back. */
  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) {
      socket.resume();
      socket.emit('thaw');
    }
  }

  /** Ends every process that still runs for a client. */
  killAll(): void {
    for (const child of this.children) {
      killGroup(child, 'SIGKILL');
    }
  }

  /** Every packet to the client waits as long as the machine is slow. */
  private slow(socket: Socket): void {
    const original = socket.write.bind(socket);
    const write = (data: Buffer): boolean => original(data);
    let queue: { data: Buffer; at: number }[] = [];
    let timer: NodeJS.Timeout | undefined;
    const flush = (): void => {
      timer = undefined;
      const now = Date.now();
      while (!this.frozen && queue[0] !== undefined && queue[0].at <= now) {
        const next = queue.shift();
        if (next !== undefined && !socket.destroyed) {
          write(next.data);
        }
      }
      const [first] = queue;
      if (first !== undefined && !socket.destroyed && !this.frozen) {
        timer = setTimeout(flush, first.at - now);
      }
    };
    socket.on('close', () => {
      clearTimeout(timer);
      queue = [];
    });
    socket.on('thaw', flush);
    const slowed = (data: Buffer): boolean => {
      const delay = this.options.delay();
      if (delay === 0 && queue.length === 0 && !this.frozen) {
        return write(data);
      }
      queue.push({ data: Buffer.from(data), at: Date.now() + delay });
      timer ??= setTimeout(flush, delay);
      return true;
    };
    socket.write = slowed;
  }

  private welcome(connection: Connection): void {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => this.authenticate(context));
    connection.on('ready', () => {
      connection.on('session', (accept) => this.session(accept()));
      connection.on('tcpip', (_accept, reject) => {
        reject();
      });
    });
  }

  private authenticate(context: AuthContext): void {
    const { account } = this.options;
    const methods = this.options.methods ?? ['publickey', 'password', 'keyboard-interactive'];
    const known = context.username === account.user;
    const method = context.method;
    if (method === 'none' || !methods.some((one) => one === method)) {
      context.reject([...methods]);
      return;
    }
    if (context.method === 'password') {
      if (known && same(context.password, account.password)) {
        context.accept();
      } else {
        context.reject([...methods]);
      }
    } else if (context.method === 'publickey') {
      const key = ssh2.utils.parseKey(account.publicKey) as ParsedKey;
      const fits =
        known &&
        context.key.algo === key.type &&
        context.key.data.equals(key.getPublicSSH()) &&
        (context.signature === undefined ||
          key.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo));
      if (fits) {
        context.accept();
      } else {
        context.reject([...methods]);
      }
    } else if (context.method === 'keyboard-interactive') {
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
        if (known && same(answers[0] ?? '', account.password)) {
          context.accept();
        } else {
          context.reject([...methods]);
        }
      });
    }
  }

  private session(session: Session): void {
    const env: Record<string, string> = {};
    let terminal: Terminal | undefined;
    session.on('pty', (accept, _reject, info) => {
      terminal = { rows: info.rows, columns: info.cols, resize: () => undefined };
      accept();
    });
    session.on('window-change', (accept, _reject, info) => {
      terminal?.resize(info.rows, info.cols);
      // Without a wish for an answer there is nothing to accept.
      (accept as (() => void) | undefined)?.();
    });
    session.on('env', (accept, reject, info) => {
      // As sshd does by default: only the language may be set.
      if (/^(LANG|LC_\w+)$/.test(info.key)) {
        env[info.key] = info.val;
        (accept as (() => void) | undefined)?.();
      } else {
        (reject as (() => void) | undefined)?.();
      }
    });
    session.on('exec', (accept, _reject, info) =>
      this.run(session, accept(), info.command, env, terminal),
    );
    session.on('shell', (accept) => this.run(session, accept(), undefined, env, terminal));
    session.on('sftp', (accept, reject) => {
      if (this.options.sftp === false) {
        reject();
      } else {
        serveSftp(accept(), this.options.account.home, this.options.disk);
      }
    });
  }

  private run(
    session: Session,
    channel: ServerChannel,
    command: string | undefined,
    env: Readonly<Record<string, string>>,
    terminal: Terminal | undefined,
  ): void {
    const { account } = this.options;
    const all = { ...account.env, ...env };
    const child =
      terminal === undefined
        ? spawn('/bin/sh', plainShell(command, this.options.disk.isFull), {
            cwd: account.home,
            env: all,
            detached: true,
          })
        : spawnOnTerminal(command, account.home, all, terminal);
    this.children.add(child);
    child.once('exit', (code, signal) => {
      this.children.delete(child);
      if (channel.writable) {
        if (signal === null) {
          channel.exit(code ?? 255);
        } else {
          channel.exit(signal.replace('SIG', ''), false, '');
        }
      }
    });
    child.once('error', () => {
      channel.stderr.end('/bin/sh: cannot be started\n');
      channel.exit(127);
      channel.end();
    });
    handOver(child, channel);
    channel.pipe(child.stdin ?? channel);
    child.stdin?.on('error', () => undefined);
    session.on('signal', (accept, _reject, info) => {
      const name = info.name.replace(/^SIG/, '');
      if (signals.has(name)) {
        killGroup(child, `SIG${name}` as NodeJS.Signals);
      }
      (accept as (() => void) | undefined)?.();
    });
    channel.on('close', () => {
      // As sshd does: the terminal's processes get a hang-up, others lose their pipes and go on.
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (terminal !== undefined) {
        killGroup(child, 'SIGHUP');
      }
    });
  }
}

/**
 * A limit on files is to be an error, as a full disk is, and not the signal that it is by default: so that signal is
 * ignored by what runs here.
 */
function plainShell(command: string | undefined, full: boolean): string[] {
  const ignore = `trap '' XFSZ; ${full ? 'ulimit -S -f 0; ' : ''}exec /bin/sh`;
  return command === undefined ? ['-c', ignore] : ['-c', `${ignore} -c "$1"`, 'sh', command];
}

function same(left: string, right: string): boolean {
  const [one, two] = [Buffer.from(left), Buffer.from(right)];
  return one.length === two.length && timingSafeEqual(one, two);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
