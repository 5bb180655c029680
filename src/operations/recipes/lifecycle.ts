import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import { startDssStep, stopDssStep } from '../steps/dss.ts';
import { startNodeStep, stopNodeStep } from '../steps/node.ts';
import { startClusterStep, stopClusterStep } from '../steps/servers.ts';
import type { Plan, Step } from '../types.ts';
import type { ClusterLayout, Layout, NodeLayout } from './layout.ts';
import { ids, planOf } from './recipe.ts';

/** What is started or stopped. */
export type Target =
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'cluster'; readonly name: string }
  | { readonly kind: 'both' };

function nodeOf(layout: Layout, id: string): NodeLayout {
  const node = layout.nodes.find((one) => one.id === id);
  if (node === undefined) {
    throw refused(t('There is no node {0} in the topology.', id));
  }
  return node;
}

function clusterOf(layout: Layout, name: string): ClusterLayout {
  const cluster = layout.clusters.find((one) => one.name === name);
  if (cluster === undefined) {
    throw refused(t('There is no cluster {0} in the topology.', name));
  }
  return cluster;
}

function refuseManaged(layout: Layout): void {
  const managed = layout.clusters.find((cluster) => cluster.spec.manager === 'cm');
  if (managed !== undefined) {
    throw refused(
      t('The cluster manager starts and stops {0}.', managed.name),
      t('Use “cm_ctl start” and “cm_ctl stop” on one of its nodes.'),
    );
  }
}

function nameOf(target: Target): string {
  return target.kind === 'node' ? target.id : target.kind === 'cluster' ? target.name : 'both';
}

function title(verb: 'start' | 'stop' | 'restart', target: Target): string {
  const what = target.kind === 'both' ? t('both clusters') : nameOf(target);
  switch (verb) {
    case 'start':
      return t('Start {0}', what);
    case 'stop':
      return t('Stop {0}', what);
    case 'restart':
      return t('Restart {0}', what);
  }
}

function startSteps(layout: Layout, cluster: ClusterLayout, after: readonly string[]): Step[] {
  const dss = cluster.nodes.map((node) => startDssStep(node, after));
  return [
    ...dss,
    startClusterStep(layout, cluster, cluster.role, { after: [...after, ...ids(dss)] }),
  ];
}

function stopSteps(cluster: ClusterLayout, after: readonly string[]): Step[] {
  const stop = stopClusterStep(cluster, { after });
  return [stop, ...cluster.nodes.map((node) => stopDssStep(node, [stop.id]))];
}

/** Starts DSS, then the servers, each cluster in its mode; the primary cluster before the recovery cluster. */
export function startPlan(layout: Layout, target: Target): Plan {
  refuseManaged(layout);
  const words = { title: title('start', target), variant: nameOf(target) };
  if (target.kind === 'node') {
    const node = nodeOf(layout, target.id);
    const dss = startDssStep(node, []);
    return planOf('start', layout, {
      ...words,
      steps: [dss, startNodeStep(layout, node, [dss.id])],
    });
  }
  if (target.kind === 'cluster') {
    return planOf('start', layout, {
      ...words,
      steps: startSteps(layout, clusterOf(layout, target.name), []),
    });
  }
  const primary = startSteps(layout, layout.primary, []);
  return planOf('start', layout, {
    ...words,
    steps: [...primary, ...startSteps(layout, layout.standby, ids(primary))],
  });
}

/** Stops servers, followers first, then DSS; the recovery cluster before the primary cluster. */
export function stopPlan(layout: Layout, target: Target): Plan {
  refuseManaged(layout);
  const words = { title: title('stop', target), variant: nameOf(target) };
  if (target.kind === 'node') {
    return planOf('stop', layout, {
      ...words,
      steps: [stopNodeStep(nodeOf(layout, target.id), [])],
      confirmNames: [target.id],
    });
  }
  if (target.kind === 'cluster') {
    return planOf('stop', layout, {
      ...words,
      steps: stopSteps(clusterOf(layout, target.name), []),
      confirmNames: [target.name],
    });
  }
  const standby = stopSteps(layout.standby, []);
  return planOf('stop', layout, {
    ...words,
    steps: [...standby, ...stopSteps(layout.primary, ids(standby))],
    confirmNames: [layout.primary.name],
  });
}

/** Stops and starts servers; DSS stays up. Running it twice restarts twice. */
export function restartPlan(layout: Layout, target: Target): Plan {
  refuseManaged(layout);
  const words = { title: title('restart', target), variant: nameOf(target) };
  if (target.kind === 'node') {
    const node = nodeOf(layout, target.id);
    const stop = stopNodeStep(node, []);
    return planOf('restart', layout, {
      ...words,
      steps: [stop, startNodeStep(layout, node, [stop.id])],
      confirmNames: [target.id],
    });
  }
  const clusters =
    target.kind === 'cluster' ? [clusterOf(layout, target.name)] : [layout.standby, layout.primary];
  const steps: Step[] = [];
  for (const cluster of clusters) {
    steps.push(stopClusterStep(cluster, { after: ids(steps) }));
  }
  for (const cluster of [...clusters].reverse()) {
    steps.push(...startSteps(layout, cluster, ids(steps)));
  }
  return planOf('restart', layout, {
    ...words,
    steps,
    confirmNames: clusters.map((cluster) => cluster.name),
  });
}
