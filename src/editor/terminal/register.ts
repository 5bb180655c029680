import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';
import { nodeIcon } from '../explorer/icons.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { terminalCommand, terminalEnvironment } from './command.ts';
import { NodePseudoterminal } from './pseudoterminal.ts';

/** "Open Terminal on Node": a shell on the node's host in its data directory, with the node's environment. */
export function registerTerminal(services: Services): void {
  services.commands.register('openGauss.openTerminal', async (argument) => {
    const ref = await pickNode(services, argument, t('Open Terminal on Node'));
    if (ref === undefined) {
      return;
    }
    const { node, entry } = ref;
    const state = services.monitors.snapshot(entry.id)?.nodes.get(node.id)?.state;
    const look = {
      name: node.id,
      iconPath: new vscode.ThemeIcon(state?.kind === 'ok' ? nodeIcon(state).name : 'database'),
    };
    const terminal =
      node.host === 'local'
        ? vscode.window.createTerminal({
            ...look,
            ...((await isFolder(node.dataDir)) ? { cwd: node.dataDir } : {}),
            env: terminalEnvironment(node, process.env),
          })
        : vscode.window.createTerminal({
            ...look,
            pty: new NodePseudoterminal(`${node.id} (${node.host})`, (options) =>
              services.hosts.openTerminal(ref, terminalCommand(node), options),
            ),
          });
    terminal.show();
  });
}

/** VS Code starts no terminal in a folder that is not there. */
async function isFolder(path: string): Promise<boolean> {
  const stat = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
    (found) => found,
    () => undefined,
  );
  return stat !== undefined && (stat.type & vscode.FileType.Directory) !== 0;
}
