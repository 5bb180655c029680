import { t } from '../../base/l10n.ts';
import type { ServerVersion, Topology } from '../../topology/types.ts';
import type { Plan, RecipeName } from '../types.ts';
import {
  deployPlan,
  disasterRecoveryPlan,
  environmentPlan,
  preflightPlan,
  simulatedClustersPlan,
} from './deploy.ts';
import { layoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { restartPlan, startPlan, stopPlan } from './lifecycle.ts';
import type { Target } from './lifecycle.ts';

/** What a recipe is asked for beside its name. */
export interface PlanRequest {
  readonly topology: Topology;
  /** What the hosts said, for a topology with `auto`. */
  readonly version: ServerVersion | undefined;
  /** What it works on; both clusters when not given. */
  readonly target?: Target;
}

export interface Recipe {
  readonly name: RecipeName;
  /** In the user's language. */
  readonly title: () => string;
  readonly description: () => string;
  /** What it can work on; a recipe without targets works on all. */
  readonly targets?: readonly Target['kind'][];
  readonly make: (layout: Layout, target: Target) => Plan;
}

/** Every recipe, in the order in which a person would use them. */
export const recipes: readonly Recipe[] = [
  {
    name: 'preflight',
    title: () => t('Preflight check'),
    description: () => t('Looks at all hosts and changes nothing'),
    make: preflightPlan,
  },
  {
    name: 'deploy',
    title: () => t('Deploy both clusters'),
    description: () => t('From bare hosts to two clusters that replicate'),
    make: deployPlan,
  },
  {
    name: 'environment',
    title: () => t('Environment files'),
    description: () => t('Writes the environment file of each node'),
    make: environmentPlan,
  },
  {
    name: 'simulated-dual-cluster',
    title: () => t('Two independent clusters'),
    description: () => t('DSS, volume groups and databases on plain files, without replication'),
    make: simulatedClustersPlan,
  },
  {
    name: 'disaster-recovery',
    title: () => t('Set up disaster recovery'),
    description: () => t('Makes the standby cluster the copy of the primary cluster'),
    make: disasterRecoveryPlan,
  },
  {
    name: 'start',
    title: () => t('Start'),
    description: () => t('Starts nodes in the right order, each in its mode'),
    targets: ['both', 'cluster', 'node'],
    make: startPlan,
  },
  {
    name: 'stop',
    title: () => t('Stop'),
    description: () => t('Stops nodes in the right order'),
    targets: ['both', 'cluster', 'node'],
    make: stopPlan,
  },
  {
    name: 'restart',
    title: () => t('Restart'),
    description: () => t('Stops and starts nodes in the right order, each in its mode'),
    targets: ['both', 'cluster', 'node'],
    make: restartPlan,
  },
];

/** The recipe of a name; undefined when there is none. */
export function recipeNamed(name: string): Recipe | undefined {
  return recipes.find((recipe) => recipe.name === name);
}

/** Makes the plan of a recipe. Refuses (`recipe-refused`) what the version or the topology cannot do. */
export function makePlan(recipe: Recipe, request: PlanRequest): Plan {
  return recipe.make(
    layoutOf(request.topology, request.version),
    request.target ?? { kind: 'both' },
  );
}
