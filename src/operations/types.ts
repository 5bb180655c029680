import type { Failure } from '../base/errors.ts';

/** Whether a step's result is already true. `blocked`: it must not run, for the reason given. */
export type CheckAnswer =
  | { readonly kind: 'done'; readonly evidence: string }
  | { readonly kind: 'needed' }
  | { readonly kind: 'blocked'; readonly failure: Failure };

export type PreviewPart =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly note?: string;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly before: string | undefined;
      readonly after: string;
    }
  | { readonly kind: 'note'; readonly text: string };

/** Steps run in the order of their dependencies; those of different hosts may run side by side. */
export interface Step<Context> {
  /** Stable over runs of the same plan; used in the journal. */
  readonly id: string;
  readonly title: string;
  /** The topology's name of the host, or undefined when it concerns no single one. */
  readonly host?: string;
  readonly node?: string;
  readonly after: readonly string[];
  /** What is lost when it runs; absent when nothing is. */
  readonly destructive?: string;
  /** What is restarted by it. */
  readonly restarts?: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Seconds that it usually takes, for the estimate. */
  readonly estimate: number;
  check(context: Context, signal: AbortSignal): Promise<CheckAnswer>;
  preview(context: Context, signal: AbortSignal): Promise<readonly PreviewPart[]>;
  run(context: Context, signal: AbortSignal): Promise<void>;
  /** Proves by a query that the step's result is true; answers the evidence or rejects. */
  verify(context: Context, signal: AbortSignal): Promise<string>;
  undo?(context: Context, signal: AbortSignal): Promise<void>;
}

export interface Plan<Context> {
  readonly id: string;
  readonly recipe: string;
  readonly title: string;
  readonly steps: readonly Step<Context>[];
  /** Names that must be typed before a destructive plan runs. */
  readonly confirmNames: readonly string[];
}
