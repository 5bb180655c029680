import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { nodeScheme } from '../contributions.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { configurationFiles } from './configuration-files.ts';
import { nodeFileUri } from './node-uri.ts';
import { NodeFileSystem } from './provider.ts';
import type { SaveConflict } from './provider.ts';

/** Files on nodes: the file system `opengauss://`, its conflicts, and "Open Configuration". */
export function registerFiles(services: Services): void {
  const files = services.add(new NodeFileSystem(services));
  services.add(
    vscode.workspace.registerFileSystemProvider(nodeScheme, files, { isCaseSensitive: true }),
  );
  services.add(
    files.onConflict((conflict) => {
      services.reporter.background('conflict', settle(files, conflict));
    }),
  );
  services.commands.register('openGauss.openConfiguration', async (argument) => {
    const ref = await pickNode(services, argument, t('Open Configuration'));
    if (ref === undefined) {
      return;
    }
    const paths = configurationFiles(ref.node);
    const wanted = fileOf(argument);
    const path =
      wanted ??
      (
        await vscode.window.showQuickPick(
          paths.map((one) => ({
            label: one.split('/').pop() ?? one,
            description: one,
            iconPath: new vscode.ThemeIcon('settings-gear'),
            path: one,
          })),
          { title: t('Configuration files of {0}', ref.node.id), matchOnDescription: true },
        )
      )?.path;
    if (path !== undefined) {
      const uri = vscode.Uri.parse(nodeFileUri(ref.entry.id, ref.node, path), true);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), {
        preview: false,
      });
    }
  });
}

/** The path that a caller named besides the node. */
function fileOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const { path } = argument as { readonly path?: unknown };
  return !(argument instanceof vscode.Uri) && typeof path === 'string' ? path : undefined;
}

/** Offers the difference between what is on the node and what the user wanted to save. */
async function settle(files: NodeFileSystem, conflict: SaveConflict): Promise<void> {
  const { uri, content } = conflict;
  const compare = t('Compare');
  const overwrite = t('Overwrite');
  const name = uri.path.split('/').pop() ?? uri.path;
  const answer = await vscode.window.showWarningMessage(
    t('{0} was changed on the node since you opened it. Nothing was saved.', name),
    compare,
    overwrite,
  );
  if (answer === compare) {
    await files.accept(uri);
    await vscode.window.showTextDocument(uri);
    await vscode.commands.executeCommand('workbench.files.action.compareWithSaved', uri);
  } else if (answer === overwrite) {
    await files.overwrite(conflict);
    const document = await vscode.workspace.openTextDocument(uri);
    if (document.isDirty && document.getText() === new TextDecoder().decode(content)) {
      // The editor holds what is in the file now; reverting tells it so.
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
  }
}
