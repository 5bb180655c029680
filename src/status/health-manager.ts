import { t } from '../base/l10n.ts';
import type { ClusterSpec, Topology } from '../topology/types.ts';
import type { HealthProblem } from './health-problem.ts';
import { managedClusters } from './manager.ts';
import type { ManagerStatus } from './types.ts';
import type { Snapshot } from './types.ts';

/** What the cluster managers say of their clusters as a whole; of single nodes the nodes' own states tell. */
export function checkManagers(topology: Topology, snapshot: Snapshot): HealthProblem[] {
  return managedClusters(topology).flatMap((cluster) => {
    const status = snapshot.managers?.get(cluster.name);
    return status === undefined ? [] : managerProblems(cluster, status);
  });
}

function managerProblems(cluster: ClusterSpec, status: ManagerStatus): HealthProblem[] {
  const nodes = cluster.nodes.map((node) => node.id);
  if (status.kind === 'failed') {
    return [
      {
        code: 'manager-unreachable',
        severity: 'warning',
        message: t('The cluster manager of {0} cannot be asked. {1}', cluster.name, status.reason),
        nodes: [],
      },
    ];
  }
  const { query } = status;
  if (query.kind !== 'cluster') {
    const said = query.message.trim().split('\n')[0] ?? '';
    return [
      {
        code: 'manager-silent',
        severity: 'warning',
        message:
          query.kind === 'no-cm-server'
            ? t(
                'The cluster manager of {0} does not answer: cm_server is not running or has lost its majority.',
                cluster.name,
              )
            : t('The answer of cm_ctl query for {0} is not recognised: {1}', cluster.name, said),
        nodes: [],
      },
    ];
  }
  const state = query.cluster?.['clusterState'];
  const down = query.cmServers.filter((server) => !/^(Primary|Standby|Init)$/.test(server.state));
  return [
    ...(state === undefined || state === 'Normal'
      ? []
      : [
          {
            code: 'manager-state',
            severity: state === 'Degraded' ? 'warning' : 'error',
            message: t('The cluster manager of {0} says: cluster_state {1}.', cluster.name, state),
            nodes,
          } as const,
        ]),
    ...down.map(
      (server) =>
        ({
          code: 'manager-server',
          severity: 'warning',
          message: t('{0}: cm_server on {1} is {2}.', cluster.name, server.node, server.state),
          nodes: [],
        }) as const,
    ),
    ...(query.cluster?.['pausing'] === 'Yes'
      ? [
          {
            code: 'manager-paused',
            severity: 'warning',
            message: t(
              'The cluster manager of {0} is paused: it restarts nothing and promotes nobody.',
              cluster.name,
            ),
            nodes: [],
          } as const,
        ]
      : []),
  ];
}
