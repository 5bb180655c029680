import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import type { Target } from '../../operations/recipes/lifecycle.ts';
import type { RecipeEntry } from '../../operations/recipes/catalogue.ts';
import { nodesOf } from '../../topology/lookups.ts';
import type { Topology } from '../../topology/types.ts';
import type { ExplorerItem } from '../explorer/item.ts';

/**
 * What a recipe is to work on: the tree item that it was called on, the only possibility, or what the user picks.
 * Undefined when he picks nothing.
 */
export async function pickTarget(
  topology: Topology,
  recipe: RecipeEntry,
  argument: unknown,
): Promise<Target | undefined> {
  if (recipe.takesTarget !== true) {
    return { kind: 'both' };
  }
  const called = calledOn(topology, argument);
  const fits = ({ kind }: Target): boolean => recipe.targets?.includes(kind) ?? true;
  if (called !== undefined && fits(called)) {
    return called;
  }
  const offered: readonly { readonly label: string; readonly target: Target }[] = [
    { label: t('both clusters'), target: { kind: 'both' } },
    ...topology.clusters.map(({ name }) => ({
      label: name,
      target: { kind: 'cluster', name } as const,
    })),
    ...nodesOf(topology).map(({ id }) => ({ label: id, target: { kind: 'node', id } as const })),
  ];
  const picked = await vscode.window.showQuickPick(
    offered.filter(({ target }) => fits(target)),
    {
      title: recipe.title(),
      placeHolder: t('What?'),
    },
  );
  return picked?.target;
}

/** What a tree item or a link stands for; undefined for a whole topology. */
function calledOn(topology: Topology, argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const item = argument as Partial<ExplorerItem> & { readonly node?: unknown };
  const id = item.target?.node ?? item.node;
  if (nodesOf(topology).some((node) => node.id === id)) {
    return { kind: 'node', id: String(id) };
  }
  const cluster =
    item.contextValue === 'cluster'
      ? topology.clusters.find(({ name }) => name === item.label)
      : undefined;
  return cluster === undefined ? undefined : { kind: 'cluster', name: cluster.name };
}
