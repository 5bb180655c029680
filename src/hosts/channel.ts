import type { Readable, Writable } from 'node:stream';

/** One running command: its three streams and its end. Local processes and SSH channels look the same here. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /**
   * Resolves when the command itself has ended: its exit code, or `undefined` when nobody knows (the connection was
   * lost). Output that is on its way may still come.
   */
  readonly ended: Promise<number | undefined>;
  /** Resolves when no more output will come. */
  readonly closed: Promise<void>;
  /** Lets go of the channel at once. */
  destroy(): void;
}

export interface TransferOptions {
  /** Milliseconds for all of it, however it goes on. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Moves contents of files past the shell. It rejects with `timed-out` and `cancelled` only; what it cannot do it says
 * by its answer, and the shell does it then.
 */
export interface FileTransfer {
  /** Whether it is there at all; asks the machine the first time. */
  offered(options: TransferOptions): Promise<boolean>;
  /**
   * The content of a file of at most `limit` bytes which has, as the shell has just seen it, such a size and time of
   * change (milliseconds since 1970). `undefined`: not to be had so.
   */
  read(
    path: string,
    like: { readonly size: number; readonly mtime: number },
    limit: number,
    options: TransferOptions,
  ): Promise<Buffer | undefined>;
  /** Writes over the beginning of a file that is there. `false`: not, or not all of it. */
  write(path: string, content: Uint8Array, options: TransferOptions): Promise<boolean>;
}

/** Starts commands on one machine. */
export interface Transport {
  readonly host: string;
  /** Hands the line to the account's login shell. Rejects when it was not started. */
  open(line: string): Promise<Channel>;
  /** Throws when nothing may run any more; asked before every command. */
  allowed?(): void;
  /** Something got no answer in time: look whether the machine is still there. */
  suspect?(): void;
  /** A faster way for large files; not every machine has one. */
  readonly transfer?: FileTransfer;
}

/** Number of a signal's name for `128 + n`; POSIX numbers, the same on every system that openGauss runs on. */
const signals: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  ABRT: 6,
  FPE: 8,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};

/** The exit code as a shell tells it: 128 + n for a command that signal n ended. */
export function exitCode(
  code: number | null,
  signal: string | null | undefined,
): number | undefined {
  if (code !== null) {
    return code;
  }
  return signal ? 128 + (signals[signal.replace(/^SIG/, '')] ?? 0) : undefined;
}
