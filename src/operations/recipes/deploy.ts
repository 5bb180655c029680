import type { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import { buildStep, builtScript, isBuilt } from '../steps/build.ts';
import { cmConfigSteps } from '../steps/cm-config.ts';
import { dssConfigSteps, startDssStep, volumeGroupsStep } from '../steps/dss.ts';
import { shareRedoStep } from '../steps/share-redo.ts';
import { environmentStep } from '../steps/environment.ts';
import { initdbStep } from '../steps/initdb.ts';
import { conflictOf, rolesStep } from '../steps/mode-guards.ts';
import { basicSettings, disasterSettings, hbaStep, parametersStep } from '../steps/parameters.ts';
import { preflightStep, preflightSteps } from '../steps/preflight.ts';
import { replicationStep } from '../steps/replication.ts';
import { startClusterStep, stopClusterStep } from '../steps/servers.ts';
import type { Plan, Step, StepContext } from '../types.ts';
import type { ClusterLayout, Layout, NodeLayout } from './layout.ts';
import { ids, planOf } from './recipe.ts';

/** Looks at all hosts; changes nothing. */
export function preflightPlan(layout: Layout): Plan {
  return planOf('preflight', layout, {
    title: t('Preflight check'),
    steps: preflightSteps(layout),
    readOnly: true,
  });
}

/** Writes the environment file of each node. */
export function environmentPlan(layout: Layout): Plan {
  return planOf('environment', layout, {
    title: t('Environment files'),
    steps: layout.nodes.map((node) => environmentStep(node, [])),
  });
}

function refuseForArrays(layout: Layout): void {
  if (layout.topology.profile !== 'simulation') {
    throw refused(
      t(
        'This recipe makes plain files that stand in for LUNs, and the topology says that there are real ones.',
      ),
      t(
        'Install the clusters on the LUNs with openGauss’s own installer, then use “Set up disaster recovery”. For a simulation write profile: simulation.',
      ),
    );
  }
  if (layout.clusters.some((cluster) => cluster.spec.manager === 'cm')) {
    throw refused(
      t('This recipe deploys without the cluster manager, and the topology says manager: cm.'),
      t('Clusters with the cluster manager are installed with openGauss’s own installer.'),
    );
  }
}

/** Environment, cm simulation, DSS and gs_initdb of one cluster, up to data directories with their own ports. */
function clusterSteps(layout: Layout, cluster: ClusterLayout, after: readonly string[]): Step[] {
  const environments = cluster.nodes.map((node) => environmentStep(node, after));
  const cm = cmConfigSteps(cluster, after);
  const dss = cluster.nodes.map((node) => dssConfigSteps(layout, cluster, node, ids(environments)));
  const groups = volumeGroupsStep(cluster, ids(dss.flat()));
  const servers = cluster.nodes.map((node) => startDssStep(node, [groups.id, ...ids(cm)]));
  const inits: Step[] = [];
  for (const node of cluster.nodes) {
    // The first node makes the shared files that the others need.
    const [first] = inits;
    inits.push(
      initdbStep(layout, cluster, node, [
        ...ids(servers),
        ...(first === undefined ? [] : [first.id]),
      ]),
    );
  }
  return [
    ...environments,
    ...cm,
    ...dss.flat(),
    groups,
    ...servers,
    ...inits,
    ...cluster.nodes.map((node) => basicStep(layout, cluster, node, ids(inits))),
  ];
}

function basicStep(
  layout: Layout,
  cluster: ClusterLayout,
  node: NodeLayout,
  after: readonly string[],
): Step {
  return parametersStep({
    id: `basic.${node.id}`,
    title: t('Ports and logs in postgresql.conf of {0}', node.id),
    node,
    settings: basicSettings(layout, cluster, node),
    after,
  });
}

function disasterSteps(layout: Layout, after: readonly string[]): Step[] {
  return layout.clusters.flatMap((cluster) =>
    cluster.nodes.flatMap((node) => [
      parametersStep({
        id: `disaster.${node.id}`,
        title: t('Disaster recovery parameters of {0}', node.id),
        node,
        settings: disasterSettings(layout, cluster, node),
        after,
      }),
      hbaStep(
        node,
        layout.nodes.filter((peer) => peer.id !== node.id),
        after,
      ),
    ]),
  );
}

/** Primary up in its mode, first standby built, standby cluster up, replication proven. */
function relationSteps(layout: Layout, after: readonly string[]): Step[] {
  const { primary, standby, model } = layout;
  const refuse = (context: StepContext): Promise<Failure | undefined> =>
    conflictOf(context, layout, 'related');
  const start = startClusterStep(layout, primary, 'primary', { after, refuse });
  const stop = stopClusterStep(standby, {
    id: `stop-for-build.${standby.name}`,
    after,
    unless: (context) => isBuilt(context, layout),
    scriptUnless: builtScript(layout),
  });
  const build = buildStep(layout, [start.id, stop.id]);
  const simulated = layout.topology.profile === 'simulation';
  const share =
    simulated && !model.sharedXlogFile
      ? standby.nodes.map((node) => shareRedoStep(layout, node, [build.id]))
      : [];
  const second = startClusterStep(layout, standby, 'standby', {
    after: [build.id, ...ids(share)],
    refuse,
  });
  return [start, stop, build, ...share, second, replicationStep(layout, [start.id, second.id])];
}

function relationNotes(layout: Layout): string[] {
  const { model } = layout;
  if (layout.topology.profile === 'dorado') {
    return [
      t(
        'The arrays are not touched. The replication pair of the redo LUN must be split and the protection of the secondary cancelled during the build, and be in sync before {0} starts.',
        layout.standby.name,
      ),
    ];
  }
  return model.sharedXlogFile
    ? []
    : [
        t(
          'From 5.1.0 on the redo log is in a volume group. After the build the recovery cluster’s DSS is pointed at the image of the production cluster’s redo group and opens it read-only. This way to simulate replication follows the sources of DSS; no guide of openGauss describes it.',
        ),
      ];
}

/** Two independent clusters in resource pooling on plain files (seed 2.4). */
export function simulatedClustersPlan(layout: Layout): Plan {
  refuseForArrays(layout);
  const roles = rolesStep(layout, 'independent', []);
  const preflight = layout.hosts.map((host) => preflightStep(layout, host, [roles.id]));
  const refuse = (context: StepContext): Promise<Failure | undefined> =>
    conflictOf(context, layout, 'independent');
  const steps = layout.clusters.flatMap((cluster) => {
    const own = clusterSteps(layout, cluster, ids(preflight));
    return [...own, startClusterStep(layout, cluster, 'independent', { after: ids(own), refuse })];
  });
  return planOf('simulated-dual-cluster', layout, {
    title: t('Set up two independent clusters'),
    steps: [roles, ...preflight, ...steps],
  });
}

/** From bare hosts to two clusters that replicate. */
export function deployPlan(layout: Layout): Plan {
  refuseForArrays(layout);
  const roles = rolesStep(layout, 'related', []);
  const preflight = layout.hosts.map((host) => preflightStep(layout, host, [roles.id]));
  const clusters = layout.clusters.flatMap((cluster) =>
    clusterSteps(layout, cluster, ids(preflight)),
  );
  const disaster = disasterSteps(
    layout,
    layout.nodes.map((node) => `basic.${node.id}`),
  );
  return planOf('deploy', layout, {
    title: t('Deploy {0} and {1}', layout.primary.name, layout.standby.name),
    steps: [roles, ...preflight, ...clusters, ...disaster, ...relationSteps(layout, ids(disaster))],
    confirmNames: [layout.standby.name],
    notes: relationNotes(layout),
  });
}

/** Makes the second of two clusters that run the disaster recovery copy of the first (seed 2.5.1). */
export function disasterRecoveryPlan(layout: Layout): Plan {
  if (layout.clusters.some((cluster) => cluster.spec.manager === 'cm')) {
    throw refused(
      t('With the cluster manager the relation is made by gs_ddr.'),
      t(
        'Run “gs_ddr -t start -m primary” on {0} and “gs_ddr -t start -m disaster_standby” on {1}.',
        layout.primary.name,
        layout.standby.name,
      ),
    );
  }
  const roles = rolesStep(layout, 'related', []);
  const disaster = disasterSteps(layout, [roles.id]);
  return planOf('disaster-recovery', layout, {
    title: t('Set up disaster recovery from {0} to {1}', layout.primary.name, layout.standby.name),
    steps: [roles, ...disaster, ...relationSteps(layout, ids(disaster))],
    confirmNames: [layout.standby.name],
    notes: relationNotes(layout),
  });
}
