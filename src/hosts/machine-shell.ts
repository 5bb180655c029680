import { StringDecoder } from 'node:string_decoder';
import { t } from '../base/l10n.ts';
import { mapLimited } from '../base/async.ts';
import type { FileTransfer, Transport } from './channel.ts';
import {
  badWord,
  cancelled,
  commandTooLong,
  isHostFailure,
  outputLimit,
  resultUnknown,
  timedOut,
} from './errors.ts';
import { Files } from './files.ts';
import { KeptShell, type ProbeAnswer } from './kept-shell.ts';
import { runOnOwnChannel, type LateInput } from './own-channel.ts';
import { exports, operand, quote } from './quote.ts';
import type { Dialogue, RawOptions, RawResult, RawShell } from './raw.ts';
import { killDelay, longestCommand, type ScriptCommand } from './script.ts';
import type {
  BatchCommand,
  BatchResult,
  FileVersion,
  FollowOptions,
  ReadOptions,
  RemoteFile,
  RemoteStat,
  RunOptions,
  RunResult,
  Shell,
  WriteOptions,
} from './shell.ts';

/** Milliseconds for a command that names no time limit. */
const defaultTimeout = 30_000;
const defaultOutputLimit = 8 * 1024 * 1024;
/** Milliseconds that an answer may come later than the time limit: ending the command, the way back. */
const grace = killDelay + 3000;

/** A `Shell` over anything that can start commands. The local machine and SSH hosts differ only in the transport. */
export class MachineShell implements Shell, RawShell {
  private readonly transport: Transport;
  private readonly files: Files;
  private kept: Promise<KeptShell> | undefined;
  /** No folder for the outputs of probes could be made there; each then gets a channel of its own. */
  private withoutKept = false;

  constructor(transport: Transport) {
    this.transport = transport;
    this.files = new Files(this);
  }

  get host(): string {
    return this.transport.host;
  }

