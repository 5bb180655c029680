import { applyEdits } from '../base/edits.ts';
import type { Finding, Fix } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import type { Catalogue, Parameter } from './catalogue.ts';
import { drain, parseConf, parseSteps, printConf } from './document.ts';
import type { ConfDocument, ConfLine } from './document.ts';
import { ServerSetting, readAsServerSteps } from './readers/server.ts';
import type { ServerReading } from './readers/server.ts';
import type { KeepFix, LintContext, Report, Rule, RuleInput } from './rules/rule.ts';
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

function runRule(rule: Rule, input: RuleInput, keep: KeepFix): readonly Finding[] {
  const found: Finding[] = [];
  for (const report of rule.check(input)) {
    found.push(toFinding(rule, report, keep));
    if (found.length >= mostOfARule) {
      break;
    }
  }
  return found;
}

function counts(findings: readonly Finding[], upTo: number): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const { code, severity } of findings) {
    if (severities.indexOf(severity) <= upTo) {
      result.set(code, (result.get(code) ?? 0) + 1);
    }
  }
  return result;
}

/**
 * Whether a fix does what it promises: its finding goes, and no other of its gravity or a graver one comes. What a
 * graver finding hid may come to light.
 */
function isSound(
  input: RuleInput,
  findings: readonly Finding[],
  finding: Finding,
  fix: Fix,
): boolean {
  const fixed = parseConf(applyEdits(printConf(input.document), fix.edits));
  const gravity = severities.indexOf(finding.severity);
  const before = counts(findings, gravity);
  const after = counts(lintConf(fixed, input.catalogue, input.context), gravity);
  return (
    (after.get(finding.code) ?? 0) < (before.get(finding.code) ?? 0) &&
    [...after].every(([code, count]) => count <= (before.get(code) ?? 0))
  );
}

const lineRules = rules.filter(({ ofLine }) => ofLine !== undefined);
const fileRules = rules.filter(({ ofLine }) => ofLine === undefined);

type LineReports = readonly { readonly rule: Rule; readonly report: Report }[];

const nothing: LineReports = [];
const lineReports = new WeakMap<Catalogue, WeakMap<ConfLine, LineReports>>();

const askedOf = new WeakMap<Parameter, readonly Rule[]>();
const askedOfUnknown = lineRules.filter(({ ofLine }) => ofLine?.(undefined));

/** The rules of one line that look at lines of a parameter. */
function askedRules(parameter: Parameter | undefined): readonly Rule[] {
  if (parameter === undefined) {
    return askedOfUnknown;
  }
  let asked = askedOf.get(parameter);
  if (asked === undefined) {
    asked = lineRules.filter(({ ofLine }) => ofLine?.(parameter));
    askedOf.set(parameter, asked);
  }
  return asked;
}

/** What the rules of one line say of a line, as if it stood alone at the start of a text. */
function lookAtLine(
  line: ConfLine,
  found: ServerSetting,
  asked: readonly Rule[],
  catalogue: Catalogue,
): LineReports {
  const document: ConfDocument = { lines: [line], starts: [0], length: line.text.length };
  const setting = new ServerSetting(document, 0, found, found.value);
  const reading: ServerReading = {
    ok: true,
    all: [setting],
    settings: new Map(),
    problems: [],
    repeated: new Set(),
    includes: [],
  };
  const input: RuleInput = { document, catalogue, context: {}, reading };
  const reports = asked.flatMap((rule) =>
    [...rule.check(input)].map((report) => ({ rule, report })),
  );
  return reports.length === 0 ? nothing : reports;
}

function* lineFindings(input: RuleInput, keep: KeepFix): Generator<undefined, readonly Finding[]> {
  const { document, catalogue, reading } = input;
  const cache = lineReports.get(catalogue) ?? new WeakMap<ConfLine, LineReports>();
  lineReports.set(catalogue, cache);
  const findings: Finding[] = [];
  const told = new Map<string, number>();
  let seen = 0;
  for (const setting of reading.all) {
    seen += 1;
    if (seen % 1000 === 0) {
      yield undefined;
    }
    const line = document.lines[setting.line];
    const asked = askedRules(setting.parameter);
    if (line === undefined || asked.length === 0) {
      continue;
    }
    let reports = cache.get(line);
    if (reports === undefined) {
      reports = lookAtLine(line, setting, asked, catalogue);
      cache.set(line, reports);
    }
    for (const { rule, report } of reports) {
      const count = (told.get(rule.code) ?? 0) + 1;
      told.set(rule.code, count);
      if (count <= mostOfARule) {
        const by = document.starts[setting.line] ?? 0;
        findings.push(toFinding(rule, report, keep, by));
      }
    }
  }
  return findings;
}

function* lintSteps(
  document: ConfDocument,
  catalogue: Catalogue,
  context: LintContext,
): Generator<undefined, readonly Finding[]> {
  const reading = yield* readAsServerSteps(document, catalogue, context);
  const input: RuleInput = { document, catalogue, context, reading };
  const findings: Finding[] = [];
  const keep: KeepFix = (finding, fix) => isSound(input, findings, finding, fix);
  findings.push(...(yield* lineFindings(input, keep)));
  for (const rule of fileRules) {
    findings.push(...runRule(rule, input, keep));
    yield undefined;
  }
  return findings.sort(compare);
}

/**
 * What is wrong with a postgresql.conf, for the server version and build of the catalogue. Pure; never throws.
 * Findings are in the order of the file. Their `fixes` are made, and tried out, when they are asked for.
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

/** Texts above this many characters are not looked at; a real postgresql.conf has some tens of thousands. */
export const lintLimit = 4_000_000;

/**
 * Reads and lints a text of any size in slices of some milliseconds, with a pause between. A text above `lintLimit` gets
 * one finding that says so, and an empty document.
 * @param pause by default one turn of the event loop
 */
export async function lintConfAsync(
  text: string,
  catalogue: Catalogue,
  context: LintContext = {},
  pause: Pause = () => new Promise((resolve) => setImmediate(resolve)),
): Promise<{ readonly document: ConfDocument; readonly findings: readonly Finding[] }> {
  if (text.length > lintLimit) {
    return { document: parseConf(''), findings: [tooLarge()] };
  }
  const document = await inSlices(parseSteps(text), pause);
  return { document, findings: await inSlices(lintSteps(document, catalogue, context), pause) };
}

function tooLarge(): Finding {
  return {
    code: 'file-too-large',
    stage: 'tool',
    severity: 'info',
    message: t('This file is too large to be checked.'),
    range: { start: 0, end: 0 },
  };
}
