import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { AnswerDocuments } from '../answers.ts';
import { answerScheme } from '../contributions.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { queryReport } from './report.ts';

/** "Query Node Status": the raw output of `gs_ctl query` in an editor, with what we read in it beside. */
export function registerQuery(services: Services): void {
  const answers = services.add(new AnswerDocuments());
  services.add(vscode.workspace.registerTextDocumentContentProvider(answerScheme, answers));
  services.commands.register('openGauss.queryNode', async (argument) => {
    const ref = await pickNode(services, argument, t('Query Node Status'));
    if (ref === undefined) {
      return;
    }
    const { node, entry } = ref;
    const reading = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Window,
        title: t('Querying {0}', node.id),
      },
      async () => services.monitors.read(ref),
    );
    const folder = `/${entry.id}/${node.id}`;
    const raw = answers.put(`${folder}/gs_ctl query.txt`, reading.raw);
    const report = answers.put(
      `${folder}/gs_ctl query.md`,
      queryReport(node, reading.query, reading.time),
    );
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(raw), {
      viewColumn: vscode.ViewColumn.One,
      preview: false,
    });
    await showBeside(report);
  });
}

/** Shows Markdown as a page when the editor's own Markdown extension is there, as text when it is not. */
async function showBeside(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const known = await vscode.commands.getCommands(true);
  if (known.includes('markdown.showPreviewToSide')) {
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  } else {
    await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
  }
}
