import { t } from '../../base/l10n.ts';
import { readCmConfig } from '../files/cm-config.ts';
import type { Deployment, NodeView } from './deployment.ts';
import { type Report, iniPlace, report, setIniFix } from './report.ts';

/** cm_config.ini: the instances that are online are nodes of the cluster, and each cluster has its own file. */
export function* simulatedManager(deployment: Deployment): Iterable<Report> {
  for (const cluster of deployment.topology.clusters) {
    const members = deployment.nodes.filter((node) => node.cluster === cluster);
    const ids = members.map((node) => BigInt(node.spec.instanceId));
    const all = ids.reduce((bits, id) => bits | (1n << id), 0n);
    for (const node of members.filter((each) => each.cm !== undefined)) {
      const { cm } = node;
      if (cm === undefined) {
        continue;
      }
      const { online, reformer } = readCmConfig(cm);
      if (online !== undefined && (online & ~all) !== 0n) {
        yield report(node, 'cm-config', 'cm-online-unknown', {
          severity: 'warning',
          message: t(
            'BITMAP_ONLINE has bits of instances that the cluster does not have; all of its nodes together are {0}.',
            String(all),
          ),
          range: iniPlace(cm, 'BITMAP_ONLINE'),
          fixes:
            reformer === undefined || ids.includes(BigInt(reformer))
              ? [setIniFix(cm, 'BITMAP_ONLINE', String(all))]
              : [],
        });
      } else if (online !== undefined && online !== all) {
        const offline = members.filter(
          (each) => (online & (1n << BigInt(each.spec.instanceId))) === 0n,
        );
        yield report(node, 'cm-config', 'cm-offline', {
          severity: 'info',
          message: t('{0} counts as offline.', offline.map((each) => each.spec.id).join(', ')),
          range: iniPlace(cm, 'BITMAP_ONLINE'),
          fixes: [setIniFix(cm, 'BITMAP_ONLINE', String(all))],
        });
      }
      if (reformer !== undefined && !ids.includes(BigInt(reformer))) {
        yield report(node, 'cm-config', 'cm-reformer-unknown', {
          severity: 'error',
          message: t('The cluster has no instance {0}.', reformer),
          range: iniPlace(cm, 'REFORMER_ID'),
        });
      }
    }
  }
  yield* sharedManager(deployment);
}

function* sharedManager(deployment: Deployment): Iterable<Report> {
  const owner = new Map<string, NodeView>();
  for (const node of deployment.nodes) {
    const path = node.spec.env['CM_CONFIG_PATH'];
    const first = path === undefined ? undefined : owner.get(`${node.machine} ${path}`);
    if (first !== undefined && first.cluster !== node.cluster && node.cm !== undefined) {
      yield report(node, 'cm-config', 'cm-shared', {
        severity: 'warning',
        message: t(
          '{0} of the other cluster uses the same file (CM_CONFIG_PATH); a change of roles in one would reach the other.',
          first.spec.id,
        ),
        range: iniPlace(node.cm, 'REFORMER_ID'),
      });
    }
    if (path !== undefined && first === undefined) {
      owner.set(`${node.machine} ${path}`, node);
    }
  }
}
