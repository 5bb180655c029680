import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { OperationCode } from '../errors.ts';
import { verifiedByCheck } from '../execute-step.ts';
import type { Layout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import type { CheckResult, PreflightCheck } from './preflight-check.ts';
import { preflightChecks } from './preflight-checks.ts';

/** Signs that every font has. */
const marks = { ok: '✓', warning: '!', failed: '×' } as const;

/** One check in a line. A step that is one check alone bears its name already. */
function line(check: PreflightCheck, result: CheckResult, alone: boolean): string {
  const { remedy, found } = result;
  const text = alone ? found : t('{0}: {1}', check.title(), found);
  return `${marks[result.level]} ${text}${remedy === undefined ? '' : ` – ${remedy}`}`;
}

async function answer(
  context: StepContext,
  layout: Layout,
  host: string,
  checks: readonly PreflightCheck[],
): Promise<CheckAnswer> {
  const lines: string[] = [];
  /** A step of one check has its name already; the remedy stands beside. */
  const failed: string[] = [];
  const remedies: string[] = [];
  const results = await Promise.all(checks.map((check) => check.ask(context, layout, host)));
  for (const [index, check] of checks.entries()) {
    const result = results[index];
    if (result === undefined) {
      continue;
    }
    const said = line(check, result, checks.length === 1);
    lines.push(said);
    context.output(`${said}\n`);
    if (result.level === 'failed') {
      failed.push(checks.length === 1 ? result.found : t('{0}: {1}', check.title(), result.found));
      remedies.push(result.remedy ?? '');
    }
  }
  if (remedies.length === 0) {
    const warnings = lines.filter((one) => one.startsWith(marks.warning));
    return {
      kind: 'done',
      evidence: warnings.length === 0 ? lines.join('; ') : warnings.join('; '),
    };
  }
  const failure = new Failure<OperationCode>('preflight-failed', failed.join('\n'), {
    place: { host },
    remedy: remedies.join(' '),
  });
  return { kind: 'blocked', failure };
}

function lookingStep(
  layout: Layout,
  host: string,
  words: { readonly id: string; readonly title: string; readonly after: readonly string[] },
  checks: readonly PreflightCheck[],
): Step {
  return {
    ...words,
    hosts: [host],
    timeout: 120_000,
    estimate: 2,
    check: (context) => answer(context, layout, host, checks),
    preview: () =>
      Promise.resolve([{ kind: 'note', text: checks.map((check) => check.title()).join(', ') }]),
    run: () => Promise.resolve(),
    verify: async (context) => verifiedByCheck(await answer(context, layout, host, checks)),
  };
}

/** All checks of a host as one step, for the beginning of a plan. Nothing runs when one fails. */
export function preflightStep(layout: Layout, host: string, after: readonly string[] = []): Step {
  return lookingStep(
    layout,
    host,
    { id: `preflight.${host}`, title: t('Preflight of {0}', host), after },
    preflightChecks,
  );
}

/** Each check of each host as a step of its own, so that all are seen, passed and failed. */
export function preflightSteps(layout: Layout): Step[] {
  return layout.hosts.flatMap((host) =>
    preflightChecks.map((check) =>
      lookingStep(
        layout,
        host,
        {
          id: `preflight.${host}.${check.id}`,
          title: t('{0} on {1}', check.title(), host),
          after: [],
        },
        [check],
      ),
    ),
  );
}
