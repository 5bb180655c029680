import { t } from '../../../base/l10n.ts';
import { logName } from '../../logs/sources.ts';
import type { WhyReport } from './types.ts';

/** The report as Markdown. `link` makes a target for a place in a file of the node. */
export function whyMarkdown(
  report: WhyReport,
  link: (path: string, line?: number) => string,
): string {
  const { node, state } = report;
  const lines = [`# ${t('Why is {0} down?', node.id)}`, ''];
  lines.push(
    `**${'reason' in state ? text(state.reason) : t('It is not: it answers and is Normal.')}**`,
    '',
  );
  if (report.faults.length > 0) {
    lines.push(`## ${t('The server refuses its configuration')}`, '');
    for (const fault of report.faults.slice(0, 20)) {
      lines.push(
        `- [postgresql.conf:${fault.line}](${link(fault.path, fault.line)}): ${text(fault.message)}`,
      );
    }
    lines.push('');
  }
  lines.push(`## ${t('Likely causes')}`, '');
  const causes = [
    ...report.diagnoses.slice(0, 5).map((one) => ({ ...one, evidence: code(one.evidence) })),
    ...report.facts.flatMap((fact) =>
      fact.remedy === undefined
        ? []
        : [{ cause: fact.text, evidence: text(fact.title), remedy: fact.remedy }],
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
      `${index + 1}. **${text(cause)}**`,
      `   - ${t('Evidence')}: ${evidence}`,
      `   - ${t('Remedy')}: ${text(remedy)}`,
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
      `| ${fact.remedy === undefined ? '' : '⚠ '}${text(fact.title)} | ${text(fact.text)} |`,
    );
  }
  for (const log of report.logs) {
    lines.push(
      '',
      `## ${logName(log.file.kind)}: [${text(log.file.path)}](${link(log.file.path)})`,
      '',
    );
    lines.push(
      log.errors.length === 0
        ? t('No errors at its end.')
        : ['```text', ...log.errors, '```'].join('\n'),
    );
  }
  return `${lines.join('\n')}\n`;
}

function text(value: string): string {
  return value.replace(/[\\`*_[\]<>|]/g, '\\$&').replaceAll('\n', ' ');
}

function code(value: string): string {
  return `\`${value.replaceAll('`', "'").slice(0, 300)}\``;
}
