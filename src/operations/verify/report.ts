import { t } from '../../base/l10n.ts';
import { plain, plainLines, unbroken } from '../../base/markdown.ts';
import type { CheckResult, CheckStatus, VerifyReport } from './types.ts';

const signs: Record<CheckStatus, string> = { passed: '✓', failed: '×', skipped: '–' };

/** The report for a terminal. */
export function verifyText(report: VerifyReport): string {
  const lines = report.checks.flatMap((check) => [
    `${signs[check.status]} ${check.title} (${check.milliseconds} ms)`,
    ...(check.reason === undefined ? [] : [`    ${check.reason}`]),
    ...check.evidence.map((text) => `    ${text}`),
  ]);
  return `${[...lines, '', summary(report)].join('\n')}\n`;
}

/** The report as JSON, for machines. */
export function verifyJson(report: VerifyReport): string {
  return `${JSON.stringify(
    {
      ...report,
      started: new Date(report.started).toISOString(),
      ended: new Date(report.ended).toISOString(),
    },
    undefined,
    2,
  )}\n`;
}

/** The report as Markdown, fit for an acceptance record. */
export function verifyMarkdown(report: VerifyReport): string {
  const rows = report.checks.map(
    (check) =>
      `| ${unbroken(`${signs[check.status]} ${statusName(check.status)}`)} | ${plain(check.title)} | ${plainLines(evidence(check))} | ${unbroken(`${check.milliseconds} ms`)} |`,
  );
  return [
    `# ${t('Verification of {0}', plain(report.topology))}`,
    '',
    `**${summary(report)}**`,
    '',
    `- ${t('Begun: {0}', new Date(report.started).toISOString())}`,
    `- ${t('Ended: {0}', new Date(report.ended).toISOString())}`,
    ...Object.entries(report.versions).map(
      ([node, version]) => `- ${plain(node)}: openGauss ${plain(version)}`,
    ),
    '',
    `| ${t('Result')} | ${t('Check')} | ${t('Evidence')} | ${t('Time')} |`,
    '| --- | --- | --- | ---: |',
    ...rows,
    '',
  ].join('\n');
}

/** The verdict in one sentence. */
export function summary(report: VerifyReport): string {
  const count = (status: CheckStatus): number =>
    report.checks.filter((check) => check.status === status).length;
  return report.ok
    ? t('Proven: all {0} checks passed.', report.checks.length)
    : t(
        'Not proven: {0} passed, {1} failed, {2} skipped.',
        count('passed'),
        count('failed'),
        count('skipped'),
      );
}

function evidence(check: CheckResult): string {
  return [...(check.reason === undefined ? [] : [check.reason]), ...check.evidence].join('\n');
}

function statusName(status: CheckStatus): string {
  return { passed: t('passed'), failed: t('failed'), skipped: t('skipped') }[status];
}
