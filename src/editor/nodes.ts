import * as vscode from 'vscode';
import { t } from '../base/l10n.ts';
import { noTopology } from './errors.ts';
import { nodeIcon } from './explorer/icons.ts';
import { roleOf } from './explorer/details.ts';
import { stateName } from './explorer/words.ts';
import type { NodeTarget } from './explorer/item.ts';
import { parseNodePath } from './files/node-uri.ts';
import { nodeScheme } from './contributions.ts';
import type { Services } from './services.ts';
import type { NodeRef, TopologyEntry } from './topology/service.ts';

/**
 * The node that a command is for: the tree item's, that of the file in the active editor when `fromEditor`, the only
 * one there is, or the one that the user picks. Rejects when there is none; undefined when the user picks none.
 */
export async function pickNode(
  services: Services,
  argument: unknown,
  title: string,
): Promise<NodeRef | undefined> {
  const { topologies } = services;
  await topologies.ready();
  const target = isFromKey(argument) ? services.selectedNode() : targetOf(argument);
  if (target !== undefined) {
    return topologies.node(target.topology, target.node);
  }
  const { nodes } = topologies;
  if (nodes.length === 0) {
    throw noTopology();
  }
  const several = topologies.entries.length > 1;
  const picked = await vscode.window.showQuickPick(
    nodes.map((ref) => {
      const state = services.monitors.snapshot(ref.entry.id)?.nodes.get(ref.node.id)?.state;
      const icon = nodeIcon(state);
      return {
        label: ref.node.id,
        description: [roleOf(state), stateName(state)].filter(Boolean).join(' · '),
        detail: [
          several ? ref.entry.name : '',
          `${ref.node.host}:${ref.node.port}`,
          ref.node.dataDir,
        ]
          .filter((part) => part !== '')
          .join('  '),
        iconPath: new vscode.ThemeIcon(icon.name),
        ref,
      };
    }),
    { title, placeHolder: t('Which node?'), matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.ref;
}

/** The topology that a command is for: the tree item's, the only one, or the one that the user picks. */
export async function pickTopology(
  services: Services,
  argument: unknown,
  title: string,
): Promise<TopologyEntry | undefined> {
  const { topologies } = services;
  await topologies.ready();
  const id =
    typeof argument === 'object' && argument !== null
      ? (targetOf(argument)?.topology ?? (argument as { readonly topology?: unknown }).topology)
      : undefined;
  const named = typeof id === 'string' ? topologies.entry(id) : undefined;
  const usable = topologies.entries.filter((entry) => entry.topology !== undefined);
  if (named !== undefined || usable.length === 1) {
    return named ?? usable[0];
  }
  if (usable.length === 0) {
    throw noTopology();
  }
  const picked = await vscode.window.showQuickPick(
    usable.map((entry) => ({
      label: entry.name,
      description: vscode.workspace.asRelativePath(entry.uri),
      entry,
    })),
    { title, placeHolder: t('Which topology?') },
  );
  return picked?.entry;
}

/** Keys that are pressed in the explorer mean its selected row; see `keybindings` in package.json. */
function isFromKey(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'selection' in argument;
}

function targetOf(argument: unknown): NodeTarget | undefined {
  if (argument instanceof vscode.Uri && argument.scheme === nodeScheme) {
    return parseNodePath(argument.authority, argument.path);
  }
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const direct = argument as Partial<NodeTarget> & { readonly target?: NodeTarget };
  if (direct.target !== undefined) {
    return direct.target;
  }
  return typeof direct.topology === 'string' && typeof direct.node === 'string'
    ? { topology: direct.topology, node: direct.node }
    : undefined;
}
