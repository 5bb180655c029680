import { SingleFlight } from '../base/async.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Clock } from './clock.ts';

export interface RepeatedOptions {
  /** Milliseconds from the beginning of one run to that of the next; a tenth of it is left between them at least. */
  readonly interval: number;
  readonly clock: Clock;
  /** One run. Never rejects: what failed is in what it publishes. The signal is aborted when it is stopped. */
  readonly job: (signal: AbortSignal) => Promise<void>;
}

/** Does one thing again and again, one run at a time, from `start` to `stop`. */
export class Repeated implements Disposable {
  private readonly options: RepeatedOptions;
  private readonly flight = new SingleFlight(() => this.run());
  private cancel = new AbortController();
  private timer: Disposable | undefined;
  private started = false;

  constructor(options: RepeatedOptions) {
    this.options = options;
  }

  get running(): boolean {
    return this.started;
  }

  start(): void {
    if (!this.started) {
      this.started = true;
      this.plan(0);
    }
  }

  /** Ends what is on its way, too. */
  stop(): void {
    this.started = false;
    this.timer?.dispose();
    this.timer = undefined;
    this.cancel.abort();
    this.cancel = new AbortController();
  }

  dispose(): void {
    this.stop();
  }

  /** Runs now, or once more after the run that is on its way. */
  async refresh(): Promise<void> {
    await this.flight.request();
  }

  private plan(milliseconds: number): void {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.started) {
      this.timer = this.options.clock.after(milliseconds, () => {
        // Never rejects, as its job does not.
        void this.flight.request();
      });
    }
  }

  private async run(): Promise<void> {
    const { clock, interval, job } = this.options;
    const { signal } = this.cancel;
    const begun = clock.now();
    await job(signal);
    if (!signal.aborted) {
      this.plan(Math.max(interval * 0.1, interval - (clock.now() - begun)));
    } else if (this.started) {
      this.plan(0);
    }
  }
}
