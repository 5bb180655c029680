import type { Disposable } from '../../src/base/disposable.ts';
import type { BatchCommand, BatchResult, HostPool, Shell } from '../../src/hosts/shell.ts';
import type { Clock } from '../../src/monitor/clock.ts';

/** Time that stands still until it is told to go on. */
export class FakeClock implements Clock {
  private time = 1_700_000_000_000;
  private readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  after(milliseconds: number, callback: () => void): Disposable {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.add(timer);
    return { dispose: () => this.timers.delete(timer) };
  }

  get pending(): number {
    return this.timers.size;
  }

  /** Lets time pass, timer by timer, and what they set off settle in between. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await settle();
    for (;;) {
      const due = [...this.timers].filter((timer) => timer.at <= end);
      const [first] = due.sort((one, other) => one.at - other.at);
      if (first === undefined) {
        break;
      }
      this.time = Math.max(this.time, first.at);
      this.timers.delete(first);
      first.callback();
      await settle();
    }
    this.time = end;
  }
}

/** Lets promises that are already settled call back, and what they set off. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export type Answerer = (
  command: BatchCommand,
  signal: AbortSignal | undefined,
) => Promise<BatchResult>;

/** Hosts that answer as a test says. Everything that was sent is kept. */
export class FakePool implements HostPool {
  readonly batches: { readonly host: string; readonly commands: readonly string[] }[] = [];
  readonly answers = new Map<string, Answerer>();
  /** Commands that were run by themselves, on channels of their own. */
  readonly runs: { readonly host: string; readonly command: string }[] = [];
  /** Set to make connecting to a host fail. */
  readonly refused = new Map<string, Error>();
  connects = 0;

  async shell(host: string): Promise<Shell> {
    this.connects += 1;
    const refused = this.refused.get(host);
    if (refused !== undefined) {
      throw refused;
    }
    await Promise.resolve();
    const runBatch: Shell['runBatch'] = async (commands, options) => {
      this.batches.push({ host, commands: commands.map((one) => one.command) });
      const answer = this.answers.get(host);
      if (answer === undefined) {
        throw new Error(`no answers for ${host}`);
      }
      return Promise.all(commands.map((one) => answer(one, options?.signal)));
    };
    const run: Shell['run'] = async (command, options) => {
      this.runs.push({ host, command });
      const answer = this.answers.get(host);
      if (answer === undefined) {
        throw new Error(`no answers for ${host}`);
      }
      return answer({ command }, options?.signal);
    };
    const unsupported = (): never => {
      throw new Error('The fake shell only runs commands.');
    };
    return {
      host,
      runBatch,
      run,
      follow: unsupported,
      readFile: unsupported,
      writeFile: unsupported,
      stat: unsupported,
      readDirectory: unsupported,
    };
  }

  state(): 'idle' {
    return 'idle';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
