import { randomBytes } from 'node:crypto';
import { t } from '../base/l10n.ts';
import type { HostFailure } from './errors.ts';
import { connectionLost, noShell, resultUnknown } from './errors.ts';
import type { Channel, Transport } from './channel.ts';
import { batch, endBatch, endProcess, keptShellOpening, type ScriptCommand } from './script.ts';

/** What one command of a batch answered. */
export interface ProbeAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly ended: 'itself' | 'time limit' | 'output limit';
}

interface Pending {
  readonly count: number;
  readonly resolve: (answers: ProbeAnswer[]) => void;
  readonly reject: (failure: HostFailure) => void;
}

/** Milliseconds that a new `sh` may take until it answers. */
const openingLimit = 20_000;

/**
 * One `sh` on the machine, kept as long as the connection. Batches run in it side by side; each costs one round
 * trip. `lost` is called once when it has ended by itself.
 */
export class KeptShell {
  private readonly channel: Channel;
  private readonly host: string;
  private readonly nonce: string;
  private readonly pending = new Map<number, Pending>();
  private readonly opened: Promise<void>;
  private nextId = 1;
  private gone = false;

  static async open(transport: Transport, lost: () => void): Promise<KeptShell> {
    const channel = await transport.open('exec /bin/sh');
    const shell = new KeptShell(channel, transport.host, lost);
    await shell.opened;
    return shell;
  }

  private constructor(channel: Channel, host: string, lost: () => void) {
    this.channel = channel;
    this.host = host;
    this.nonce = randomBytes(16).toString('hex');
    let said = '';
    let ready = (): void => undefined;
    let giveUp = (): void => undefined;
    this.opened = new Promise((resolve, reject) => {
      const timer = setTimeout(() => giveUp(), openingLimit);
      ready = () => {
        clearTimeout(timer);
        resolve();
      };
      giveUp = () => {
        this.gone = true;
        clearTimeout(timer);
        channel.destroy();
        reject(noShell(host, said.trim() === '' ? t('no answer') : said.trim().slice(0, 500)));
      };
    });
    const frames = new FrameReader(this.nonce, {
      ready: () => ready(),
      unusable: () => giveUp(),
      answer: (id, answers) => {
        const waiting = this.pending.get(id);
        this.pending.delete(id);
        waiting?.resolve(answers);
      },
      // What comes before the first frame is a greeting or a complaint of the login shell.
      noise: (text) => {
        said = (said + text).slice(-2000);
      },
    });
    void channel.closed.then(() => {
      giveUp();
      this.end(t('the connection was lost'));
      lost();
    });
    channel.stdout.on('data', (chunk: Buffer) => frames.push(chunk));
    channel.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    channel.stdin.on('error', () => undefined);
    channel.stdin.write(keptShellOpening(this.nonce));
  }

  get alive(): boolean {
    return !this.gone;
  }

  /** Batches that have not answered yet. */
  get busy(): number {
    return this.pending.size;
  }

  /**
   * Runs commands side by side. The answer comes when the last has ended, at the latest a moment after its time
   * limit. `wait` is how long we listen, in milliseconds; then the result is unknown and the channel is given up.
   */
  async run(
    commands: readonly ScriptCommand[],
    limit: number,
    wait: number,
    signal: AbortSignal | undefined,
    aborted: () => HostFailure,
  ): Promise<ProbeAnswer[]> {
    if (this.gone) {
      throw connectionLost(this.host);
    }
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      };
      const cancel = (): void => {
        if (!this.gone) {
          this.channel.stdin.write(endBatch(id));
        }
        this.pending.delete(id);
        done();
        reject(aborted());
      };
      const timer = setTimeout(() => this.fail(t('it did not answer in time')), wait);
      signal?.addEventListener('abort', cancel, { once: true });
      this.pending.set(id, {
        count: commands.length,
        resolve: (answers) => {
          done();
          if (answers.length === commands.length) {
            resolve(answers);
          } else {
            reject(resultUnknown(this.host, t('the answer is incomplete')));
          }
        },
        reject: (failure) => {
          done();
          reject(failure);
        },
      });
      this.channel.stdin.write(batch(this.nonce, id, commands, limit));
    });
  }

  /** Ends a process group that another channel has started. */
  endGroup(pid: number): void {
    if (!this.gone) {
      this.channel.stdin.write(endProcess(pid));
    }
  }

  /** Gives the channel up, since nothing comes back any more. */
  fail(why: string): void {
    this.end(why);
    this.channel.destroy();
  }

  /** Ends the shell and what still runs in it; resolves when it is gone, after 3 s at the latest. */
  async close(): Promise<void> {
    this.gone = true;
    this.channel.stdin.end();
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      this.channel.closed,
      new Promise((resolve) => {
        timer = setTimeout(resolve, 3000);
      }),
    ]);
    clearTimeout(timer);
    this.end(t('the connection was closed'));
    this.channel.destroy();
  }

  private end(why: string): void {
    this.gone = true;
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const one of waiting) {
      one.reject(resultUnknown(this.host, why));
    }
  }
}

