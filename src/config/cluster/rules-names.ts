import { t } from '../../base/l10n.ts';
import { setParameter } from '../edit.ts';
import { type Deployment, type NodeView, settingOf } from './deployment.ts';
import { type Report, confPlace, linkTo, report } from './report.ts';

const file = 'postgresql-conf';

/** Names by which the primary lists its standbys, and keys of SCSI reservations. */
export function* applicationNames(deployment: Deployment): Iterable<Report> {
  const first = new Map<string, NodeView>();
  for (const node of deployment.nodes) {
    const name = settingOf(node, 'application_name')?.raw ?? '';
    const other = name === '' ? undefined : first.get(name);
    if (other !== undefined) {
      const used = new Set(
        deployment.nodes.map((each) => settingOf(each, 'application_name')?.raw ?? ''),
      );
      const prefix = `dn_${node.cluster.role === 'primary' ? 'master' : 'standby'}_`;
      const free = [node.spec.instanceId, ...Array.from({ length: 64 }, (_, id) => id)]
        .map((id) => `${prefix}${id}`)
        .find((each) => !used.has(each));
      yield report(node, file, 'application-name-duplicate', {
        severity: 'warning',
        message: t(
          '{0} has the application_name {1} too; it must be different on every node.',
          other.spec.id,
          name,
        ),
        range: confPlace(node, 'application_name'),
        related: linkTo(other, 'application_name', other.spec.id),
        fixes:
          free === undefined || node.conf === undefined
            ? []
            : [
                {
                  title: t('Set {0} = {1}', 'application_name', `'${free}'`),
                  edits: setParameter(node.conf.document, 'application_name', `'${free}'`),
                  preferred: true,
                },
              ],
      });
    }
    first.set(name, other ?? node);
  }
}
