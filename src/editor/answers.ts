import * as vscode from 'vscode';
import { answerScheme } from './contributions.ts';

/**
 * Read-only documents for answers of tools and what we read in them, `opengauss-answer:/<path>`. A new answer under
 * the same path replaces the old one in the open editor.
 */
export class AnswerDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly texts = new Map<string, string>();
  private readonly listener: vscode.Disposable;

  readonly onDidChange = this.changed.event;

  constructor() {
    this.listener = vscode.workspace.onDidCloseTextDocument((document) => {
      if (document.uri.scheme === answerScheme) {
        this.texts.delete(document.uri.path);
      }
    });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? '';
  }

  /** Puts a text under a path and answers its address. The ending of the path decides the language. */
  put(path: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: answerScheme, path });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    return uri;
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }
}

/** Shows Markdown as a page, beside the text in front or in its place; as text when the editor's own Markdown extension is not there. */
export async function showMarkdown(
  uri: vscode.Uri,
  where: 'beside' | 'here' = 'beside',
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const markdown = vscode.extensions.getExtension('vscode.markdown-language-features');
  if (markdown !== undefined) {
    // Its commands are known only from then on.
    await markdown.activate();
    const command = where === 'here' ? 'markdown.showPreview' : 'markdown.showPreviewToSide';
    await vscode.commands.executeCommand(command, uri);
  } else {
    const column = where === 'here' ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(document, column);
  }
}
