import { randomBytes } from 'node:crypto';
import { t } from '../base/l10n.ts';
import { asError } from '../base/async.ts';
import type { Channel, Transport } from './channel.ts';
import { cancelled, outputLimit, resultUnknown, timedOut, type HostFailure } from './errors.ts';
import { forAnyShell, killDelay, ownChannel } from './script.ts';

/** Input that is known only when the command has said something. When it never comes, the command's input ends. */
export interface LateInput {
  readonly content: Promise<Uint8Array>;
}

export interface OwnChannelOptions {
  /** Milliseconds; without it until the signal is aborted. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly input?: Uint8Array | LateInput | undefined;
  /** Bytes of both outputs together; without it there is no limit. */
  readonly outputLimit?: number | undefined;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
}

/**
 * Runs a command on a channel of its own; resolves with its exit code. `endGroup` ends a process group by way of
 * another channel; it is needed only for commands that read input.
 */
export async function runOnOwnChannel(
  transport: Transport,
  text: string,
  options: OwnChannelOptions,
  endGroup: (pid: number) => void,
): Promise<number> {
  const { host } = transport;
  if (options.signal?.aborted) {
    throw cancelled(host);
  }
  const nonce = randomBytes(16).toString('hex');
  const begun = Date.now();
  const channel = await openInTime(
    host,
    transport.open(forAnyShell(ownChannel(nonce, text, kindOf(options.input)))),
    options,
  );
  return new Promise((resolve, reject) => {
    let failure: HostFailure | undefined;
    let settled = false;
    let pid: number | undefined;
    let printed = 0;
    const timers = new Set<NodeJS.Timeout>();
    const after = (milliseconds: number, job: () => void): void => {
      timers.add(setTimeout(job, milliseconds));
    };
    const settle = (job: () => void): void => {
      if (!settled) {
        settled = true;
        for (const timer of timers) {
          clearTimeout(timer);
        }
        options.signal?.removeEventListener('abort', cancel);
        channel.destroy();
        job();
      }
    };
    const endLeader = (): void => {
      if (failure !== undefined && options.input !== undefined && pid !== undefined) {
        endGroup(pid);
      }
    };
    /** Ends the command, then tells why. When even that gets no answer, the result is unknown. */
    const stop = (why: HostFailure): void => {
      if (failure === undefined) {
        failure = why;
        channel.stdin.end();
        endLeader();
        after(killDelay + 3000, () =>
          settle(() =>
            reject(
              why.code === 'timed-out'
                ? resultUnknown(host, t('it did not answer in time'), why)
                : why,
            ),
          ),
        );
      }
    };
    const cancel = (): void => stop(cancelled(host));
    const count = (bytes: number): void => {
      printed += bytes;
      if (options.outputLimit !== undefined && printed > options.outputLimit) {
        stop(outputLimit(host, options.outputLimit));
      }
    };
    options.signal?.addEventListener('abort', cancel, { once: true });
    if (options.timeout !== undefined) {
      const { timeout } = options;
      after(Math.max(0, timeout - (Date.now() - begun)), () => stop(timedOut(host, timeout)));
    }
    const wholeStdout = untilMark(nonce, (chunk) => {
      count(chunk.length);
      if (failure === undefined) {
        options.onStdout(chunk);
      }
    });
    const wholeStderr = untilMark(nonce, (chunk) => {
      count(chunk.length);
      if (failure === undefined) {
        options.onStderr(chunk);
      }
    });
    channel.stdout.on(
      'data',
      afterFirstLine(
        nonce,
        (leader) => {
          pid = leader;
          // It may have been to end before it said which process it is.
          endLeader();
        },
        wholeStdout.push,
      ),
    );
    channel.stderr.on('data', wholeStderr.push);
    if (options.input instanceof Uint8Array) {
      channel.stdin.write(options.input);
    } else {
      options.input?.content.then(
        (content) => channel.stdin.write(content),
        () => channel.stdin.end(),
      );
    }
    void finish(channel, [wholeStdout, wholeStderr]).then((code) =>
      settle(() => {
        if (failure !== undefined) {
          reject(failure);
        } else if (code === undefined) {
          reject(resultUnknown(host, t('the connection was lost')));
        } else {
          resolve(code);
        }
      }),
    );
  });
}

