import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

/** A node's postgresql.conf, opened as the explorer opens it. */
async function openConf(node = 'production/dn0'): Promise<vscode.TextEditor> {
  const { id } = await openExplorer();
  const spec = (await openExplorer()).api
    .topologies()[0]
    ?.topology?.clusters.flatMap((cluster) => cluster.nodes)
    .find((each) => each.id === node);
  assert.ok(spec);
  await vscode.commands.executeCommand('openGauss.openConfiguration', {
    topology: id,
    node,
    path: `${spec.dataDir}/postgresql.conf`,
  });
  return eventually('the editor', () => {
    const editor = vscode.window.activeTextEditor;
    return editor?.document.uri.path.endsWith('/postgresql.conf') === true &&
      editor.document.languageId === 'opengauss-conf'
      ? editor
      : undefined;
  });
}

function codes(uri: vscode.Uri): string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .map((each) => (typeof each.code === 'string' ? each.code : ''));
}

/** Takes back what a test has typed. */
async function revert({ document }: vscode.TextEditor): Promise<void> {
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await eventually('the file as it is on the node', () => !document.isDirty || undefined);
}

async function append(editor: vscode.TextEditor, text: string): Promise<void> {
  const { document } = editor;
  assert.ok(
    await editor.edit((edit) => edit.insert(document.positionAt(document.getText().length), text)),
  );
}

describe('Configuration files', () => {
  after(closeEditors);

  it('underline what is wrong while it is typed, and mend it with a quick fix', async () => {
    const editor = await openConf();
    const { uri } = editor.document;
    await append(editor, '\nprot = 1\n');
    const diagnostic = await eventually('the finding', () =>
      vscode.languages.getDiagnostics(uri).find((each) => each.code === 'unknown-parameter'),
    );
    assert.match(diagnostic.message, /unrecognized configuration parameter "prot"/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      diagnostic.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find((each) => each.title.includes('port'));
    assert.ok(fix?.edit, actions.map((each) => each.title).join(', '));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await eventually('no finding', () => !codes(uri).includes('unknown-parameter') || undefined);
    await revert(editor);
  });

  it('are compared with those of the other nodes', async () => {
    const editor = await openConf();
    const { document } = editor;
    const at = document.getText().lastIndexOf('localport=');
    assert.ok(at > 0);
    const start = document.positionAt(at + 'localport='.length);
    const end = document.getWordRangeAtPosition(start, /\d+/)?.end ?? start;
    assert.ok(await editor.edit((edit) => edit.replace(new vscode.Range(start, end), '1234')));
    await eventually(
      'the finding',
      () => codes(document.uri).includes('replconninfo-local-port') || undefined,
    );
    await revert(editor);
  });

  it('name files that are not there on the node', async () => {
    const editor = await openConf('recovery/dn1');
    const { uri } = editor.document;
    await append(editor, "\nhba_file = '/no/such/pg_hba.conf'\ninclude 'gone.conf'\n");
    await eventually(
      'the findings',
      () =>
        (codes(uri).includes('path-missing') && codes(uri).includes('include-missing')) ||
        undefined,
    );
    await revert(editor);
    await eventually('no finding', () => !codes(uri).includes('path-missing') || undefined);
  });

  it('offer names, explain them, and lead to the line that wins', async () => {
    const editor = await openConf();
    const { uri } = editor.document;
    await append(editor, '\nxlog_fi');
    const end = editor.document.positionAt(editor.document.getText().length);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      end,
    );
    assert.ok(list.items.some((each) => each.label === 'xlog_file_path'));
    const place = editor.document.positionAt(
      editor.document.getText().indexOf('application_name') + 2,
    );
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      place,
    );
    const text = hovers
      .flatMap((each) =>
        each.contents.map((one) => (one instanceof vscode.MarkdownString ? one.value : '')),
      )
      .join('\n');
    assert.match(text, /\*\*application_name\*\*[\s\S]*after a reload/);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      uri,
    );
    assert.ok(symbols.length > 0);
    await revert(editor);
  });

  it('of all nodes are checked by one command', async () => {
    await openExplorer();
    await closeEditors();
    await vscode.commands.executeCommand('openGauss.checkConfiguration');
    const errors = (): string[] =>
      vscode.languages
        .getDiagnostics()
        .filter(([uri]) => uri.scheme === 'opengauss')
        .flatMap(([uri, list]) =>
          list
            .filter((each) => each.severity === vscode.DiagnosticSeverity.Error)
            .map((each) => `${uri.path}: ${each.message}`),
        );
    // What the tests before have typed and taken back is looked at again a moment later.
    await eventually('no errors', () => errors().length === 0 || undefined).catch(() => undefined);
    assert.deepEqual(errors(), [], 'the lab’s own files have no errors');
  });
});

describe('A plain postgresql.conf', () => {
  it('outside of a topology’s folder is left alone', async () => {
    const document = await vscode.workspace.openTextDocument({
      content: 'no_such = 1\n',
      language: 'properties',
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
    assert.equal(document.languageId, 'properties');
  });
});
