/** Limits of one remote call. Every call has a time limit: when it is not given, the host's default holds. */
export interface RunOptions {
  /** Milliseconds until the command and its process group are ended. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Bytes for the command's standard input; without it the command reads /dev/null. */
  readonly input?: Uint8Array | string;
  /** Exported before the command. Values are quoted, names are checked. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Bytes of output after which the command is ended with a clear error; default 8 MiB. */
  readonly outputLimit?: number;
}

export interface RunResult {
  /** The exit code; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A long command whose output is followed while it runs. */
export interface FollowOptions extends Omit<RunOptions, 'timeout' | 'outputLimit'> {
  /** Milliseconds without a time limit being given mean: until the signal is aborted. */
  readonly timeout?: number;
  readonly onStdout: (text: string) => void;
  readonly onStderr?: (text: string) => void;
}

/** What tells one state of a file from another. */
export interface FileVersion {
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly hash: string;
}

export interface RemoteFile {
  readonly content: Uint8Array;
  readonly version: FileVersion;
}

export interface RemoteStat {
  readonly type: 'file' | 'directory' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** Permission bits, for example 0o600. */
  readonly mode: number;
}

export interface WriteOptions {
  /** The state that the writer has read. The write is refused with `file-changed` when the file is no longer so; `null`: the file must not exist. */
  readonly expected?: FileVersion | null;
  /** Permission bits of a new file, 0o600 by default; an existing file keeps its own. */
  readonly mode?: number;
  /** Keep the former content beside it as `<name>.bak`; on by default. */
  readonly backup?: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it; two minutes by default. */
  readonly timeout?: number;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Bytes; a larger file is refused with `file-too-large`. 64 MiB by default. */
  readonly limit?: number;
  /** Milliseconds for all of it; two minutes by default. */
  readonly timeout?: number;
}

/**
 * One machine, reached. `local` is the machine that this code runs on, others are reached by SSH; both behave alike.
 * Failures are `Failure`s with the codes of `hosts/errors.ts`.
 */
export interface Shell {
  /** The topology's name of the host. */
  readonly host: string;
  /**
   * Runs a command line of `sh`, built with `quote`. Short probes share one kept `sh` on the host;
   * `long: true` gives the command a channel of its own.
   */
  run(command: string, options?: RunOptions & { readonly long?: boolean }): Promise<RunResult>;
  /** Runs several short commands in one round trip, side by side on the host; the answers are in order. A command that hangs costs only its own answer. */
  runBatch(commands: readonly BatchCommand[], options?: RunOptions): Promise<BatchResult[]>;
  /** Runs a command on a channel of its own and hands over its output as it comes; resolves with the exit code. */
  follow(command: string, options: FollowOptions): Promise<number>;
  readFile(path: string, options?: ReadOptions): Promise<RemoteFile>;
  /** Replaces or creates a file whole: temporary file in the same folder, same owner and mode, compare, rename, read back. */
  writeFile(
    path: string,
    content: Uint8Array | string,
    options?: WriteOptions,
  ): Promise<FileVersion>;
  stat(path: string, options?: { readonly signal?: AbortSignal }): Promise<RemoteStat | undefined>;
  readDirectory(
    path: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly (readonly [string, RemoteStat['type']])[]>;
}

export interface BatchCommand {
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds for this command alone. */
  readonly timeout?: number;
}

/** The answer to one command of a batch. `timedOut`: it was ended after its time limit. */
export interface BatchResult extends RunResult {
  readonly timedOut: boolean;
}

/** Hands out one connection for each host and keeps it. */
export interface HostPool {
  /**
   * The shell of a host; connects on first use. Rejects with a Failure when the host cannot be reached; the host is
   * then left alone for a while, longer each time, and the same Failure is told meanwhile. After a refused password or
   * host key this lasts until a person wants to try again (`allowAgain` of `TerminalPool`).
   */
  shell(host: string, options?: { readonly signal?: AbortSignal }): Promise<Shell>;
  /** What is known of the connection without contacting the host. */
  state(host: string): 'idle' | 'connecting' | 'connected' | 'failed';
  /** Ends all connections and the processes behind them. */
  close(): Promise<void>;
}
