import { setMaxListeners } from 'node:events';

import { asError, sleep } from '../base/async.ts';
import { Failure } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import { isHostFailure } from '../hosts/errors.ts';
import { diagnose } from './diagnosis/match.ts';
import { inStep, notVerified, stepTimeout } from './errors.ts';
import type { StepResult, StepState } from './events.ts';
import type { StepOutcome } from './journal.ts';
import type { CheckAnswer, Step, StepContext } from './types.ts';

/** What the runner lends to one step. */
export interface StepEnvironment {
  /** A context whose signal is the given one. */
  context(signal: AbortSignal): StepContext;
  /** Asks to stop at the next safe point. */
  readonly cancel: AbortSignal;
  /** Lets go at once; what runs on the hosts goes on there. */
  readonly signal: AbortSignal;
  onState(state: StepState): void;
  /** On disk, here and on the step's hosts, before the step runs. */
  journalStart(attempt: number): Promise<void>;
  journalEnd(outcome: StepOutcome, words: { evidence?: string; message?: string }): Promise<void>;
  /** The end of the live output so far. */
  output(): string;
}

/** After a result that is not known, the state is looked at and the step tried again, so many times in all. */
const attempts = 3;

/**
 * Brings one step to its end: check, run, verify. A step whose result is true already is skipped. When the connection
 * is lost or a time limit passes in the middle, nothing is repeated blindly: `check` tells what is true first.
 */
export async function executeStep(step: Step, lent: StepEnvironment): Promise<StepResult> {
  const started = Date.now();
  const end = async (
    outcome: StepOutcome,
    words: { evidence?: string; failure?: Failure } = {},
    journal = true,
  ): Promise<StepResult> => {
    let failure = words.failure;
    if (journal) {
      try {
        await lent.journalEnd(outcome, {
          ...(words.evidence === undefined ? {} : { evidence: words.evidence }),
          ...(failure === undefined ? {} : { message: failure.message }),
        });
      } catch (thrown) {
        // The step is over either way; a resume will look at its state again.
        failure ??= inStep(step, thrown);
      }
    }
    const output = lent.output();
    const result: StepResult = {
      step,
      outcome,
      started,
      elapsed: Date.now() - started,
      ...(words.evidence === undefined ? {} : { evidence: words.evidence }),
      ...(failure === undefined ? {} : { failure }),
      diagnoses: failure === undefined ? [] : diagnose(`${failure.message}\n${output}`),
      output,
    };
    lent.onState({ kind: 'ended', ...result });
    return result;
  };

  let last: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      if (attempt > 1) {
        await sleep(1000 * attempt, AbortSignal.any([lent.cancel, lent.signal]));
      }
      lent.onState({ kind: 'checking', since: Date.now(), attempt });
      const answer = await phase(step, lent, t('check'), (context) => step.check(context));
      if (answer.kind === 'done') {
        return await end(attempt === 1 ? 'skipped' : 'done', { evidence: answer.evidence });
      }
      if (answer.kind === 'blocked') {
        return await end('blocked', { failure: inStep(step, answer.failure) });
      }
      if (lent.cancel.aborted) {
        return await end('cancelled', {}, attempt > 1);
      }
      await lent.journalStart(attempt);
      lent.onState({ kind: 'running', since: Date.now(), attempt });
      await phase(step, lent, t('run'), (context) => step.run(context));
      lent.onState({ kind: 'verifying', since: Date.now(), attempt });
      const evidence = await phase(step, lent, t('verification'), (context) =>
        step.verify(context),
      );
      return await end('done', { evidence });
    } catch (thrown) {
      if (lent.signal.aborted) {
        return await end('unknown', { failure: inStep(step, thrown) }, false);
      }
      if (lent.cancel.aborted) {
        return await end('cancelled', { failure: inStep(step, thrown) });
      }
      last = thrown;
      if (!isUncertain(thrown)) {
        return await end('failed', { failure: inStep(step, thrown) });
      }
    }
  }
  return await end('unknown', { failure: inStep(step, last) });
}

/** Whether a failure leaves open what has happened, so that the state has to be looked at. */
function isUncertain(thrown: unknown): boolean {
  return (
    isHostFailure(thrown, 'result-unknown', 'connection-lost', 'unreachable', 'timed-out') ||
    (thrown instanceof Failure && thrown.code === 'job-failed')
  );
}

/** One of the step's three parts within its time limit. */
async function phase<T>(
  step: Step,
  lent: StepEnvironment,
  name: string,
  part: (context: StepContext) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(step.timeout);
  const signal = AbortSignal.any([limit, lent.signal]);
  // Commands that run side by side all listen to it.
  setMaxListeners(0, signal);
  try {
    return await raceAbort(part(lent.context(signal)), signal);
  } catch (thrown) {
    if (limit.aborted && !lent.signal.aborted) {
      throw stepTimeout(step, name, step.timeout / 1000);
    }
    throw thrown;
  }
}

/** A part that does not listen to its signal must not hold up the run; it gets a moment to clean up after the abort. */
async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (reject: (reason: Error) => void): void => {
    timer = setTimeout(() => reject(asError(signal.reason)), 15_000);
    timer.unref();
  };
  let listener: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    listener = () => onAbort(reject);
    if (signal.aborted) {
      listener();
    } else {
      signal.addEventListener('abort', listener, { once: true });
    }
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    clearTimeout(timer);
    if (listener !== undefined) {
      signal.removeEventListener('abort', listener);
    }
  }
}

/** Asks again until an answer is there. Ends with `failure()` at the time limit or when somebody asks to stop. */
export async function poll<T>(
  context: StepContext,
  ask: () => Promise<T | undefined>,
  failure: () => Failure,
  options: { readonly seconds: number; readonly pause?: number } = { seconds: 60 },
): Promise<T> {
  const until = Date.now() + options.seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() >= until || context.cancel.aborted) {
      throw failure();
    }
    await sleep(options.pause ?? 500, context.signal);
  }
}

/** For steps that only look: what `run` and `verify` are then. */
export function verifiedByCheck(answer: CheckAnswer): string {
  if (answer.kind === 'done') {
    return answer.evidence;
  }
  throw answer.kind === 'blocked'
    ? answer.failure
    : notVerified(t('The result is not there after the step has run.'));
}
