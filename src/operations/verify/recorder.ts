import { messageOf } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { CheckResult, PlannedCheck, VerifyOptions } from './types.ts';

/** What a check answers; throwing means that it failed. */
export type Outcome =
  | { readonly status: 'passed'; readonly evidence: readonly string[] }
  | {
      readonly status: 'failed' | 'skipped';
      readonly evidence?: readonly string[];
      readonly reason: string;
    };

/** Runs checks, keeps their results and tells who listens. Each check is made once. */
export class Recorder {
  private readonly planned: ReadonlyMap<string, PlannedCheck>;
  private readonly listener: VerifyOptions['onCheck'];
  private readonly results = new Map<string, CheckResult>();

  constructor(planned: readonly PlannedCheck[], listener: VerifyOptions['onCheck']) {
    this.planned = new Map(planned.map((check) => [check.id, check]));
    this.listener = listener;
  }

  /** The results in the order of the plan; what was never reached is skipped. */
  finish(): readonly CheckResult[] {
    return [...this.planned.values()].map(
      (check) =>
        this.results.get(check.id) ?? {
          ...check,
          status: 'skipped',
          evidence: [],
          reason: t('Not reached.'),
          milliseconds: 0,
        },
    );
  }

  passed(id: string): boolean {
    return this.results.get(id)?.status === 'passed';
  }

  async check(id: string, work: () => Promise<Outcome> | Outcome): Promise<void> {
    const planned = this.planned.get(id);
    if (planned === undefined) {
      throw new Error(`No check is called ${id}.`);
    }
    this.listener?.(planned, undefined);
    const since = performance.now();
    let outcome: Outcome;
    try {
      outcome = await work();
    } catch (thrown) {
      outcome = { status: 'failed', reason: messageOf(thrown) };
    }
    const result: CheckResult = {
      ...planned,
      status: outcome.status,
      evidence: outcome.evidence ?? [],
      reason: outcome.status === 'passed' ? undefined : outcome.reason,
      milliseconds: Math.round(performance.now() - since),
    };
    this.results.set(id, result);
    this.listener?.(planned, result);
  }
}
