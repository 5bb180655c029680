import { t } from '../../base/l10n.ts';
import { stableInstances } from '../../status/pg-controldata.ts';
import type { ControlData } from '../../status/pg-controldata.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { plain, table } from '../../base/markdown.ts';
import { fence } from './report.ts';

/** What `pg_controldata` said, as a Markdown page: what matters first, then one table with a column for each page. */
export function controlReport(node: NodeSpec, data: ControlData): string {
  const parts = [`# ${plain(node.id)} pg\\_controldata`];
  if (data.kind === 'unrecognised') {
    parts.push(t('The answer was not recognised; see the raw text beside.'), fence(data.message));
    return `${parts.join('\n\n')}\n`;
  }
  const members = stableInstances(data);
  parts.push(
    table([
      [t('System identifier'), data.systemIdentifier ?? ''],
      [t('Cluster state'), data.clusterState ?? ''],
      [t('Cluster run mode'), data.clusterRunMode ?? ''],
      [t('Members'), members.length === 0 ? '' : members.join(', ')],
    ]),
  );
  if (data.message !== '') {
    parts.push(`**${plain(data.message)}**`);
  }
  if (data.reformer !== null) {
    parts.push(`## ${t('Reformer')}`, table(Object.entries(data.reformer)));
  }
  if (data.pages.length > 0) {
    parts.push(`## ${t('Control data')}`, pagesTable(data.pages));
  }
  return `${parts.join('\n\n')}\n`;
}

/** Labels × pages; with DSS there is a page for each instance that was ever used. */
function pagesTable(pages: ControlData['pages']): string {
  const labels = [...new Set(pages.flatMap((page) => Object.keys(page)))];
  const heads = pages.map((_, index) =>
    pages.length === 1 ? t('Value') : t('Instance {0}', index),
  );
  return [
    `| | ${heads.join(' | ')} |`,
    `| --- |${' --- |'.repeat(pages.length)}`,
    ...labels.map(
      (label) =>
        `| ${plain(label)} | ${pages.map((page) => plain(page[label] ?? '')).join(' | ')} |`,
    ),
  ].join('\n');
}
