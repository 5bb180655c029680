import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { ClusterExplorer, ExplorerRow } from './view.ts';

/** The cluster explorer and the commands that belong to it. */
export function registerExplorer(services: Services): ClusterExplorer {
  const explorer = services.add(new ClusterExplorer(services));
  services.selectedNode = () => explorer.selected?.target;
  services.commands.register('openGauss.refresh', async () => {
    await services.monitors.refresh();
  });
  services.commands.register('openGauss.reconnect', async () => {
    await services.hosts.closeAll();
    services.monitors.restart();
    await services.monitors.refresh();
  });
  services.commands.register('openGauss.copyValue', async (argument) => {
    if (argument instanceof ExplorerRow && argument.item.value !== undefined) {
      await vscode.env.clipboard.writeText(argument.item.value);
    }
  });
  services.commands.register('openGauss.openTopology', async (argument) => {
    const { topologies } = services;
    await topologies.ready();
    const id = argument instanceof ExplorerRow ? argument.topology : undefined;
    const entry = id === undefined ? await pickTopology(services) : topologies.entry(id);
    if (entry !== undefined) {
      await vscode.window.showTextDocument(entry.uri);
    }
  });
  return explorer;
}

async function pickTopology(services: Services): Promise<{ readonly uri: vscode.Uri } | undefined> {
  const { entries } = services.topologies;
  if (entries.length === 0) {
    await vscode.commands.executeCommand('openGauss.createTopology');
    return undefined;
  }
  if (entries.length === 1) {
    return entries[0];
  }
  return vscode.window.showQuickPick(
    entries.map(({ name, uri }) => ({
      label: name,
      description: vscode.workspace.asRelativePath(uri),
      uri,
    })),
  );
}
