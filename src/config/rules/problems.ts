import type { Problem } from '../readers/server.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

/** What the server says: its message, detail and hint. */
export function serverWords(problem: Problem): string {
  return [problem.message, problem.detail, problem.hint]
    .filter((part) => part !== undefined)
    .join('\n');
}

/** A rule that reports some of the problems that the server's reader has. */
export function problemRule(
  code: string,
  belongs: (problem: Problem, input: RuleInput) => boolean,
  report: (problem: Problem, input: RuleInput) => Omit<Report, 'range'>,
): Rule {
  return {
    code,
    stage: 'read',
    severity: 'error',
    *check(input): Iterable<Report> {
      for (const problem of input.reading.problems) {
        if (belongs(problem, input)) {
          yield { range: problem.range, ...report(problem, input) };
        }
      }
    },
  };
}
