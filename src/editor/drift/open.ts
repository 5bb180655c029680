import * as vscode from 'vscode';

/** Opens the file of a node at the line that sets a parameter. */
export async function openAt(uri: vscode.Uri, name: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const lines = document.getText().split('\n');
  const pattern = new RegExp(`^\\s*${name}\\b`, 'i');
  const line = Math.max(
    0,
    lines.findLastIndex((text) => pattern.test(text)),
  );
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(line, 0, line, 0),
    preview: true,
  });
}
