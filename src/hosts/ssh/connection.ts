import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { t } from '../../base/l10n.ts';
import type { Channel, Transport } from '../channel.ts';
import { exitCode } from '../channel.ts';
import { channelRefused, connectionLost } from '../errors.ts';
import { forAnyShell } from '../script.ts';
import { Slots } from '../slots.ts';
import type { HostTerminal, TerminalOptions } from '../terminal.ts';
import { openedSftp, SftpFiles, type OpenedSftp } from './sftp.ts';

/** Channels on one connection at a time; OpenSSH's server allows ten sessions unless it says otherwise. */
const mostChannels = 8;
/** Milliseconds that a server may take to open a channel. */
const openLimit = 20_000;
/** Milliseconds for SFTP, which the shell can stand in for. */
const sftpLimit = 10_000;

/** One authenticated connection. It is shared by all that goes to its host, also by hosts behind it. */
export class SshConnection implements Transport {
  readonly host: string;
  /** Resolves when the connection is gone, for whatever reason. */
  readonly closed: Promise<void>;
  /** Large files go this way. Its channel is the ninth of the ten, so that it never waits for the others. */
  readonly transfer: SftpFiles;
  private readonly client: Client;
  private readonly channels = new Slots(mostChannels);
  private readonly quietLimit: number;
  /** Who wants to know of the end. What waits for `closed` itself is kept as long as the connection lives. */
  private readonly farewells = new Set<() => void>();
  private lastHeard = Date.now();
  private gone = false;

  /** `quietLimit`: milliseconds after which a connection without a sign of life is given up once somebody suspects it. */
  constructor(host: string, client: Client, socket: Duplex, quietLimit: number) {
    this.host = host;
    this.client = client;
    this.quietLimit = quietLimit;
    socket.on('data', () => {
      this.lastHeard = Date.now();
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.gone = true;
        resolve();
        for (const farewell of [...this.farewells]) {
          farewell();
        }
        this.farewells.clear();
      });
    });
    this.transfer = new SftpFiles(
      host,
      async () =>
        this.opened<SFTPWrapper, OpenedSftp>(
          (done) => client.sftp(done),
          openedSftp,
          (late) => late.end(),
          sftpLimit,
        ),
      this.closed,
    );
    // What goes wrong from here on ends in `close`; without a listener it would end the process.
    client.on('error', () => undefined);
  }

  get alive(): boolean {
    return !this.gone;
  }

  async open(line: string): Promise<Channel> {
    const release = await this.channels.take();
    try {
      const channel = await this.opened<ClientChannel, Channel>(
        (done) => this.client.exec(line, done),
        (opened) => this.wrap(opened),
        (late) => late.close(),
      );
      void channel.closed.then(release);
      return channel;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Runs a command line of `sh` on a terminal of the host; it takes a channel until it ends. */
  async openTerminal(command: string, options: TerminalOptions): Promise<HostTerminal> {
    const release = await this.channels.take();
    try {
      const { columns, rows } = options.size;
      const { channel, wrapped } = await this.opened(
        (done: (error: Error | undefined, value: ClientChannel) => void) =>
          this.client.exec(
            forAnyShell(command),
            { pty: { cols: columns, rows, term: 'xterm-256color' } },
            done,
          ),
        (opened) => ({ channel: opened, wrapped: this.wrap(opened) }),
        (late) => late.close(),
      );
      const { stdin, ended, closed } = wrapped;
      const destroy = (): void => wrapped.destroy();
      const decoder = new StringDecoder('utf8');
      channel.on('data', (chunk: Buffer) => options.onData(decoder.write(chunk)));
      options.signal?.addEventListener('abort', destroy, { once: true });
      void closed.then(() => {
        options.signal?.removeEventListener('abort', destroy);
        release();
      });
      return {
        // What it printed last comes before its end, so the end is told when the channel has closed.
        ended: closed.then(() => ended),
        close: destroy,
        write: (text) => {
          if (stdin.writable) {
            stdin.write(text);
          }
        },
        resize: (size) => {
          if (!this.gone) {
            channel.setWindow(size.rows, size.columns, 0, 0);
          }
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** A stream to another machine as this one reaches it, for a host behind it. */
  async forward(hostName: string, port: number): Promise<Duplex> {
    return this.opened<ClientChannel, Duplex>(
      (done) => this.client.forwardOut('127.0.0.1', 0, hostName, port, done),
      (stream) => stream,
      (late) => late.destroy(),
    );
  }

  suspect(): void {
    if (this.gone) {
      return;
    }
    const asked = Date.now();
    const forget = this.whenGone(() => clearTimeout(timer));
    const timer = setTimeout(() => {
      forget();
      if (!this.gone && this.lastHeard < asked) {
        this.client.destroy();
      }
    }, this.quietLimit);
  }

  /** Says goodbye; after a second without an answer the connection is cut. */
  async close(): Promise<void> {
    if (this.gone) {
      return;
    }
    this.client.end();
    const timer = setTimeout(() => this.client.destroy(), 1000);
    await this.closed;
    clearTimeout(timer);
  }

  /**
   * `take` is called at once, before anything else that came with the answer is told: what listens only when the
   * promise has been waited for may miss the end of a short command.
   */
  private async opened<V, T>(
    start: (done: (error: Error | undefined, value: V) => void) => void,
    take: (value: V) => T,
    discard: (late: V) => void,
    limit = openLimit,
  ): Promise<T> {
    if (this.gone) {
      throw connectionLost(this.host);
    }
    return new Promise((resolve, reject) => {
      let late = false;
      const giveUp = (failure: Error): void => {
        late = true;
        forget();
        clearTimeout(timer);
        reject(failure);
      };
      const timer = setTimeout(
        () => giveUp(channelRefused(this.host, new Error(t('it does not answer')))),
        limit,
      );
      const forget = this.whenGone(() => giveUp(connectionLost(this.host)));
      try {
        start((error, value) => {
          forget();
          clearTimeout(timer);
          if (error) {
            reject(this.gone ? connectionLost(this.host) : channelRefused(this.host, error));
          } else if (late) {
            discard(value);
          } else {
            resolve(take(value));
          }
        });
      } catch (error) {
        giveUp(connectionLost(this.host, error));
      }
    });
  }

  private closedOf(channel: ClientChannel): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.whenGone(resolve);
      channel.once('close', () => {
        forget();
        resolve();
      });
    });
  }

  /** Calls back once when the connection is gone, at once when it is; calling the answer forgets it. */
  private whenGone(callback: () => void): () => void {
    if (this.gone) {
      callback();
      return () => undefined;
    }
    this.farewells.add(callback);
    return () => this.farewells.delete(callback);
  }

  private wrap(channel: ClientChannel): Channel {
    channel.on('error', () => undefined);
    const closed = this.closedOf(channel);
    return {
      stdin: channel.stdin,
      stdout: channel,
      stderr: channel.stderr,
      closed,
      ended: new Promise((resolve) => {
        channel.once('exit', (code: number | null, signal?: string) =>
          resolve(exitCode(code, signal)),
        );
        void closed.then(() => resolve(undefined));
      }),
      destroy: () => {
        if (!this.gone) {
          channel.close();
        }
      },
    };
  }
}
