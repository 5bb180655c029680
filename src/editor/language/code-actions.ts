import * as vscode from 'vscode';
import type { ConfigurationDiagnostics, ShownFinding } from './diagnostics.ts';
import { toWorkspaceEdit } from './edits.ts';

/** Quick fixes of the findings at the cursor. A fix is made, and tried out, when it is asked for. */
export class QuickFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };
  private readonly diagnostics: ConfigurationDiagnostics;

  constructor(diagnostics: ConfigurationDiagnostics) {
    this.diagnostics = diagnostics;
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return this.diagnostics
      .findings(document.uri)
      .filter(({ diagnostic }) => diagnostic.range.intersection(range) !== undefined)
      .flatMap((shown) => actionsOf(document, shown));
  }
}

function actionsOf(document: vscode.TextDocument, shown: ShownFinding): vscode.CodeAction[] {
  return (shown.finding.fixes ?? []).flatMap((fix) => {
    const edit = toWorkspaceEdit(document, fix.edits, shown.files);
    if (edit === undefined) {
      return [];
    }
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = edit;
    action.diagnostics = [shown.diagnostic];
    action.isPreferred = fix.preferred === true;
    return [action];
  });
}
