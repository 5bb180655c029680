import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

async function openTopology(): Promise<vscode.TextEditor> {
  const { api } = await openExplorer();
  const [entry] = api.topologies();
  assert.ok(entry);
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(entry.uri));
}

async function replace(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const { document } = editor;
  const at = document.getText().indexOf(from);
  assert.ok(at >= 0, `the lab’s topology has no ${from}`);
  const range = new vscode.Range(document.positionAt(at), document.positionAt(at + from.length));
  assert.ok(await editor.edit((edit) => edit.replace(range, to)));
}

async function revert(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.files.revert');
}

async function fixesAt(
  editor: vscode.TextEditor,
  code: string,
): Promise<readonly vscode.CodeAction[]> {
  const { uri } = editor.document;
  const diagnostic = await eventually(code, () =>
    vscode.languages.getDiagnostics(uri).find((each) => each.code === code),
  );
  return vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    diagnostic.range,
    vscode.CodeActionKind.QuickFix.value,
  );
}

describe('opengauss.yaml', () => {
  after(closeEditors);

  it('is mended by the light bulb', async () => {
    const editor = await openTopology();
    const before = editor.document.getText();
    await replace(editor, 'role: standby', 'role: stanby');
    const actions = await fixesAt(editor, 'topology-value');
    const fix = actions.find((each) => each.title === 'Replace by "standby"');
    assert.ok(fix?.edit, actions.map((each) => each.title).join(', '));
    assert.equal(fix.isPreferred, true);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.equal(editor.document.getText(), before);
    await revert();
  });

  it('is mended as a whole', async () => {
    const editor = await openTopology();
    const before = editor.document.getText();
    await replace(editor, 'role: standby', 'role: stanby');
    await replace(editor, 'version: 1', 'version: 2');
    await fixesAt(editor, 'topology-version');
    const all = (await fixesAt(editor, 'topology-value')).find(
      (each) => each.title === 'Mend all 2 problems of this file',
    );
    assert.ok(all?.edit);
    assert.ok(await vscode.workspace.applyEdit(all.edit));
    assert.equal(editor.document.getText(), before);
    await revert();
  });

  it('renames a port in the files of all nodes, and says what cannot be renamed', async () => {
    const { api } = await openExplorer();
    const [entry] = api.topologies();
    const [node] = entry?.topology?.clusters[0]?.nodes ?? [];
    assert.ok(entry && node);
    const editor = await openTopology();
    const { document } = editor;
    const at = document.getText().indexOf(`port: ${node.port}`);
    const place = document.positionAt(at + 'port: '.length + 1);
    const edit = await eventually('the edits', async () => {
      const found = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
        'vscode.executeDocumentRenameProvider',
        document.uri,
        place,
        '12345',
      );
      return found.entries().length > 1 ? found : undefined;
    });
    const files = edit.entries().map(([uri]) => uri.path);
    assert.ok(
      files.some((path) => path.endsWith('/opengauss.yaml')),
      files.join(', '),
    );
    assert.ok(files.some((path) => path.endsWith(`${node.dataDir}/postgresql.conf`)));
    assert.ok(
      edit.entries().some(([, edits]) => edits.some((each) => each.newText === '12345')),
      'a remote port of the other cluster',
    );
    await assert.rejects(
      Promise.resolve(
        vscode.commands.executeCommand(
          'vscode.prepareRename',
          document.uri,
          document.positionAt(document.getText().indexOf('role: standby') + 8),
        ),
      ),
      /Only the names of clusters, nodes and hosts/,
    );
  });
});
