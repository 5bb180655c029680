import { t } from '../../base/l10n.ts';
import { refused } from '../errors.ts';
import type { Plan, RecipeName } from '../types.ts';
import {
  deployPlan,
  disasterRecoveryPlan,
  environmentPlan,
  preflightPlan,
  simulatedClustersPlan,
} from './deploy.ts';
import type { Layout } from './layout.ts';
import { restartPlan, startPlan, stopPlan, type Target } from './lifecycle.ts';
import { failoverPlan, rebuildPlan, switchoverPlan } from './roles.ts';
import { tearDownPlan } from './tear-down.ts';

/** A recipe that needs nothing but the topology and, for some, what it is to work on. */
export interface RecipeEntry {
  readonly name: RecipeName;
  readonly title: () => string;
  readonly description: () => string;
  /** Whether it asks for a node, a cluster or both. */
  readonly takesTarget?: boolean;
  /** What it can be asked for; everything when not given. */
  readonly targets?: readonly Target['kind'][];
  /** It starts or stops servers: its layout must have the roles that the clusters have now (`liveLayout`). */
  readonly wantsLiveRoles?: true;
  plan(layout: Layout, target: Target): Plan;
}

/** All recipes that are made from the topology alone, in the order in which they are offered. */
export const recipes: readonly RecipeEntry[] = [
  {
    name: 'preflight',
    title: () => t('Preflight check'),
    description: () => t('Looks at all hosts and changes nothing'),
    plan: (layout) => preflightPlan(layout),
  },
  {
    name: 'deploy',
    title: () => t('Deploy both clusters'),
    description: () => t('From bare hosts to two clusters that replicate'),
    plan: (layout) => deployPlan(layout),
  },
  {
    name: 'simulated-dual-cluster',
    title: () => t('Set up two independent clusters'),
    description: () => t('DSS, volume groups and databases on plain files, without replication'),
    plan: (layout) => simulatedClustersPlan(layout),
  },
  {
    name: 'disaster-recovery',
    title: () => t('Set up disaster recovery'),
    description: () => t('Makes the standby cluster the copy of the primary cluster'),
    plan: (layout) => disasterRecoveryPlan(layout),
  },
  {
    name: 'environment',
    title: () => t('Write the environment files'),
    description: () => t('Writes the environment file of each node'),
    plan: (layout) => environmentPlan(layout),
  },
  {
    name: 'start',
    title: () => t('Start'),
    description: () => t('Starts nodes in the right order, each in its mode'),
    takesTarget: true,
    wantsLiveRoles: true,
    plan: startPlan,
  },
  {
    name: 'stop',
    title: () => t('Stop'),
    description: () => t('Stops nodes in the right order'),
    takesTarget: true,
    wantsLiveRoles: true,
    plan: stopPlan,
  },
  {
    name: 'restart',
    title: () => t('Restart'),
    description: () => t('Stops and starts nodes in the right order, each in its mode'),
    takesTarget: true,
    wantsLiveRoles: true,
    plan: restartPlan,
  },
  {
    name: 'switchover',
    title: () => t('Switch over'),
    description: () =>
      t(
        'Another cluster becomes the primary one, or another node leads its cluster; nothing is lost',
      ),
    takesTarget: true,
    targets: ['cluster', 'node'],
    plan: switchoverPlan,
  },
  {
    name: 'failover',
    title: () => t('Fail over'),
    description: () =>
      t('The primary is lost: the recovery cluster, or a node that lives, takes over'),
    takesTarget: true,
    targets: ['cluster', 'node'],
    plan: failoverPlan,
  },
  {
    name: 'rebuild',
    title: () => t('Rebuild a standby'),
    description: () =>
      t('The standby cluster is copied from the primary again, or a follower is taken back'),
    takesTarget: true,
    targets: ['cluster', 'node'],
    plan: rebuildPlan,
  },
  {
    name: 'tear-down',
    title: () => t('Tear down'),
    description: () => t('Removes what the journal says that was made here, and nothing else'),
    wantsLiveRoles: true,
    plan: (layout) => tearDownPlan(layout),
  },
];

/** The recipe of a name. Refuses (`recipe-refused`) an unknown one. */
export function recipeNamed(name: string): RecipeEntry {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found === undefined) {
    throw refused(
      t('There is no recipe {0}.', name),
      t('Recipes are: {0}.', recipes.map((recipe) => recipe.name).join(', ')),
    );
  }
  return found;
}
