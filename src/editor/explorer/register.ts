import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { setContext } from '../context.ts';
import { pickNode } from '../nodes.ts';
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
  services.commands.register('openGauss.connectHost', async (argument) => {
    const ref = await pickNode(services, argument, t('Connect the Host Again'));
    if (ref === undefined || services.questions.show(ref.node.host)) {
      return;
    }
    services.hosts.pool(ref.entry).allowAgain(ref.node.host);
    await services.monitors.refresh();
  });
  services.add(
    services.questions.onDidChange(() => {
      services.reporter.background(
        'context',
        setContext('openGauss.questionWaits', services.questions.any),
      );
    }),
  );
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
