import { t } from '../../base/l10n.ts';
import type { GsDdr } from '../../status/gs-ddr.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { plain, table } from '../../base/markdown.ts';

/** What `gs_ddr -t query` said, as a Markdown page. */
export function gsDdrReport(node: NodeSpec, answer: GsDdr, code: number): string {
  const parts = [`# ${plain(node.id)} gs\\_ddr`];
  switch (answer.kind) {
    case 'query':
      parts.push(
        table([
          [t('Relation'), answer.clusterState ?? ''],
          [t('Failover'), answer.failoverState ?? ''],
          [t('Switchover'), answer.switchoverState ?? ''],
          [t('Trace'), answer.traceId ?? ''],
        ]),
        t('A state that is missing says that no such task runs.'),
      );
      break;
    case 'task':
      parts.push(
        answer.errors.length > 0
          ? t('gs_ddr refused with {0}; see the raw text beside.', answer.errors.join(', '))
          : t('gs_ddr did not say the state; see the raw text beside.'),
      );
      break;
    case 'unrecognised':
      parts.push(
        code === 127
          ? t('gs_ddr is not on this host: it comes with openGauss 7.0.0-RC1 and later.')
          : t('The answer was not recognised; see the raw text beside.'),
      );
      break;
  }
  return `${parts.join('\n\n')}\n`;
}
