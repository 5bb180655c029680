import * as vscode from 'vscode';
import type { TextEdit } from '../../base/finding.ts';
import { LineIndex } from '../../base/position.ts';
import type { FileKey } from '../../config/cluster/deployment.ts';
import type { KnownFile } from './node-files.ts';

/** Our edits as the editor's. Edits of other files name them by file key; undefined when one of them is not known (any more). */
export function toWorkspaceEdit(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
  files: ReadonlyMap<FileKey, KnownFile>,
): vscode.WorkspaceEdit | undefined {
  const result = new vscode.WorkspaceEdit();
  for (const edit of edits) {
    const file = edit.file === undefined ? undefined : files.get(edit.file as FileKey);
    if (edit.file !== undefined && file === undefined) {
      return undefined;
    }
    const index = new LineIndex(file?.text ?? document.getText());
    const start = index.at(edit.range.start);
    const end = index.at(edit.range.end);
    result.replace(
      file?.uri ?? document.uri,
      new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1),
      edit.newText,
    );
  }
  return result;
}

export function toTextEdits(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
): vscode.TextEdit[] {
  return edits.map((edit) => vscode.TextEdit.replace(toRange(document, edit.range), edit.newText));
}

export function toRange(
  document: vscode.TextDocument,
  range: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}
