import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import { parseTopology } from '../../topology/parse.ts';
import { toDiagnostics } from '../findings.ts';
import type { Services } from '../services.ts';
import { isTopologyFile } from './service.ts';

/** Shows what is wrong in topology files: while they are typed, and of saved ones also when they are closed. */
export function registerTopologyDiagnostics(services: Services): void {
  const { topologies, reporter } = services;
  const disposables = services.add(new DisposableList());
  const collection = disposables.add(
    vscode.languages.createDiagnosticCollection('opengauss-topology'),
  );
  const timers = new Map<string, NodeJS.Timeout>();

  const check = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const { findings } = await parseTopology(document.getText());
    if (!document.isClosed && document.version === version) {
      collection.set(document.uri, toDiagnostics(document, findings));
    }
  };
  const checkSoon = (document: vscode.TextDocument): void => {
    if (!isTopologyFile(document.uri)) {
      return;
    }
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        reporter.background('topology', check(document));
      }, 150),
    );
  };
  const showSaved = async (): Promise<void> => {
    const open = new Set(vscode.workspace.textDocuments.map((one) => one.uri.toString()));
    const found = new Set(topologies.entries.map((entry) => entry.uri.toString()));
    collection.forEach((uri) => {
      if (!found.has(uri.toString()) && !open.has(uri.toString())) {
        collection.delete(uri);
      }
    });
    for (const entry of topologies.entries) {
      if (!open.has(entry.uri.toString())) {
        if (entry.findings.length === 0) {
          collection.delete(entry.uri);
        } else {
          const document = await vscode.workspace.openTextDocument(entry.uri);
          collection.set(entry.uri, toDiagnostics(document, entry.findings));
        }
      }
    }
  };

  disposables.add(vscode.workspace.onDidOpenTextDocument(checkSoon));
  disposables.add(
    vscode.workspace.onDidChangeTextDocument((event) => {
      checkSoon(event.document);
    }),
  );
  disposables.add(
    topologies.onDidChange(() => {
      reporter.background('diagnostics', showSaved());
    }),
  );
  disposables.add({
    dispose: () => {
      for (const timer of timers.values()) {
        clearTimeout(timer);
      }
    },
  });
  vscode.workspace.textDocuments.forEach(checkSoon);
}