function kindOf(input: OwnChannelOptions['input']): number | 'dialogue' | undefined {
  return input instanceof Uint8Array ? input.length : input === undefined ? undefined : 'dialogue';
}

/** The channel, unless the time limit or the signal comes first; a channel that comes later is let go. */
async function openInTime(
  host: string,
  opening: Promise<Channel>,
  { timeout, signal }: OwnChannelOptions,
): Promise<Channel> {
  return new Promise((resolve, reject) => {
    let late = false;
    const giveUp = (failure: HostFailure): void => {
      late = true;
      done();
      reject(failure);
    };
    const abort = (): void => giveUp(cancelled(host));
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(
            () =>
              giveUp(resultUnknown(host, t('it did not start in time'), timedOut(host, timeout))),
            timeout,
          );
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    signal?.addEventListener('abort', abort, { once: true });
    opening.then(
      (channel) => {
        done();
        if (late) {
          channel.destroy();
        } else {
          resolve(channel);
        }
      },
      (error: unknown) => {
        done();
        reject(asError(error));
      },
    );
  });
}

/**
 * The exit code once the output is complete, though a process that is left behind may still hold it open. A server may
 * send the code before the output: when the end of the output never comes, nobody knows.
 */
async function finish(channel: Channel, outputs: readonly Marked[]): Promise<number | undefined> {
  const code = await channel.ended;
  const whole = Promise.all(outputs.map(async ({ seen }) => seen)).then(() => true);
  const complete = await Promise.race([whole, channel.closed.then(() => false)]);
  // Both may have come at the same time.
  return complete || outputs.every(({ isOver }) => isOver()) ? code : undefined;
}

interface Marked {
  readonly push: (chunk: Buffer) => void;
  readonly isOver: () => boolean;
  readonly seen: Promise<void>;
}

/** Hands output on up to the mark; `seen` resolves there. What may be the beginning of the mark is held back. */
function untilMark(mark: string, rest: (chunk: Buffer) => void): Marked {
  const wanted = Buffer.from(mark);
  let held: Buffer = Buffer.alloc(0);
  let over = false;
  let resolveSeen = (): void => undefined;
  const seen = new Promise<void>((resolve) => {
    resolveSeen = resolve;
  });
  const push = (chunk: Buffer): void => {
    if (over) {
      return;
    }
    const text = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const at = text.indexOf(wanted);
    over = at >= 0;
    let end = over ? at : text.length;
    if (!over) {
      let keep = Math.min(wanted.length - 1, text.length);
      while (keep > 0 && !wanted.subarray(0, keep).equals(text.subarray(text.length - keep))) {
        keep--;
      }
      end -= keep;
    }
    held = text.subarray(end);
    if (end > 0) {
      rest(text.subarray(0, end));
    }
    if (over) {
      resolveSeen();
    }
  };
  return { push, seen, isOver: () => over };
}

/** Leaves out what a login shell prints before our first line. */
function afterFirstLine(
  nonce: string,
  started: (pid: number) => void,
  rest: (chunk: Buffer) => void,
): (chunk: Buffer) => void {
  let head: Buffer | undefined = Buffer.alloc(0);
  const mark = Buffer.from(`${nonce} `);
  return (chunk) => {
    if (head === undefined) {
      rest(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const start = head.indexOf(mark);
    const end = start < 0 ? -1 : head.indexOf(10, start);
    if (end >= 0) {
      const after = head.subarray(end + 1);
      started(Number(head.subarray(start + mark.length, end).toString()));
      head = undefined;
      if (after.length > 0) {
        rest(after);
      }
    }
  };
}
