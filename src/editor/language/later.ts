import * as vscode from 'vscode';
import { fileKindOf } from '../../config/files/kinds.ts';
import type { Services } from '../services.ts';
import { isTopologyFile } from '../topology/service.ts';
import { allSelector } from './selectors.ts';

/**
 * Loads the language features when the first configuration file is opened or checked: catalogue, rules and all that belongs to
 * them are needed in few windows.
 */
export function registerLanguageLater(services: Services): void {
  const load = services.commands.registerLater(['openGauss.checkConfiguration'], async () => {
    const { registerLanguage } = await import('./register.ts');
    opened.dispose();
    services.add(registerLanguage(services));
  });
  const look = (document: vscode.TextDocument): void => {
    const ours =
      fileKindOf(document.uri.path) !== undefined ||
      isTopologyFile(document.uri) ||
      vscode.languages.match(allSelector, document) > 0;
    if (ours) {
      services.reporter.background('language', load());
    }
  };
  const opened = services.add(vscode.workspace.onDidOpenTextDocument(look));
  vscode.workspace.textDocuments.forEach(look);
}
