import * as vscode from 'vscode';
import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { nodeIcon } from '../explorer/icons.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import type { NodeRef } from '../topology/service.ts';
import { terminalCommand, terminalEnvironment } from './command.ts';
import { NodePseudoterminal } from './pseudoterminal.ts';

/** "Open Terminal on Node": a shell on the node's host in its data directory, with the node's environment. */
export function registerTerminal(services: Services): void {
  services.commands.register('openGauss.openTerminal', async (argument) => {
    const ref = await pickNode(services, argument, t('Open Terminal on Node'));
    if (ref === undefined) {
      return;
    }
    (await openNodeTerminal(services, ref)).show();
  });
}

/**
 * A terminal on the host of a node with the node's environment, not shown yet. `typed`: words that stand in it as if somebody had
 * typed them; they are not run.
 */
export async function openNodeTerminal(
  services: Services,
  ref: NodeRef,
  typed?: string,
): Promise<vscode.Terminal> {
  const { node, entry } = ref;
  const state = services.monitors.snapshot(entry.id)?.nodes.get(node.id)?.state;
  const look = {
    name: node.id,
    iconPath: new vscode.ThemeIcon(state?.kind === 'ok' ? nodeIcon(state).name : 'database'),
  };
  const withWords = (terminal: vscode.Terminal): vscode.Terminal => {
    if (typed !== undefined) {
      terminal.sendText(typed, false);
    }
    return terminal;
  };
  const openHere = async (): Promise<vscode.Terminal> =>
    withWords(
      vscode.window.createTerminal({
        ...look,
        env: terminalEnvironment(node, process.env),
        ...((await isFolder(node.dataDir)) ? { cwd: node.dataDir } : {}),
      }),
    );
  if (node.host === 'local') {
    return openHere();
  }
  const pty = new NodePseudoterminal(`${node.id} (${node.host})`, async (options) => {
    const pool = services.hosts.pool(entry);
    pool.allowAgain(node.host);
    try {
      return await pool.openTerminal(node.host, terminalCommand(node), options);
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.code === 'no-terminal') {
        (await openHere()).show();
        return undefined;
      }
      throw thrown;
    }
  });
  return withWords(vscode.window.createTerminal({ ...look, pty }));
}

/** VS Code starts no terminal in a folder that is not there. */
async function isFolder(path: string): Promise<boolean> {
  const stat = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
    (found) => found,
    () => undefined,
  );
  return stat !== undefined && (stat.type & vscode.FileType.Directory) !== 0;
}
