import * as vscode from 'vscode';
import { t } from '../base/l10n.ts';
import { answerScheme } from './contributions.ts';

/** Texts that are kept. The editor closes a document behind a page after a while, so closing is no reason to forget. */
const capacity = 100;

/**
 * Read-only documents for answers of tools and what we read in them, `opengauss-answer:/<path>`. A new answer under
 * the same path replaces the old one in the open editor.
 */
export class AnswerDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly texts = new Map<string, string>();

  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.path) ??
      t('This answer is no longer kept. Run its command again for a new one.')
    );
  }

  /** Puts a text under a path and answers its address. The ending of the path decides the language. */
  put(path: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: answerScheme, path });
    // Put in anew, so that the oldest stand first.
    this.texts.delete(uri.path);
    this.texts.set(uri.path, text);
    this.forgetOldest();
    this.changed.fire(uri);
    return uri;
  }

  private forgetOldest(): void {
    if (this.texts.size <= capacity) {
      return;
    }
    const open = new Set(
      vscode.workspace.textDocuments
        .filter(({ uri }) => uri.scheme === answerScheme)
        .map(({ uri }) => uri.path),
    );
    const oldest = [...this.texts.keys()].find((path) => !open.has(path));
    if (oldest !== undefined) {
      this.texts.delete(oldest);
    }
  }

  dispose(): void {
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
