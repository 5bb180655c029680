import { setTimeout as pause } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

describe('The dashboard', () => {
  after(closeEditors);

  it('has the nodes read while it is in sight, and costs no reading while it is not', async () => {
    const { api, id } = await openExplorer();
    await vscode.commands.executeCommand('openGauss.openDashboard', { topology: id });
    await vscode.commands.executeCommand('workbench.view.explorer');
    await eventually('readings for the dashboard alone', () =>
      !api.explorerVisible() && api.reading() ? true : undefined,
    );
    await eventually('a reading', () => api.snapshot(id));
    const document = await vscode.workspace.openTextDocument({ content: 'in front' });
    await vscode.window.showTextDocument(document, { preview: false });
    await eventually('no readings', () => !api.reading() || undefined);
    await eventually('nothing new for longer than two intervals', async () => {
      // A reading that was under way may still end.
      const before = api.snapshot(id)?.sequence;
      await pause(5000);
      return api.snapshot(id)?.sequence === before || undefined;
    });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await eventually('readings again', () => api.reading() || undefined);
    await closeEditors();
    await eventually('none after it was closed', () => !api.reading() || undefined);
  });
});
