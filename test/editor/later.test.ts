import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

/** The text of the answer with this name, once it is there. */
async function answer(name: string): Promise<string> {
  return eventually(name, () => {
    const text = vscode.workspace.textDocuments
      .find((one) => one.uri.scheme === 'opengauss-answer' && one.uri.path.endsWith(name))
      ?.getText();
    return text === '' ? undefined : text;
  });
}

describe('Features that are loaded when they are first used', () => {
  after(closeEditors);

  it('do what was asked for on the first call and on the next', async () => {
    const { id } = await openExplorer();
    for (let call = 1; call <= 2; call += 1) {
      await vscode.commands.executeCommand('openGauss.connectivity', { topology: id });
      assert.match(await answer('connections.md'), /production\/dn0/);
      await closeEditors();
    }
  });

  it('load once when two of their commands are called at the same time', async () => {
    const { id } = await openExplorer();
    const node = 'production/dn1';
    await Promise.all([
      vscode.commands.executeCommand('openGauss.showControlData', { topology: id, node }),
      vscode.commands.executeCommand('openGauss.showReplication', { topology: id, node }),
    ]);
    await eventually('both answers', () => {
      const paths = vscode.workspace.textDocuments
        .filter((one) => one.uri.scheme === 'opengauss-answer')
        .map((one) => one.uri.path);
      return paths.length >= 2 || undefined;
    });
  });

  it('are all there: every command of the package has somebody who answers it', async () => {
    await openExplorer();
    const known = new Set(await vscode.commands.getCommands(true));
    const extension = vscode.extensions.all.find(({ id }) => id.endsWith('opengauss-dual-cluster'));
    const { contributes } = extension?.packageJSON as {
      contributes: { commands: readonly { command: string }[] };
    };
    const missing = contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });
});
