import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

/** The text of an answer whose path ends so. */
async function answer(ending: string): Promise<string> {
  return eventually(ending, () => {
    const text = vscode.workspace.textDocuments
      .find((one) => one.uri.scheme === 'opengauss-answer' && one.uri.path.endsWith(ending))
      ?.getText();
    return text === '' ? undefined : text;
  });
}

describe('Tables of what the tools said', () => {
  after(closeEditors);

  it('show the control data, the raw text beside', async () => {
    const { id } = await openExplorer();
    await vscode.commands.executeCommand('openGauss.showControlData', {
      topology: id,
      node: 'production/dn0',
    });
    assert.match(await answer('pg_controldata.txt'), /Database system identifier:\s+\d+/);
    const page = await answer('pg_controldata.md');
    assert.match(page, /\| System identifier \| \d+ \|/);
    assert.match(page, /\| Cluster run mode \| primary cluster \|/);
  });

  it('show the replication channels of both clusters, with the node at the other end', async () => {
    const { id } = await openExplorer();
    await vscode.commands.executeCommand('openGauss.showReplication', { topology: id });
    const page = await answer('replication channels.md');
    assert.match(page, /\| production\/dn0 \| <span[^>]*>sends to<\/span> \| recovery\/dn0 \|/);
    assert.match(
      page,
      /\| recovery\/dn0 \| <span[^>]*>receives from<\/span> \| production\/dn0 \|/,
    );
    assert.match(await answer('replication channels.txt'), /Senders info:/);
  });

  it('show which node reaches which', async () => {
    const { id } = await openExplorer();
    await vscode.commands.executeCommand('openGauss.connectivity', { topology: id });
    const page = await answer('connections.md');
    assert.match(page, /\| production\/dn0 \| – \|/);
    // The servers of the lab listen, so that at least their ports are reached.
    assert.match(page, /✓/);
  });
});