interface FrameHandler {
  ready(): void;
  unusable(): void;
  answer(id: number, answers: ProbeAnswer[]): void;
  noise(text: string): void;
}

/** Takes the stream of a kept shell apart. It holds no more than the frame that is coming in. */
class FrameReader {
  private readonly handler: FrameHandler;
  private readonly start: Buffer;
  private readonly separator: Buffer;
  private buffer = Buffer.alloc(0);
  private length = 0;
  /** Where the search for the next separator goes on. */
  private searched = 0;
  private frame: { id: number; codes: string[]; parts: Buffer[]; from: number } | undefined;

  constructor(nonce: string, handler: FrameHandler) {
    this.handler = handler;
    this.start = Buffer.from(`${nonce} `);
    this.separator = Buffer.from(`\n${nonce}\n`);
  }

  push(chunk: Buffer): void {
    if (this.length + chunk.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(4096, (this.length + chunk.length) * 2));
      this.buffer.copy(larger, 0, 0, this.length);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.length);
    this.length += chunk.length;
    while (this.frame === undefined ? this.readHeader() : this.readPart(this.frame));
  }

  private readHeader(): boolean {
    const text = this.buffer.subarray(0, this.length);
    const start = text.indexOf(this.start);
    const end = start < 0 ? -1 : text.indexOf(10, start);
    if (end < 0) {
      if (start < 0 && this.length > 4096) {
        this.handler.noise(text.subarray(0, this.length - 64).toString());
        this.drop(this.length - 64);
      }
      return false;
    }
    if (start > 0) {
      this.handler.noise(text.subarray(0, start).toString());
    }
    const words = text
      .subarray(start + this.start.length, end)
      .toString()
      .split(' ');
    this.drop(end + 1);
    if (words[0] === 'ready') {
      this.handler.ready();
    } else if (words[0] === 'done') {
      this.frame = { id: Number(words[1]), codes: words.slice(2), parts: [], from: 0 };
      this.searched = 0;
    } else {
      this.handler.unusable();
    }
    return true;
  }

  private readPart(frame: NonNullable<FrameReader['frame']>): boolean {
    if (frame.parts.length === 2 * frame.codes.length) {
      this.drop(frame.from);
      this.frame = undefined;
      this.handler.answer(frame.id, answersOf(frame.codes, frame.parts));
      return true;
    }
    const text = this.buffer.subarray(0, this.length);
    const at = text.indexOf(this.separator, this.searched);
    if (at < 0) {
      this.searched = Math.max(frame.from, this.length - this.separator.length + 1);
      return false;
    }
    frame.parts.push(Buffer.from(text.subarray(frame.from, at)));
    frame.from = at + this.separator.length;
    this.searched = frame.from;
    return true;
  }

  private drop(bytes: number): void {
    const rest = this.length - bytes;
    // A large frame leaves a large buffer behind; it is let go.
    const next =
      this.buffer.length > 1 << 20 ? Buffer.allocUnsafe(Math.max(4096, rest)) : this.buffer;
    this.buffer.copy(next, 0, bytes, this.length);
    this.buffer = next;
    this.length = rest;
  }
}

function answersOf(codes: readonly string[], parts: readonly Buffer[]): ProbeAnswer[] {
  return codes.map((answer, index) => ({
    // A command whose code is missing could not be started: no space for its files.
    code: Number.parseInt(answer, 10) || (answer.startsWith('0') ? 0 : 126),
    stdout: parts[2 * index] ?? Buffer.alloc(0),
    stderr: parts[2 * index + 1] ?? Buffer.alloc(0),
    ended: answer.endsWith('l') ? 'output limit' : answer.endsWith('t') ? 'time limit' : 'itself',
  }));
}
