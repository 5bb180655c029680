import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import { replicationLink } from '../../status/replication.ts';
import type { Snapshot } from '../../status/types.ts';
import { primaryCluster } from '../../topology/lookups.ts';
import type { ArraySpec, ClusterSpec, Topology } from '../../topology/types.ts';
import type { ArrayPairView } from '../../../webview/dashboard/protocol.ts';

/** From which cluster to which the redo log flows, as indexes: by the primary that answers, else by the file. */
export function directionOf(
  topology: Topology,
  snapshot: Snapshot | undefined,
): readonly [number, number] {
  const found = snapshot === undefined ? undefined : replicationLink(topology, snapshot);
  const home = found?.from.cluster ?? primaryCluster(topology)?.name;
  const from = Math.max(
    0,
    topology.clusters.findIndex((cluster) => cluster.name === home),
  );
  return [from, from === 0 ? 1 : 0];
}

/**
 * What the topology knows of the arrays behind the two clusters; `null` when it knows of none. The arrays themselves are not asked,
 * so that no state of the pair is claimed: the view says where to look it up.
 */
export function arrayPair(
  topology: Topology,
  snapshot: Snapshot | undefined,
): ArrayPairView | null {
  const real = topology.profile === 'dorado';
  const path = topology.xlog?.path;
  const [from, to] = directionOf(topology, snapshot).map((index) => topology.clusters[index]);
  if (from === undefined || to === undefined || (!real && path === undefined)) {
    return null;
  }
  const direction = `${from.name} → ${to.name}`;
  const kind = real
    ? 'OceanStor Dorado'
    : t('Simulated: one file stands for the LUN of both sides');
  const state = real ? t('State not read') : t('No pair');
  const where = real
    ? t(
        'The arrays are not asked. Look the state up in DeviceManager under Remote Replication Pairs: Normal, and the primary side at {0}.',
        from.name,
      )
    : t('Both clusters use the same file, so that there is nothing to be in sync.');
  const size = topology.xlog?.size;
  const volume =
    path === undefined ? undefined : size === undefined ? path : `${path} (${formatBytes(size)})`;
  return {
    ends: [endOf(topology, from), endOf(topology, to)],
    kind,
    state,
    lines: [...(volume === undefined ? [] : [volume]), where],
    description: `${t('Array pair')}, ${kind}: ${direction}, ${state}. ${where}`,
    rows: [
      [t('Kind'), kind],
      ...(real ? [from, to].map((cluster) => arrayRow(topology, cluster)) : []),
      ...(volume === undefined ? [] : [[real ? t('Redo LUN') : t('Redo file'), volume] as const]),
      [t('Direction that the roles ask for'), direction],
      [t('State'), `${state}. ${where}`],
    ],
  };
}

function arrayOf(topology: Topology, cluster: ClusterSpec): ArraySpec | undefined {
  return topology.arrays.find((array) => array.cluster === cluster.name);
}

function endOf(topology: Topology, cluster: ClusterSpec): string {
  return topology.profile === 'dorado'
    ? (arrayOf(topology, cluster)?.name ?? t('Array of {0}', cluster.name))
    : cluster.name;
}

function arrayRow(topology: Topology, cluster: ClusterSpec): readonly [string, string] {
  const array = arrayOf(topology, cluster);
  return [
    t('Array of {0}', cluster.name),
    array === undefined
      ? t('not named under “arrays” in opengauss.yaml')
      : `${array.name}, ${array.url}`,
  ];
}
