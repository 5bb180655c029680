import * as vscode from 'vscode';
import { sentences, t } from '../../base/l10n.ts';
import { remoteSshMissing } from '../errors.ts';
import { pickNode } from '../nodes.ts';
import type { Services } from '../services.ts';
import { remoteAuthority } from './authority.ts';

const remoteSsh = 'ms-vscode-remote.remote-ssh';

/** "Open Node in a Remote-SSH Window": a window on the node's host, in its data directory. */
export function registerRemote(services: Services): void {
  services.commands.register('openGauss.openRemoteWindow', async (argument) => {
    const ref = await pickNode(services, argument, t('Open Node in a Remote-SSH Window'));
    if (ref === undefined) {
      return;
    }
    const { node, topology } = ref;
    if (node.host === 'local') {
      await openFolder(here(node.dataDir));
      return;
    }
    if (!(await hasRemoteSsh())) {
      const install = t('Show Extension');
      const missing = remoteSshMissing();
      const answer = await vscode.window.showErrorMessage(
        sentences(missing.message, missing.remedy),
        install,
      );
      if (answer === install) {
        await vscode.commands.executeCommand('workbench.extensions.search', `@id:${remoteSsh}`);
      }
      return;
    }
    await openFolder(
      vscode.Uri.from({
        scheme: 'vscode-remote',
        authority: remoteAuthority(node.host, topology.hosts[node.host]),
        path: node.dataDir,
      }),
    );
  });
}

/** A folder of the machine that the extension runs on, also when that is a remote one already. */
function here(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder?.scheme === 'vscode-remote' ? folder.with({ path }) : vscode.Uri.file(path);
}

async function openFolder(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}

/**
 * Remote - SSH runs beside the user interface, so that an extension in a remote window does not see it; there its
 * commands tell that it is installed. Others that serve the same addresses are as good.
 */
async function hasRemoteSsh(): Promise<boolean> {
  if (
    vscode.env.remoteName === 'ssh-remote' ||
    vscode.extensions.getExtension(remoteSsh) !== undefined ||
    vscode.extensions.getExtension('jeanp413.open-remote-ssh') !== undefined
  ) {
    return true;
  }
  const known = await vscode.commands.getCommands(true);
  return known.some((id) => id.startsWith('opensshremotes.') || id.startsWith('openremotessh.'));
}
