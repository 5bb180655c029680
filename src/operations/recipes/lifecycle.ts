import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import { startDssStep, stopDssStep } from '../steps/dss.ts';
import { managedStartStep, managedStopStep } from '../steps/managed.ts';
import { startNodeStep, stopNodeStep } from '../steps/node.ts';
import { startClusterStep, stopClusterStep } from '../steps/servers.ts';
import { asOf } from '../host/servers.ts';
import { outdatedRole, wrongMode } from '../steps/mode-guards.ts';
import type { Plan, Step } from '../types.ts';
import type { ClusterLayout, Layout, NodeLayout } from './layout.ts';
import { exportNote, ids, planOf } from './recipe.ts';

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

/** The cluster that a node belongs to. */
function homeOf(layout: Layout, node: NodeLayout): ClusterLayout {
  return layout.clusters.find((cluster) => cluster.nodes.includes(node)) ?? layout.primary;
}

function isManaged(cluster: ClusterLayout): boolean {
  return cluster.spec.manager === 'cm';
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
  if (isManaged(cluster)) {
    return [managedStartStep({ layout, cluster }, { after })];
  }
  const dss = cluster.nodes.map((node) => startDssStep(node, after));
  return [
    ...dss,
    startClusterStep(layout, cluster, asOf(cluster), { after: [...after, ...ids(dss)] }),
  ];
}

function stopSteps(layout: Layout, cluster: ClusterLayout, after: readonly string[]): Step[] {
  const stop = stopServersStep(layout, cluster, after);
  return isManaged(cluster)
    ? [stop]
    : [stop, ...cluster.nodes.map((node) => stopDssStep(node, [stop.id]))];
}

/** What is stopped for a restart must be allowed to start again, or it would stay down. */
type StopFor = 'stop' | 'restart';

/** Without DSS, where it is ours to stop: a restart leaves it up. */
function stopServersStep(
  layout: Layout,
  cluster: ClusterLayout,
  after: readonly string[],
  why: StopFor = 'stop',
): Step {
  return isManaged(cluster)
    ? managedStopStep({ layout, cluster }, { after })
    : stopClusterStep(cluster, {
        after,
        refuse: async (context) =>
          (await outdatedRole(context, layout, cluster)) ??
          (why === 'restart' ? wrongMode(context, layout, cluster, true) : undefined),
      });
}

function stopOne(layout: Layout, node: NodeLayout, why: StopFor = 'stop'): Step {
  const cluster = homeOf(layout, node);
  return isManaged(cluster)
    ? managedStopStep({ layout, cluster, node }, { after: [] })
    : stopNodeStep(cluster, node, [], (context) =>
        why === 'restart' ? wrongMode(context, layout, cluster, true) : Promise.resolve(undefined),
      );
}

function startOne(layout: Layout, node: NodeLayout): Step[] {
  const cluster = homeOf(layout, node);
  if (isManaged(cluster)) {
    return [managedStartStep({ layout, cluster, node }, { after: [] })];
  }
  const dss = startDssStep(node, []);
  return [dss, startNodeStep(layout, node, [dss.id])];
}

function restartOne(layout: Layout, node: NodeLayout): Step[] {
  const stop = stopOne(layout, node, 'restart');
  const cluster = homeOf(layout, node);
  return [
    stop,
    isManaged(cluster)
      ? managedStartStep({ layout, cluster, node }, { after: [stop.id] })
      : startNodeStep(layout, node, [stop.id]),
  ];
}

/** The manager's plans ask before they act, which an exported script does not. */
function notesOf(clusters: readonly ClusterLayout[]): readonly string[] {
  return clusters.some(isManaged) ? [exportNote()] : [];
}

/** Starts DSS, then the servers, each cluster in its mode; the primary cluster before the recovery cluster. */
export function startPlan(layout: Layout, target: Target): Plan {
  const words = {
    title: title('start', target),
    variant: nameOf(target),
    notes: notesOf(layout.clusters),
  };
  if (target.kind === 'node') {
    const node = nodeOf(layout, target.id);
    return planOf('start', layout, { ...words, steps: startOne(layout, node) });
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
  const words = {
    title: title('stop', target),
    variant: nameOf(target),
    notes: notesOf(layout.clusters),
  };
  if (target.kind === 'node') {
    return planOf('stop', layout, {
      ...words,
      steps: [stopOne(layout, nodeOf(layout, target.id))],
      confirmNames: [target.id],
    });
  }
  if (target.kind === 'cluster') {
    return planOf('stop', layout, {
      ...words,
      steps: stopSteps(layout, clusterOf(layout, target.name), []),
      confirmNames: [target.name],
    });
  }
  const standby = stopSteps(layout, layout.standby, []);
  return planOf('stop', layout, {
    ...words,
    steps: [...standby, ...stopSteps(layout, layout.primary, ids(standby))],
    confirmNames: [layout.primary.name],
  });
}

/** Stops and starts servers; DSS stays up. Running it twice restarts twice. */
export function restartPlan(layout: Layout, target: Target): Plan {
  const words = {
    title: title('restart', target),
    variant: nameOf(target),
    notes: notesOf(layout.clusters),
  };
  if (target.kind === 'node') {
    const node = nodeOf(layout, target.id);
    return planOf('restart', layout, {
      ...words,
      steps: restartOne(layout, node),
      confirmNames: [target.id],
    });
  }
  const clusters =
    target.kind === 'cluster' ? [clusterOf(layout, target.name)] : [layout.standby, layout.primary];
  const steps: Step[] = [];
  for (const cluster of clusters) {
    steps.push(stopServersStep(layout, cluster, ids(steps), 'restart'));
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
