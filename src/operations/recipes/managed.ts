import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import type { ClusterLayout, Layout, NodeLayout } from './layout.ts';

/**
 * With the cluster manager its own tools change roles; ours would work against it. What `cm_ctl` does is a plan; what only `gs_ddr`
 * or a person can do is refused with the way to do it, which differs between versions.
 */
export function refuseManaged(
  layout: Layout,
  what: 'switchover' | 'failover' | 'rebuild',
  cluster: ClusterLayout,
  node?: NodeLayout,
): void {
  if (node !== undefined) {
    if (cluster.spec.manager === 'cm') {
      throw refused(
        t('The cluster manager is in charge of the roles here.'),
        what === 'failover'
          ? t(
              'It fails over inside a cluster by itself. When it does not, look at “cm_ctl query -Cvidp”: pausing, and the state of cm_server.',
            )
          : t('It restarts its nodes by itself; use “Start” on {0} when it was stopped.', node.id),
      );
    }
    return;
  }
  if (!layout.clusters.some((one) => one.spec.manager === 'cm')) {
    return;
  }
  const other = cluster.name === layout.primary.name ? layout.standby : layout.primary;
  throw refused(
    t('The cluster manager is in charge of the roles here.'),
    layout.model.version === '7.0.0-RC1' || layout.model.version === 'master'
      ? withGsDdr(what, cluster, other)
      : withoutGsDdr(layout, what, cluster, other),
  );
}

function withGsDdr(
  what: 'switchover' | 'failover' | 'rebuild',
  cluster: ClusterLayout,
  other: ClusterLayout,
): string {
  switch (what) {
    case 'switchover':
      return t(
        'Use “gs_ddr -t switchover -m disaster_standby” on {0}, then “gs_ddr -t switchover -m primary” on {1}.',
        other.name,
        cluster.name,
      );
    case 'failover':
      return t('Use “gs_ddr -t failover” on {0}.', cluster.name);
    case 'rebuild':
      return t('Use “gs_ddr -t start” on both clusters; it builds {0} anew.', cluster.name);
  }
}

/** gs_ddr came with 7.0.0-RC1. openGauss's pages describe the way by hand from 6.0.0 on, and none before. */
function withoutGsDdr(
  layout: Layout,
  what: 'switchover' | 'failover' | 'rebuild',
  cluster: ClusterLayout,
  other: ClusterLayout,
): string {
  const { version } = layout.model;
  if (what === 'rebuild') {
    return t(
      'In {0} it is built by hand: “Stop” of {1}, dssserver with DSS_MAINTAIN=TRUE, “gs_ctl build -b cross_cluster_full -q” on its first node, “dsscmd stopdss”, “Start”.',
      version,
      cluster.name,
    );
  }
  return version === '6.0.0'
    ? t(
        'In {0} it is done by hand: “Stop” of {1}, the array’s direction, then on {2} “dsscmd setcfg -n CLUSTER_RUN_MODE -v cluster_primary” on every node, ss_double_cluster_mode=1 by “cm_ctl set” and “cm_ctl reload”, and “gs_ctl failover” on its main standby.',
        version,
        other.name,
        cluster.name,
      )
    : t(
        'openGauss describes no role change between clusters with the cluster manager before 6.0.0, and this is {0}.',
        version,
      );
}
