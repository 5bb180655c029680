import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import { replicationStep } from '../steps/replication.ts';
import {
  caughtUpStep,
  fenceStep,
  readyStep,
  returnStep,
  stopSideStep,
  type RoleChange,
} from '../steps/roles-cross.ts';
import { managedSwitchoverStep } from '../steps/managed.ts';
import { insideFailoverSteps, rejoinStep, switchoverStep } from '../steps/roles-inside.ts';
import { modeStep } from '../steps/roles-mode.ts';
import { promoteStep, writableStep } from '../steps/roles-promote.ts';
import { rebuildSteps } from '../steps/roles-rebuild.ts';
import { orientedTo } from '../steps/roles-state.ts';
import { storageStep } from '../steps/roles-storage.ts';
import type { Plan, RecipeName, Step } from '../types.ts';
import { hostsOf, type ClusterLayout, type Layout, type NodeLayout } from './layout.ts';
import type { Target } from './lifecycle.ts';
import { refuseManaged } from './managed.ts';
import { exportNote, ids, planOf } from './recipe.ts';

/** What a plan works on: a cluster that is to be the primary one, or a node that is to lead its own. */
type Chosen =
  | { readonly kind: 'cluster'; readonly cluster: ClusterLayout }
  | { readonly kind: 'node'; readonly cluster: ClusterLayout; readonly node: NodeLayout };

/** Without a target the cluster that the file calls the standby one is meant. */
function chosenOf(layout: Layout, target: Target): Chosen {
  if (target.kind === 'node') {
    for (const cluster of layout.clusters) {
      const node = cluster.nodes.find((one) => one.id === target.id);
      if (node !== undefined) {
        return { kind: 'node', cluster, node };
      }
    }
    throw refused(t('There is no node {0} in the topology.', target.id));
  }
  const name = target.kind === 'cluster' ? target.name : layout.standby.name;
  const cluster = layout.clusters.find((one) => one.name === name);
  if (cluster === undefined) {
    throw refused(t('There is no cluster {0} in the topology.', name));
  }
  return { kind: 'cluster', cluster };
}

function otherOf(layout: Layout, cluster: ClusterLayout): ClusterLayout {
  return cluster.name === layout.primary.name ? layout.standby : layout.primary;
}

function nodeOf(chosen: Chosen): NodeLayout | undefined {
  return chosen.kind === 'node' ? chosen.node : undefined;
}

/** Inside a cluster roles can only change where something tells the nodes who leads: the simulated CM here. */
function refuseWithoutCm(cluster: ClusterLayout): void {
  if (cluster.cmConfig === undefined) {
    throw refused(
      t(
        '{0} has neither a cluster manager nor the simulated one: its roles are fixed.',
        cluster.name,
      ),
      t('Name CM_CONFIG_PATH in its env in opengauss.yaml if it has a simulated one.'),
    );
  }
  if (cluster.nodes.length < 2) {
    throw refused(t('{0} has only one node.', cluster.name));
  }
}

/** The steps as the plan runs them; what parts of them would do in a script alone is left out. */
function withoutScripts(steps: readonly Step[]): Step[] {
  return steps.map((step) => ({ ...step, scripts: [] }));
}

function fileNote(to: ClusterLayout, from: ClusterLayout): string {
  return t(
    'Afterwards write role: primary for {0} and role: standby for {1} into opengauss.yaml. Start, stop and restart go by the roles that the clusters have; deploying is refused until then.',
    to.name,
    from.name,
  );
}

function storageNotes(layout: Layout, change: RoleChange): string[] {
  return layout.topology.profile === 'dorado'
    ? [
        t(
          'The arrays are not touched. When {0} is down: split the replication pair of the redo LUN, cancel the protection of the secondary, make {1} the primary side; the plan waits there until the LUN can be written. After {0} is the standby: enable protection, synchronise, wait for Normal.',
          change.from.name,
          change.to.name,
        ),
      ]
    : [];
}

function plan(
  recipe: RecipeName,
  layout: Layout,
  words: {
    readonly title: string;
    readonly steps: readonly Step[];
    readonly variant: string;
    readonly confirmNames: readonly string[];
    readonly notes?: readonly string[];
  },
): Plan {
  return planOf(recipe, layout, {
    ...words,
    steps: withoutScripts(words.steps),
    notes: [...(words.notes ?? []), exportNote()],
  });
}

/** The old side down and called a standby, the new side promoted and written to: common to both ways. */
function takeOverSteps(change: RoleChange, after: readonly string[]): Step[] {
  const { layout, from, to, failover } = change;
  const lenient = failover ? { lenientOn: hostsOf(to) } : {};
  const demoted = modeStep(layout, from, 'standby', { after, ...lenient });
  const storage = layout.topology.profile === 'dorado' ? [storageStep(change, [demoted.id])] : [];
  const before = [demoted.id, ...ids(storage)];
  // Up to 5.0.0 the mode is read at the start only: the new side is stopped and started in its new mode.
  const stop = layout.model.runMode === 'parameter' ? [stopSideStep(change, to, before)] : [];
  const mode = modeStep(layout, to, 'primary', { after: [...before, ...ids(stop)] });
  const promote = promoteStep(change, [mode.id]);
  return [demoted, ...storage, ...stop, mode, promote, writableStep(change, [promote.id])];
}

