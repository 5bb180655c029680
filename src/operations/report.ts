import { t } from '../base/l10n.ts';
import { fenced, plain, unbroken } from '../base/markdown.ts';
import type { RunResult, StepResult } from './events.ts';
import { duration } from './plan-document.ts';

/** What a report tells beside the run itself. */
export interface ReportFacts {
  /** By node, as the tools print it. */
  readonly versions: ReadonlyMap<string, string>;
  /** Files of nodes as they are now, for example `production/dn0: postgresql.conf`. Without secrets. */
  readonly configuration: ReadonlyMap<string, string>;
}

const marks: Readonly<Record<StepResult['outcome'], string>> = {
  done: '✓',
  skipped: '=',
  failed: '×',
  blocked: '–',
  cancelled: '–',
  unknown: '?',
};

function outcomeText(outcome: StepResult['outcome']): string {
  switch (outcome) {
    case 'done':
      return t('done');
    case 'skipped':
      return t('true already');
    case 'failed':
      return t('failed');
    case 'blocked':
      return t('not started');
    case 'cancelled':
      return t('cancelled');
    case 'unknown':
      return t('result unknown');
  }
}

function headline(result: RunResult): string {
  switch (result.outcome) {
    case 'done':
      return t('Done: every step is true, and proven by a query.');
    case 'cancelled':
      return t('Cancelled at a safe point. Resume goes on from here.');
    case 'failed':
      return t('Stopped at a failure. Mend the cause, then resume: what is done stays done.');
  }
}

/** The final report of a run as Markdown: what was done, how it was verified, how long it took, what is running now. */
export function runReport(result: RunResult, facts?: ReportFacts): string {
  const { plan } = result;
  const out = [
    `# ${plain(plan.title)}`,
    '',
    `**${headline(result)}**`,
    '',
    `| | |`,
    `| --- | --- |`,
    `| ${t('Begun')} | ${new Date(result.started).toISOString()} |`,
    `| ${t('Ended')} | ${new Date(result.ended).toISOString()} |`,
    `| ${t('Time')} | ${duration((result.ended - result.started) / 1000)} |`,
    `| ${t('Version')} | ${plain(plan.topology.openGauss)} |`,
    `| ${t('Run')} | ${result.run} |`,
    '',
  ];
  for (const step of result.steps.filter((one) => one.failure !== undefined)) {
    out.push(...failureSection(step));
  }
  out.push(
    `## ${t('Steps')}`,
    '',
    `| | ${t('Step')} | ${t('Host')} | ${t('Time')} | ${t('Evidence')} |`,
    '| --- | --- | --- | ---: | --- |',
    ...result.steps.map(
      (one) =>
        `| ${unbroken(`${marks[one.outcome]} ${outcomeText(one.outcome)}`)} | ${plain(one.step.title)} | ${plain(one.step.hosts.join(', '))} | ${unbroken(duration(one.elapsed / 1000))} | ${plain(one.evidence ?? '')} |`,
    ),
    '',
  );
  const open = plan.steps.filter((step) => !result.steps.some((one) => one.step.id === step.id));
  if (open.length > 0) {
    out.push(`## ${t('Not reached')}`, '', ...open.map((step) => `- ${plain(step.title)}`), '');
  }
  if (facts !== undefined && facts.versions.size > 0) {
    out.push(
      `## ${t('Versions')}`,
      '',
      ...[...facts.versions].map(([node, version]) => `- ${plain(node)}: ${plain(version)}`),
      '',
    );
  }
  if (facts !== undefined && facts.configuration.size > 0) {
    out.push(`## ${t('Configuration as applied')}`, '');
    for (const [name, text] of facts.configuration) {
      out.push(`### ${plain(name)}`, '', fenced('', text), '');
    }
  }
  return `${out.join('\n')}\n`;
}

function failureSection(step: StepResult): string[] {
  const { failure } = step;
  if (failure === undefined) {
    return [];
  }
  const { host, node, file } = failure.place;
  const place = [host, node, file].filter((word) => word !== undefined).join(' · ');
  return [
    `## ${marks[step.outcome]} ${plain(step.step.title)}`,
    '',
    ...(place === '' ? [] : [plain(place), '']),
    fenced('', failure.message),
    '',
    ...(failure.remedy === undefined
      ? []
      : [`**${t('What to do:')}** ${plain(failure.remedy)}`, '']),
    ...step.diagnoses
      .slice(0, 3)
      .flatMap((one) => [
        `- ${t('Cause:')} ${plain(one.cause)}`,
        `  ${t('Remedy:')} ${plain(one.remedy)}`,
        `  ${t('Recognised by:')} ${plain(one.evidence)}`,
      ]),
    ...(step.output.trim() === ''
      ? []
      : ['', t('The end of its output:'), '', fenced('', step.output.slice(-4000))]),
    '',
  ];
}
