import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { showMarkdown } from '../answers.ts';
import { noTopology } from '../errors.ts';
import { pickTopology } from '../nodes.ts';
import type { Services } from '../services.ts';

/** "Check Connections Between Nodes": each node tries the ports of each other one; the answer is a table. */
export function registerConnectivity(services: Services): void {
  services.commands.register('openGauss.connectivity', async (argument) => {
    const entry = await pickTopology(services, argument, t('Check Connections Between Nodes'));
    if (entry === undefined) {
      return;
    }
    const { topology } = entry;
    if (topology === undefined) {
      throw noTopology();
    }
    const page = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: t('Trying the connections between the nodes …'),
        cancellable: true,
      },
      async (_progress, token) => {
        const { checkConnectivity } = await import('../../operations/connectivity.ts');
        const { connectivityMarkdown } = await import('../../operations/connectivity-report.ts');
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        try {
          return connectivityMarkdown(
            await checkConnectivity({
              topology,
              pool: services.hosts.pool(entry),
              signal: abort.signal,
            }),
          );
        } catch (thrown) {
          if (abort.signal.aborted) {
            return undefined;
          }
          throw thrown;
        }
      },
    );
    if (page !== undefined) {
      await showMarkdown(services.answers.put(`/${entry.id}/connections.md`, page));
    }
  });
}
