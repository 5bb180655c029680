import { t } from '../../base/l10n.ts';
import { type Deployment, type NodeView, settingOf } from './deployment.ts';
import { type Report, link, minority, report } from './report.ts';

const conf = 'postgresql-conf';

/** Volume groups that the server names are in dss_vg_conf.ini, and the nodes of a cluster have the same ones. */
export function* volumeGroups(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    const { vg } = node;
    for (const name of ['ss_dss_data_vg_name', 'ss_dss_vg_name', 'ss_dss_xlog_vg_name']) {
      const setting = settingOf(node, name);
      // Up to 5.1.0 one parameter names all groups: '+data,+log'.
      const named = (setting?.raw ?? '').split(',').map((each) => each.trim().replace(/^\+/, ''));
      const group = named.find(
        (name) => name !== '' && vg?.groups.some((each) => each.name === name) === false,
      );
      if (setting !== undefined && group !== undefined) {
        yield report(node, conf, 'vg-not-listed', {
          severity: 'error',
          message: t('dss_vg_conf.ini of this node has no volume group {0}.', group),
          range: setting.valueRange,
          related: [link(node, 'dss-vg-conf', { start: 0, end: 0 }, 'dss_vg_conf.ini')],
        });
      }
    }
  }
  for (const cluster of deployment.topology.clusters) {
    const nodes = deployment.nodes.filter(
      (node) => node.cluster === cluster && node.vg !== undefined,
    );
    const key = (node: NodeView): string =>
      (node.vg?.groups ?? []).map((each) => `${each.name}:${each.path}`).join('\n');
    const found = minority(nodes, key);
    for (const node of found?.wrong ?? []) {
      const right = found?.right as NodeView;
      const theirs = new Set(key(right).split('\n'));
      const line =
        node.vg?.groups.find((each) => !theirs.has(`${each.name}:${each.path}`)) ??
        node.vg?.groups[0];
      yield report(node, 'dss-vg-conf', 'vg-differs', {
        severity: 'error',
        message: t(
          'The lines must be the same on all nodes of a cluster; {0} has others.',
          right.spec.id,
        ),
        range:
          line === undefined
            ? { start: 0, end: 0 }
            : { start: line.nameRange.start, end: line.pathRange.end },
        related: [link(right, 'dss-vg-conf', { start: 0, end: 0 }, right.spec.id)],
        fixes: [
          {
            title: t('Take over the lines of {0}', right.spec.id),
            edits: [
              {
                range: { start: 0, end: node.vg?.text.length ?? 0 },
                newText: right.vg?.text ?? '',
              },
            ],
          },
        ],
      });
    }
  }
  yield* sharedDataVolume(deployment);
}

/** Two clusters that write one data volume destroy it. */
function* sharedDataVolume(deployment: Deployment): Iterable<Report> {
  const owner = new Map<string, NodeView>();
  for (const node of deployment.nodes) {
    const data = node.vg?.groups[0];
    const key = data === undefined ? '' : `${node.machine} ${data.path}`;
    const other = owner.get(key);
    if (data !== undefined && other !== undefined && other.cluster !== node.cluster) {
      yield report(node, 'dss-vg-conf', 'vg-shared-data', {
        severity: 'error',
        message: t(
          '{0} of the other cluster has its data on this volume: each would destroy the other.',
          other.spec.id,
        ),
        range: data.pathRange,
        related: [
          link(
            other,
            'dss-vg-conf',
            other.vg?.groups[0]?.pathRange ?? { start: 0, end: 0 },
            other.spec.id,
          ),
        ],
      });
    }
    owner.set(key, other ?? node);
  }
}
