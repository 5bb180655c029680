import { t } from '../../../base/l10n.ts';
import { fenced, inlineCode, plain } from '../../../base/markdown.ts';
import { logName } from '../../logs/sources.ts';
import type { WhyReport } from './types.ts';

/**
 * The report as Markdown. Places are named and not linked: pages of VS Code follow no links into files on nodes, so who
 * shows the report offers them beside it.
 */
export function whyMarkdown(report: WhyReport): string {
  const { node, state } = report;
  const lines = [`# ${t('Why is {0} down?', plain(node.id))}`, ''];
  lines.push(
    `**${'reason' in state ? plain(state.reason) : t('It is not: it answers and is Normal.')}**`,
    '',
  );
  if (report.faults.length > 0) {
    lines.push(`## ${t('The server refuses its configuration')}`, '');
    for (const fault of report.faults.slice(0, 20)) {
      lines.push(`- ${inlineCode(`${fault.path}:${fault.line}`)}: ${plain(fault.message)}`);
    }
    lines.push('');
  }
  lines.push(`## ${t('Likely causes')}`, '');
  const causes = [
    ...report.diagnoses
      .slice(0, 5)
      .map((one) => ({ ...one, evidence: inlineCode(one.evidence.slice(0, 300)) })),
    ...report.facts.flatMap((fact) =>
      fact.remedy === undefined
        ? []
        : [{ cause: fact.text, evidence: plain(fact.title), remedy: fact.remedy }],
    ),
  ];
  if (causes.length === 0) {
    lines.push(
      t('Nothing that is known was recognised. The facts and the last errors are below.'),
      '',
    );
  }
  causes.forEach(({ cause, evidence, remedy }, index) => {
    lines.push(
      `${index + 1}. **${plain(cause)}**`,
      `   - ${t('Evidence: {0}', evidence)}`,
      `   - ${t('Remedy: {0}', plain(remedy))}`,
    );
  });
  lines.push(
    '',
    `## ${t('What was seen')}`,
    '',
    `| ${t('What')} | ${t('Finding')} |`,
    '| --- | --- |',
  );
  for (const fact of report.facts) {
    lines.push(
      `| ${fact.remedy === undefined ? '' : '⚠ '}${plain(fact.title)} | ${plain(fact.text)} |`,
    );
  }
  for (const log of report.logs) {
    lines.push('', `## ${t('{0}: {1}', logName(log.file.kind), plain(log.file.path))}`, '');
    lines.push(
      log.errors.length === 0 ? t('No errors at its end.') : fenced('text', log.errors.join('\n')),
    );
  }
  return `${lines.join('\n')}\n`;
}
