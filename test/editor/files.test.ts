import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

async function nodeFile(
  name: string,
): Promise<{ readonly uri: vscode.Uri; readonly path: string }> {
  const { api, id } = await openExplorer();
  const node = api.topologies()[0]?.topology?.clusters[1]?.nodes[1];
  assert.ok(node);
  const path = `${node.dataDir}/${name}`;
  return {
    path,
    uri: vscode.Uri.from({ scheme: 'opengauss', authority: id, path: `/${node.id}${path}` }),
  };
}

async function edited(uri: vscode.Uri, line: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  await editor.edit((edit) => {
    edit.insert(document.lineAt(document.lineCount - 1).range.end, line);
  });
  return document;
}

describe('Files on nodes', () => {
  after(closeEditors);

  it('are read, edited and saved, with the mode kept', async () => {
    const { uri, path } = await nodeFile('postgresql.conf');
    const before = readFileSync(path, 'utf8');
    const { mode } = statSync(path);
    const document = await edited(uri, '\n# saved by a test\n');
    assert.equal(document.getText(), `${before}\n# saved by a test\n`);
    assert.ok(await document.save());
    assert.equal(readFileSync(path, 'utf8'), document.getText());
    assert.equal(statSync(path).mode, mode);
  });

  it('are not overwritten when somebody else has changed them', async () => {
    const { uri, path } = await nodeFile('postgresql.conf');
    const document = await edited(uri, '\n# mine\n');
    const theirs = `${readFileSync(path, 'utf8')}\n# theirs\n`;
    writeFileSync(path, theirs);
    assert.equal(await document.save(), false);
    assert.equal(readFileSync(path, 'utf8'), theirs);
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await eventually('their text', () => (document.getText() === theirs ? true : undefined));
  });

  it('are listed, and are said to be missing when they are', async () => {
    const { uri } = await nodeFile('postgresql.conf');
    const folder = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(uri, '..'));
    assert.ok(
      folder.some(([name, type]) => name === 'pg_hba.conf' && type === vscode.FileType.File),
    );
    const missing = vscode.Uri.joinPath(uri, '..', 'no-such-file');
    await assert.rejects(
      Promise.resolve(vscode.workspace.fs.readFile(missing)),
      (error: unknown) => error instanceof vscode.FileSystemError && error.code === 'FileNotFound',
    );
  });

  it('can not be removed or renamed from here', async () => {
    const { uri } = await nodeFile('postgresql.conf');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.delete(uri)));
    await assert.rejects(
      Promise.resolve(vscode.workspace.fs.rename(uri, vscode.Uri.joinPath(uri, '..', 'other'))),
    );
    assert.ok(await vscode.workspace.fs.stat(uri));
  });
});
