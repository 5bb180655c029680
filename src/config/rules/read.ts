/** What the server's configuration reader refuses. */
import type { Problem, ProblemKind } from '../readers/server.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

function message(problem: Problem): string {
  return [problem.message, problem.detail, problem.hint]
    .filter((part) => part !== undefined)
    .join('\n');
}

function ruleOf(code: string, kinds: readonly ProblemKind[]): Rule {
  return {
    code,
    stage: 'read',
    severity: 'error',
    *check({ reading }: RuleInput): Iterable<Report> {
      for (const problem of reading.problems) {
        if (kinds.includes(problem.kind)) {
          yield { message: message(problem), range: problem.range };
        }
      }
    },
  };
}

export const readRules: readonly Rule[] = [
  ruleOf('syntax', ['syntax']),
  ruleOf('include', ['include']),
  ruleOf('unknown-parameter', ['unknown']),
  ruleOf('fixed-parameter', ['fixed']),
  ruleOf('invalid-value', ['value']),
];
