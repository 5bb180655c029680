import { Failure, messageOf } from '../base/errors.ts';
import type { Place } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import type { LockHolder, Step } from './types.ts';

/** Codes of this room. Callers decide by them, never by the text. */
export type OperationCode =
  | 'locked'
  | 'own-run-alive'
  | 'plan-cycle'
  | 'step-blocked'
  | 'step-timeout'
  | 'step-failed'
  | 'command-failed'
  | 'job-failed'
  | 'not-verified'
  | 'foreign-path'
  | 'recipe-refused'
  | 'preflight-failed'
  | 'journal'
  | 'secret-missing'
  | 'confirmation';

function placeOf(step: Step): Place {
  const host = step.hosts.length === 1 ? step.hosts[0] : undefined;
  return {
    step: step.title,
    ...(host === undefined ? {} : { host }),
    ...(step.node === undefined ? {} : { node: step.node }),
  };
}

/** The lock of a host is held by somebody else. It is never broken silently. */
export function locked(host: string, holder: LockHolder): Failure<OperationCode> {
  return new Failure(
    'locked',
    t(
      'The host {0} is locked by {1} on {2} since {3} for “{4}”.',
      host,
      holder.user,
      holder.machine,
      holder.time,
      holder.title,
    ),
    {
      place: { host },
      remedy: t(
        'Wait until that run has ended. If it is certain that it is not running any more, resume it from where it was started, or remove its lock with “openGauss: Release Lock…”.',
      ),
    },
  );
}

/** The lock file is there and cannot be read as one. */
export function lockUnreadable(host: string, path: string): Failure<OperationCode> {
  return new Failure(
    'locked',
    t('The host {0} is locked by {1}, which is not a lock that we understand.', host, path),
    { place: { host, file: path }, remedy: t('Look at the file and at who wrote it.') },
  );
}

/** Our own earlier run is still alive in another window or terminal. */
export function ownRunAlive(host: string, holder: LockHolder): Failure<OperationCode> {
  return new Failure(
    'own-run-alive',
    t(
      'This plan is already running on this machine (process {0}, since {1}).',
      holder.pid,
      holder.time,
    ),
    { place: { host }, remedy: t('Go to the window or terminal where it runs, or wait.') },
  );
}

export function planCycle(ids: readonly string[]): Failure<OperationCode> {
  return new Failure(
    'plan-cycle',
    t('These steps wait for each other or for steps that do not exist: {0}.', ids.join(', ')),
  );
}

/** A step was not started because its check says that it must not run. */
export function blocked(
  message: string,
  options: { remedy?: string; host?: string; node?: string; file?: string; cause?: unknown } = {},
): Failure<OperationCode> {
  const { remedy, cause, ...place } = options;
  return new Failure('step-blocked', message, {
    place,
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
}

export function stepTimeout(step: Step, phase: string, seconds: number): Failure<OperationCode> {
  return new Failure(
    'step-timeout',
    t('“{0}” did not end within {1} s ({2}).', step.title, seconds, phase),
    {
      place: placeOf(step),
      remedy: t('Look at the output of the step, mend the cause and resume.'),
    },
  );
}

/** Anything that was thrown, told with the step in which it happened. Failures keep their own words. */
export function inStep(step: Step, thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return new Failure(thrown.code as string, thrown.message, {
      place: { ...placeOf(step), ...thrown.place },
      ...(thrown.remedy === undefined ? {} : { remedy: thrown.remedy }),
      cause: thrown.cause,
    });
  }
  return new Failure('step-failed', messageOf(thrown), { place: placeOf(step), cause: thrown });
}

/** A tool ended with a failure, or said something else than success. */
export function commandFailed(
  tool: string,
  host: string,
  code: number,
  output: string,
): Failure<OperationCode> {
  const said = lastLines(output, 12);
  return new Failure(
    'command-failed',
    said === ''
      ? t('{0} on {1} ended with exit code {2} and said nothing.', tool, host, code)
      : t('{0} on {1} ended with exit code {2}: {3}', tool, host, code, said),
    { place: { host } },
  );
}

/** The command of a job ended without leaving an exit code: its host went down or somebody killed it. */
export function jobInterrupted(tool: string, host: string): Failure<OperationCode> {
  return new Failure(
    'job-failed',
    t('{0} on {1} was interrupted before it ended; what it did is not known.', tool, host),
    { place: { host } },
  );
}

export function notVerified(
  message: string,
  options: { host?: string; node?: string; remedy?: string } = {},
): Failure<OperationCode> {
  const { remedy, ...place } = options;
  return new Failure('not-verified', message, {
    place,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** There is something in the place of what the plan wants to make, and the plan has not made it. */
export function foreignPath(host: string, path: string, what: string): Failure<OperationCode> {
  return new Failure(
    'foreign-path',
    t('{0} on {1} is {2} that this plan has not created; it is left as it is.', path, host, what),
    {
      place: { host, file: path },
      remedy: t(
        'Choose another path in the topology, or move the folder away if nobody needs it there.',
      ),
    },
  );
}

/** The recipe does not fit this topology or this version. */
export function refused(message: string, remedy?: string): Failure<OperationCode> {
  return new Failure('recipe-refused', message, remedy === undefined ? {} : { remedy });
}

export function journalUnreadable(path: string, cause: unknown): Failure<OperationCode> {
  return new Failure('journal', t('The journal {0} cannot be used: {1}', path, messageOf(cause)), {
    place: { file: path },
    remedy: t(
      'A run is only started when its journal can be written. Check the disk and the rights of the folder.',
    ),
    cause,
  });
}

export function secretMissing(): Failure<OperationCode> {
  return new Failure('secret-missing', t('The password of the initial user was not given.'), {
    remedy: t('Give it when asked; it is not stored.'),
  });
}

/** Whether a tool says that it could not write for want of room. */
export function isDiskFull(said: string): boolean {
  return /No space left on device|Disk quota exceeded|File too large/i.test(said);
}

/** The last lines of a text, without blank ones at its end. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n').trim();
}