/** Roles change hands while everything is healthy: between the clusters, or inside one when the target is a node. */
export function switchoverPlan(layout: Layout, target: Target): Plan {
  const chosen = chosenOf(layout, target);
  if (chosen.kind === 'node') {
    const { cluster, node } = chosen;
    const managed = cluster.spec.manager === 'cm';
    if (!managed) {
      refuseWithoutCm(cluster);
    }
    return plan('switchover', layout, {
      title: t('Switch over to {0} inside {1}', node.id, cluster.name),
      steps: [
        managed
          ? managedSwitchoverStep(layout, cluster, node)
          : switchoverStep(layout, cluster, node),
      ],
      variant: node.id,
      confirmNames: [node.id],
    });
  }
  refuseManaged(layout, 'switchover', chosen.cluster);
  const oriented = orientedTo(layout, chosen.cluster);
  const change: RoleChange = {
    layout: oriented,
    from: oriented.standby,
    to: oriented.primary,
    failover: false,
  };
  const { from, to } = change;
  const ready = readyStep(change);
  const stop = stopSideStep(change, from, [ready.id]);
  const caughtUp = caughtUpStep(change, [stop.id]);
  const takeOver = takeOverSteps(change, [caughtUp.id]);
  const back = returnStep(change, ids(takeOver));
  return plan('switchover', layout, {
    title: t('Switch over from {0} to {1}', from.name, to.name),
    steps: [ready, stop, caughtUp, ...takeOver, back, replicationStep(oriented, [back.id])],
    variant: to.name,
    confirmNames: [from.name],
    notes: [
      t(
        'Nobody can write from the stop of {0} until {1} is promoted. Whatever fails in between, {0} stays down and is no primary any more: resume, or switch over to {0}.',
        from.name,
        to.name,
      ),
      ...storageNotes(layout, change),
      fileNote(to, from),
    ],
  });
}

/** The primary is lost: the recovery cluster takes over, or inside a cluster a node that lives. */
export function failoverPlan(layout: Layout, target: Target): Plan {
  const chosen = chosenOf(layout, target);
  refuseManaged(layout, 'failover', chosen.cluster, nodeOf(chosen));
  if (chosen.kind === 'node') {
    const { cluster, node } = chosen;
    refuseWithoutCm(cluster);
    return plan('failover', layout, {
      title: t('Fail over to {0} inside {1}', node.id, cluster.name),
      steps: insideFailoverSteps(cluster, node),
      variant: node.id,
      confirmNames: [cluster.name],
      notes: [
        t(
          'By typing {0} you say that its other nodes which cannot be reached are down or cut off from the disks.',
          cluster.name,
        ),
        t('Take a lost node back with “Rebuild a standby”.'),
      ],
    });
  }
  const oriented = orientedTo(layout, chosen.cluster);
  const change: RoleChange = {
    layout: oriented,
    from: oriented.standby,
    to: oriented.primary,
    failover: true,
  };
  const { from, to } = change;
  const fence = fenceStep(change);
  return plan('failover', layout, {
    title: t('Fail over from {0} to {1}', from.name, to.name),
    steps: [fence, ...takeOverSteps(change, [fence.id])],
    variant: to.name,
    confirmNames: [from.name],
    notes: [
      t(
        'By typing {0} you say that those of its machines which cannot be reached are down, or cut off from clients and storage. If that is not so, there will be two primaries.',
        from.name,
      ),
      t(
        'When {0} can be reached again, do not start it as it is: rebuild it as the standby cluster (“Rebuild a standby”).',
        from.name,
      ),
      ...storageNotes(layout, change),
      fileNote(to, from),
    ],
  });
}

/** Makes the standby cluster a copy of the primary one again; with a node as the target, takes a follower back. */
export function rebuildPlan(layout: Layout, target: Target): Plan {
  const chosen = chosenOf(layout, target);
  refuseManaged(layout, 'rebuild', chosen.cluster, nodeOf(chosen));
  if (chosen.kind === 'node') {
    const { cluster, node } = chosen;
    return plan('rebuild', layout, {
      title: t('Take {0} back into {1}', node.id, cluster.name),
      steps: [rejoinStep(layout, cluster, node)],
      variant: node.id,
      confirmNames: [],
    });
  }
  const oriented = orientedTo(layout, otherOf(layout, chosen.cluster));
  const { standby, primary } = oriented;
  return plan('rebuild', layout, {
    title: t('Rebuild {0} from {1}', standby.name, primary.name),
    steps: rebuildSteps(oriented),
    variant: standby.name,
    confirmNames: [standby.name],
    notes: [
      t('Nothing is rebuilt while {0} follows the primary.', standby.name),
      ...(layout.topology.profile === 'dorado'
        ? [
            t(
              'The arrays are not touched. The replication pair of the redo LUN must be split and the protection of the secondary cancelled during the build, and be in sync before {0} starts.',
              standby.name,
            ),
          ]
        : []),
    ],
  });
}
