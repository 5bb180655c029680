import type { HealthProblem } from '../../status/health-problem.ts';
import type { Health } from '../../status/health.ts';

/** Milliseconds for which a problem must have been away before it is told again. */
const quiet = 60_000;

/**
 * Decides what to notify of: problems that are new, once each, and nothing when things get better. A problem that comes
 * and goes is told again only after it has been away for a minute. What the first reading finds counts as known: the
 * explorer shows it.
 */
export class Worsening {
  /** When each problem was last there. */
  private readonly seen = new Map<string, number>();
  private begun = false;

  /** The problems to tell, given the verdict of `time` (milliseconds). */
  tell(health: Health, time: number): readonly HealthProblem[] {
    const fresh = health.problems.filter((problem) => {
      const last = this.seen.get(keyOf(problem));
      return last === undefined || time - last > quiet;
    });
    for (const problem of health.problems) {
      this.seen.set(keyOf(problem), time);
    }
    if (!this.begun) {
      this.begun = health.level !== 'unknown';
      return [];
    }
    return fresh;
  }
}

/** Messages hold figures that change; what a problem is and whom it concerns does not. */
function keyOf(problem: HealthProblem): string {
  return [problem.code, ...problem.nodes].join(' ');
}
