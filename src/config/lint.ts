import type { Finding } from '../base/finding.ts';
import type { Catalogue } from './catalogue.ts';
import { drain, parseSteps } from './document.ts';
import type { ConfDocument } from './document.ts';
import { readAsServerSteps } from './readers/server.ts';
import type { LintContext, Rule, RuleInput } from './rules/rule.ts';
import { toFinding } from './rules/rule.ts';
import { rules } from './rules/table.ts';

export type { LintContext } from './rules/rule.ts';

const severities = ['error', 'warning', 'info', 'hint'] as const;

/** In the order of the file; of the same place the graver first. */
function compare(a: Finding, b: Finding): number {
  return (
    a.range.start - b.range.start ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    a.range.end - b.range.end
  );
}

/** At most so many findings of one rule, so that a file full of rubbish stays readable. */
const mostOfARule = 200;

function runRule(rule: Rule, input: RuleInput): readonly Finding[] {
  const found: Finding[] = [];
  for (const report of rule.check(input)) {
    found.push(toFinding(rule, report));
    if (found.length >= mostOfARule) {
      break;
    }
  }
  return found;
}

function* lintSteps(
  document: ConfDocument,
  catalogue: Catalogue,
  context: LintContext,
): Generator<undefined, readonly Finding[]> {
  const reading = yield* readAsServerSteps(document, catalogue, context);
  const input: RuleInput = { document, catalogue, context, reading };
  const findings: Finding[] = [];
  for (const rule of rules) {
    findings.push(...runRule(rule, input));
    yield undefined;
  }
  return findings.sort(compare);
}

/**
 * What is wrong with a postgresql.conf, for the server version and build of the catalogue. Pure; never throws.
 * Findings are in the order of the file.
 */
export function lintConf(
  document: ConfDocument,
  catalogue: Catalogue,
  context: LintContext = {},
): readonly Finding[] {
  return drain(lintSteps(document, catalogue, context));
}

/** Lets others run. */
export type Pause = () => Promise<void>;

async function inSlices<T>(steps: Generator<undefined, T>, pause: Pause): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    await pause();
  }
}

/**
 * Reads and lints a text of any size in slices of some milliseconds, with a pause between.
 * @param pause by default one turn of the event loop
 */
export async function lintConfAsync(
  text: string,
  catalogue: Catalogue,
  context: LintContext = {},
  pause: Pause = () => new Promise((resolve) => setImmediate(resolve)),
): Promise<{ readonly document: ConfDocument; readonly findings: readonly Finding[] }> {
  const document = await inSlices(parseSteps(text), pause);
  return { document, findings: await inSlices(lintSteps(document, catalogue, context), pause) };
}
