import type { Failure } from '../base/errors.ts';
import type { Diagnosis } from './diagnosis/match.ts';
import type { StepOutcome } from './journal.ts';
import type { LockHolder, Plan, Step } from './types.ts';

/** Where a step is now. */
export type StepState =
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'checking' | 'running' | 'verifying';
      readonly since: number;
      readonly attempt: number;
    }
  | {
      readonly kind: 'ended';
      readonly outcome: StepOutcome;
      /** Milliseconds. */
      readonly elapsed: number;
      readonly evidence?: string;
      readonly failure?: Failure;
      /** Rows of the known failures that match what was said. */
      readonly diagnoses: readonly Diagnosis[];
    };

/** What a run tells while it goes on. Times are milliseconds since 1970. */
export type RunEvent =
  | {
      readonly kind: 'run-started';
      readonly run: string;
      readonly plan: Plan;
      readonly time: number;
    }
  | { readonly kind: 'lock-taken-over'; readonly host: string; readonly holder: LockHolder }
  | { readonly kind: 'step'; readonly step: Step; readonly state: StepState }
  | { readonly kind: 'output'; readonly step: Step; readonly text: string }
  | { readonly kind: 'cancelling' }
  | { readonly kind: 'run-ended'; readonly result: RunResult };

export interface StepResult {
  readonly step: Step;
  readonly outcome: StepOutcome;
  readonly started: number;
  readonly elapsed: number;
  readonly evidence?: string;
  readonly failure?: Failure;
  readonly diagnoses: readonly Diagnosis[];
  /** The end of what the step's tools printed. */
  readonly output: string;
}

export interface RunResult {
  readonly run: string;
  readonly plan: Plan;
  readonly started: number;
  readonly ended: number;
  /** `done`: every step is done or was true before. */
  readonly outcome: 'done' | 'failed' | 'cancelled';
  /** In the order of the plan; steps that were not reached are missing. */
  readonly steps: readonly StepResult[];
}
