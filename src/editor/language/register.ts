import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import type { Disposable } from '../../base/disposable.ts';
import { t } from '../../base/l10n.ts';
import { fileKindOf } from '../../config/files/kinds.ts';
import { nodeScheme } from '../contributions.ts';
import type { Services } from '../services.ts';
import { QuickFixes } from './code-actions.ts';
import { registerConfProviders } from './conf-providers.ts';
import { ConfigurationDiagnostics } from './diagnostics.ts';
import { LanguageModel } from './model.ts';
import { entryOf, saysOpenGauss } from './scope.ts';
import { allSelector, languages, neutral } from './selectors.ts';
import { TopologyRename } from './rename.ts';
import { registerSmallProviders } from './small-providers.ts';

/** Everything that the editor knows of configuration files. */
export function registerLanguage(services: Services): Disposable {
  const list = new DisposableList();
  const model = list.add(new LanguageModel(services));
  const diagnostics = list.add(new ConfigurationDiagnostics(services, model));
  for (const disposable of [...registerConfProviders(model), ...registerSmallProviders(model)]) {
    list.add(disposable);
  }
  list.add(
    vscode.languages.registerCodeActionsProvider(
      allSelector,
      new QuickFixes(diagnostics),
      QuickFixes.metadata,
    ),
  );
  list.add(
    vscode.languages.registerRenameProvider(
      { pattern: '**/opengauss.yaml' },
      new TopologyRename(services, model),
    ),
  );
  const claim = (document: vscode.TextDocument): void => {
    services.reporter.background('language', claimDocument(services, document));
  };
  list.add(vscode.workspace.onDidOpenTextDocument(claim));
  list.add(
    services.topologies.onDidChange(() => {
      vscode.workspace.textDocuments.forEach(claim);
    }),
  );
  vscode.workspace.textDocuments.forEach(claim);
  services.commands.register('openGauss.checkConfiguration', async (argument) => {
    await checkAll(services, diagnostics, argument);
  });
  return list;
}

/**
 * Gives a document our language when it has none of its own: a file of a node, or one in a folder with a topology. The
 * language of another extension stays; our diagnostics work on it all the same.
 */
async function claimDocument(services: Services, document: vscode.TextDocument): Promise<void> {
  const kind = fileKindOf(document.uri.path);
  if (kind === undefined || !neutral.has(document.languageId) || document.isClosed) {
    return;
  }
  const { scheme } = document.uri;
  const inScope =
    scheme === nodeScheme ||
    ((scheme === 'file' || scheme === 'vscode-remote') &&
      (entryOf(document.uri, services.topologies) !== undefined ||
        saysOpenGauss(document.lineAt(0).text)));
  if (inScope) {
    await vscode.languages.setTextDocumentLanguage(document, languages[kind]);
  }
}

/** "Check All Nodes": everything that is wrong with the files of all nodes, in the Problems panel. */
async function checkAll(
  services: Services,
  diagnostics: ConfigurationDiagnostics,
  argument: unknown,
): Promise<void> {
  await services.topologies.ready();
  const wanted = typeof argument === 'string' ? argument : undefined;
  const entries = services.topologies.entries.filter(
    (entry) => entry.topology !== undefined && (wanted === undefined || entry.id === wanted),
  );
  let count = 0;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Checking the configuration of all nodes'),
      cancellable: true,
    },
    async (_progress, token) => {
      for (const entry of entries) {
        count += await diagnostics.checkAll(entry, token);
      }
    },
  );
  if (count === 0) {
    void vscode.window.showInformationMessage(
      t('Nothing is wrong with the configuration of the nodes.'),
    );
  } else {
    await vscode.commands.executeCommand('workbench.actions.view.problems');
  }
}
