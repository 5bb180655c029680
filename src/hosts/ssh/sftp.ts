import type { SFTPWrapper } from 'ssh2';
import { asError, mapLimited } from '../../base/async.ts';
import type { FileTransfer, TransferOptions } from '../channel.ts';
import { cancelled, timedOut } from '../errors.ts';

/** Bytes of one request. Every server takes packets of 34,000 bytes (draft-ietf-secsh-filexfer-02, section 3). */
const piece = 30 * 1024;
/** Requests under way at a time, as many as OpenSSH's own client: 40 MB/s at 50 ms of round trip. */
const mostRequests = 64;
/** Milliseconds after its last use until the channel is closed; it counts as one of the server's sessions. */
const idleLimit = 30_000;
/** Milliseconds that requests under way may take to end after a cancel. */
const cancelLimit = 5000;
/** Flags of SSH_FXP_OPEN: nothing is made and nothing is cut short. */
const openFlags = { read: 1, write: 2 };

/** A channel of SFTP that has just been opened. */
export interface OpenedSftp {
  readonly sftp: SFTPWrapper;
  /** Resolves when the channel is at its end. */
  readonly gone: Promise<undefined>;
}

/** To be called in the moment in which ssh2 hands the channel over: its end may have come with its beginning. */
export function openedSftp(sftp: SFTPWrapper): OpenedSftp {
  const gone = new Promise<undefined>((resolve) => {
    for (const end of ['error', 'end', 'close'] as const) {
      sftp.on(end, () => resolve(undefined));
    }
  });
  return { sftp, gone };
}

/**
 * The SFTP of one connection. Its channel is opened with the first file and kept for a while. Whatever SFTP cannot do
 * is answered with `undefined` or `false`: the shell then does it, or says precisely why it cannot be done.
 */
export class SftpFiles implements FileTransfer {
  private readonly host: string;
  private readonly open: () => Promise<OpenedSftp>;
  private readonly lost: Promise<void>;
  private channel: Promise<OpenedSftp | undefined> | undefined;
  private refused = false;
  private users = 0;
  private idle: NodeJS.Timeout | undefined;

  /** `lost` resolves when the connection is gone. */
  constructor(host: string, open: () => Promise<OpenedSftp>, lost: Promise<void>) {
    this.host = host;
    this.open = open;
    this.lost = lost;
  }

  async offered(options: TransferOptions): Promise<boolean> {
    return (await this.use(options, async () => Promise.resolve(true))) === true;
  }

  async read(
    path: string,
    like: { readonly size: number; readonly mtime: number },
    limit: number,
    options: TransferOptions,
  ): Promise<Buffer | undefined> {
    return this.use(options, async (sftp, stopped) =>
      withFile(sftp, path, openFlags.read, async (handle) => {
        const { size, mtime } = await call<{ size: number; mtime: number }>((done) =>
          sftp.fstat(handle, done),
        );
        // Where SFTP is shut into a folder, another file may have this path.
        if (size < like.size || mtime < Math.floor(like.mtime / 1000) || size > limit) {
          throw new Error('another file');
        }
        const content = Buffer.allocUnsafe(size);
        await mapLimited(pieces(size), mostRequests, async ({ at, length }) => {
          for (let got = 0; got < length;) {
            stopped.throwIfAborted();
            const from = at + got;
            const count = await call<number>((done) =>
              sftp.read(handle, content, from, length - got, from, done),
            );
            if (count === 0) {
              throw new Error('the file has become shorter');
            }
            got += count;
          }
        });
        return content;
      }),
    );
  }

  async write(path: string, content: Uint8Array, options: TransferOptions): Promise<boolean> {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const written = await this.use(options, async (sftp, stopped) =>
      withFile(sftp, path, openFlags.write, async (handle) => {
        await mapLimited(pieces(bytes.length), mostRequests, async ({ at, length }) => {
          stopped.throwIfAborted();
          await call((done) => sftp.write(handle, bytes, at, length, at, done));
        });
        return true;
      }),
    );
    return written === true;
  }

  /** Lets the job have the channel until its time limit or a cancel. `undefined`: it could not be done by SFTP. */
  private async use<T>(
    { timeout, signal }: TransferOptions,
    job: (sftp: SFTPWrapper, stopped: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    if (signal?.aborted) {
      throw cancelled(this.host);
    }
    this.users++;
    const stop = new AbortController();
    const working = this.opened().then(async (opened) =>
      opened === undefined
        ? undefined
        : // ssh2 never answers requests that come after the end of the channel.
          Promise.race([job(opened.sftp, stop.signal).catch(() => undefined), opened.gone]),
    );
    void working.finally(() => this.left());
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        finish();
        stop.abort();
        // Requests that are under way end by themselves, unless the server hangs.
        const timer = setTimeout(() => this.drop(), cancelLimit);
        void working.finally(() => clearTimeout(timer));
        reject(cancelled(this.host));
      };
      const timer = setTimeout(() => {
        finish();
        stop.abort();
        this.drop();
        reject(timedOut(this.host, timeout));
      }, timeout);
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      signal?.addEventListener('abort', abort, { once: true });
      void working.then((result) => {
        finish();
        resolve(result);
      });
    });
  }

  /** The channel; `undefined` when the server has no SFTP for us, which is asked once. */
  private async opened(): Promise<OpenedSftp | undefined> {
    clearTimeout(this.idle);
    if (this.refused) {
      return undefined;
    }
    if (this.channel === undefined) {
      const opening = this.open().then(
        ({ sftp, gone }) => {
          const over = Promise.race([gone, this.lost.then(() => undefined)]);
          void over.then(() => {
            if (this.channel === opening) {
              this.channel = undefined;
            }
          });
          return { sftp, gone: over };
        },
        () => {
          this.refused = true;
          return undefined;
        },
      );
      this.channel = opening;
    }
    return this.channel;
  }

  private left(): void {
    this.users--;
    clearTimeout(this.idle);
    if (this.users === 0) {
      this.idle = setTimeout(() => this.drop(), idleLimit);
      this.idle.unref();
    }
  }

  /** Closes the channel; what still waits on it fails. */
  private drop(): void {
    const { channel } = this;
    this.channel = undefined;
    void channel?.then((opened) => opened?.sftp.end());
  }
}

/** Opens a file for the job and closes it, also after a failure. A failure to close is one to write. */
async function withFile<T>(
  sftp: SFTPWrapper,
  path: string,
  flags: number,
  job: (handle: Buffer) => Promise<T>,
): Promise<T> {
  const handle = await call<Buffer>((done) => sftp.open(path, flags, done));
  let result: T;
  try {
    result = await job(handle);
  } catch (thrown) {
    await call((done) => sftp.close(handle, done)).catch(() => undefined);
    throw thrown;
  }
  await call((done) => sftp.close(handle, done));
  return result;
}

function pieces(size: number): { readonly at: number; readonly length: number }[] {
  return Array.from({ length: Math.ceil(size / piece) }, (_, index) => ({
    at: index * piece,
    length: Math.min(piece, size - index * piece),
  }));
}

/** One request as a promise. ssh2 throws when the connection is gone. */
async function call<T = unknown>(
  request: (done: (error: Error | null | undefined, value?: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      request((error, value) => (error ? reject(error) : resolve(value as T)));
    } catch (thrown) {
      reject(asError(thrown));
    }
  });
}