  async run(
    command: string,
    options: RunOptions & { readonly long?: boolean } = {},
  ): Promise<RunResult> {
    const { code, stdout, stderr } = await this.runRaw(command, options);
    return { code, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** A way for large files past the `sh`, if the machine has one. */
  get transfer(): FileTransfer | undefined {
    return this.transport.transfer;
  }

  /** As `run`, with the bytes as they came. */
  async runRaw(command: string, options: RawOptions = {}): Promise<RawResult> {
    const timeout = options.timeout ?? defaultTimeout;
    const limit = options.outputLimit ?? defaultOutputLimit;
    const text = this.textOf(command, options);
    if (options.long === true || options.input !== undefined || options.dialogue !== undefined) {
      return this.runLong(text, { ...options, timeout, outputLimit: limit });
    }
    const [answer] = await this.probe([{ text, timeout }], limit, options.signal);
    if (answer === undefined) {
      throw resultUnknown(this.host, t('the answer is incomplete'));
    }
    if (answer.ended === 'time limit') {
      throw timedOut(this.host, timeout);
    }
    return this.withinLimit(answer, limit);
  }

  async runBatch(
    commands: readonly BatchCommand[],
    options: RunOptions = {},
  ): Promise<BatchResult[]> {
    if (commands.length === 0) {
      return [];
    }
    const limit = options.outputLimit ?? defaultOutputLimit;
    const answers = await this.probe(
      commands.map((one) => ({
        text: this.textOf(one.command, { ...options, env: { ...options.env, ...one.env } }),
        timeout: one.timeout ?? options.timeout ?? defaultTimeout,
      })),
      limit,
      options.signal,
    );
    return answers.map((answer) => {
      const { code, stdout, stderr } = this.withinLimit(answer, limit);
      return {
        code,
        stdout: stdout.toString(),
        stderr: stderr.toString(),
        timedOut: answer.ended === 'time limit',
      };
    });
  }

  async follow(command: string, options: FollowOptions): Promise<number> {
    // A character may be cut in two by the border of two pieces.
    const out = new StringDecoder();
    const err = new StringDecoder();
    const say = (decoder: StringDecoder, to: ((text: string) => void) | undefined) => {
      return (chunk: Buffer): void => {
        const text = decoder.write(chunk);
        if (text !== '') {
          to?.(text);
        }
      };
    };
    return this.runOwn(this.textOf(command, options), {
      timeout: options.timeout,
      signal: options.signal,
      input: inputOf(options.input),
      onStdout: say(out, options.onStdout),
      onStderr: say(err, options.onStderr),
    });
  }

  async readFile(path: string, options: ReadOptions = {}): Promise<RemoteFile> {
    return this.files.read(path, options);
  }

  async writeFile(
    path: string,
    content: Uint8Array | string,
    options: WriteOptions = {},
  ): Promise<FileVersion> {
    return this.files.write(path, content, options);
  }

  async stat(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RemoteStat | undefined> {
    return this.files.stat(path, options);
  }

  async readDirectory(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly (readonly [string, RemoteStat['type']])[]> {
    return this.files.readDirectory(path, options);
  }

  /** Ends the kept `sh` and what runs in it. */
  async close(): Promise<void> {
    const { kept } = this;
    this.kept = undefined;
    const shell = await kept?.catch(() => undefined);
    await shell?.close();
  }

  private textOf(command: string, options: Pick<RunOptions, 'env' | 'cwd'>): string {
    this.transport.allowed?.();
    if (command.includes('\0')) {
      throw badWord(command, 'nul');
    }
    const folder =
      options.cwd === undefined ? '' : `CDPATH= cd -- ${quote(operand(options.cwd))} || exit 126; `;
    const text = exports(options.env) + folder + command;
    const bytes = Buffer.byteLength(text);
    if (bytes > longestCommand) {
      throw commandTooLong(this.host, bytes, longestCommand);
    }
    return text;
  }

  private withinLimit(answer: ProbeAnswer, limit: number): RawResult {
    if (answer.ended === 'output limit' || answer.stdout.length + answer.stderr.length > limit) {
      throw outputLimit(this.host, limit);
    }
    return answer;
  }

  private async runLong(text: string, options: RawOptions): Promise<RawResult> {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const asked = options.dialogue === undefined ? undefined : lateInput(options.dialogue);
    const code = await this.runOwn(text, {
      timeout: options.timeout,
      signal: options.signal,
      input: asked?.input ?? inputOf(options.input),
      outputLimit: options.outputLimit,
      onStdout: (chunk) => {
        stdout.push(chunk);
        asked?.said(chunk);
      },
      onStderr: (chunk) => stderr.push(chunk),
    });
    return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
  }

  private async runOwn(
    text: string,
    options: Parameters<typeof runOnOwnChannel>[2],
  ): Promise<number> {
    try {
      return await runOnOwnChannel(this.transport, text, options, (pid) => {
        void this.keptShell().then(
          (shell) => shell.endGroup(pid),
          () => undefined,
        );
      });
    } catch (thrown) {
      this.noticed(thrown);
      throw thrown;
    }
  }

  private async probe(
    commands: readonly ScriptCommand[],
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<ProbeAnswer[]> {
    if (signal?.aborted) {
      throw cancelled(this.host);
    }
    const longest = Math.max(...commands.map(({ timeout }) => timeout));
    let shell: KeptShell;
    try {
      shell = await within(this.keptShell(), longest + grace, signal, {
        aborted: () => cancelled(this.host),
        late: () => timedOut(this.host, longest),
      });
    } catch (thrown) {
      if (isHostFailure(thrown, 'no-shell') && !this.withoutKept) {
        this.withoutKept = true;
      }
      if (!this.withoutKept) {
        this.noticed(thrown);
        throw thrown;
      }
      return this.probeOnOwnChannels(commands, limit, signal);
    }
    try {
      return await shell.run(commands, limit, longest + grace, signal, () => cancelled(this.host));
    } catch (thrown) {
      this.noticed(thrown);
      throw thrown;
    }
  }

  private async probeOnOwnChannels(
    commands: readonly ScriptCommand[],
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<ProbeAnswer[]> {
    // Servers allow ten sessions on a connection unless they say otherwise.
    return mapLimited(commands, 4, async ({ text, timeout }) => {
      try {
        const result = await this.runLong(text, {
          timeout,
          outputLimit: limit,
          ...(signal === undefined ? {} : { signal }),
        });
        return { ...result, ended: 'itself' as const };
      } catch (thrown) {
        if (isHostFailure(thrown, 'timed-out')) {
          const nothing = Buffer.alloc(0);
          return { code: 143, stdout: nothing, stderr: nothing, ended: 'time limit' as const };
        }
        throw thrown;
      }
    });
  }

  private noticed(thrown: unknown): void {
    if (isHostFailure(thrown, 'result-unknown', 'timed-out')) {
      this.transport.suspect?.();
    }
  }

  private async keptShell(): Promise<KeptShell> {
    if (this.kept === undefined) {
      const forget = (): void => {
        if (this.kept === opening) {
          this.kept = undefined;
        }
      };
      const opening = KeptShell.open(this.transport, forget);
      opening.catch(forget);
      this.kept = opening;
    }
    return this.kept;
  }
}

function inputOf(input: Uint8Array | string | undefined): Uint8Array | undefined {
  return typeof input === 'string' ? Buffer.from(input) : input;
}

/** The dialogue as input that waits for the question. */
function lateInput(dialogue: Dialogue): { input: LateInput; said: (chunk: Buffer) => void } {
  let heard = Buffer.alloc(0);
  let asked = false;
  let answer: (content: Promise<Uint8Array>) => void;
  const content = new Promise<Uint8Array>((resolve) => {
    answer = resolve;
  });
  return {
    input: { content },
    said: (chunk) => {
      if (asked) {
        return;
      }
      heard = Buffer.concat([heard, chunk]);
      const end = heard.indexOf(0);
      if (end >= 0) {
        asked = true;
        answer(dialogue.answer(heard.subarray(0, end).toString()));
      }
    },
  };
}

/** The promise's answer, unless the signal or the time limit comes first. */
async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal: AbortSignal | undefined,
  failures: { aborted(): Error; late(): Error },
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(failures.late()), milliseconds);
    const abort = (): void => reject(failures.aborted());
    signal?.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
  });
}
