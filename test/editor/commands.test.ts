import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

describe('Commands', () => {
  after(closeEditors);

  it('query a node: the raw answer in an editor, the reading beside', async () => {
    const { id } = await openExplorer();
    await vscode.commands.executeCommand('openGauss.queryNode', {
      topology: id,
      node: 'production/dn0',
    });
    const raw = await eventually('the raw answer', () =>
      vscode.workspace.textDocuments.find(
        (one) => one.uri.scheme === 'opengauss-answer' && one.uri.path.endsWith('.txt'),
      ),
    );
    assert.match(raw.getText(), /HA state:[\s\S]*local_role\s+: Primary[\s\S]*Senders info:/);
    const read = await eventually('the reading', () =>
      vscode.workspace.textDocuments.find(
        (one) => one.uri.scheme === 'opengauss-answer' && one.uri.path.endsWith('.md'),
      ),
    );
    assert.match(read.getText(), /\| Role \| Primary \|/);
  });

  it('open a terminal with the environment of the node', async (context) => {
    const { api, id } = await openExplorer();
    const node = api.topologies()[0]?.topology?.clusters[0]?.nodes[1];
    assert.ok(node);
    const folder = mkdtempSync(join(tmpdir(), 'opengauss-terminal-'));
    // The terminal may still run what was typed last.
    context.after(() =>
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }),
    );
    await vscode.commands.executeCommand('openGauss.openTerminal', {
      topology: id,
      node: node.id,
    });
    const terminal = await eventually('the terminal', () =>
      vscode.window.terminals.find((one) => one.name === node.id),
    );
    context.after(() => {
      terminal.dispose();
    });
    const file = join(folder, 'environment');
    const ask = `printf '%s\\n' "$GAUSSHOME" "$DSS_HOME" "$CM_CONFIG_PATH" "$PWD" "$PATH" > ${file}.new && mv ${file}.new ${file}`;
    // What is typed before the far end listens is lost, so it is typed until it is heard.
    await eventually('what the terminal says', async () => {
      terminal.sendText(ask);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return existsSync(file) || undefined;
    });
    const [home = '', dss, cm, folderThere, path = ''] = readFileSync(file, 'utf8').split('\n');
    assert.equal(home, node.env['GAUSSHOME']);
    assert.equal(dss, node.dssHome);
    assert.equal(cm, node.env['CM_CONFIG_PATH']);
    assert.equal(folderThere, node.dataDir);
    assert.ok(path.split(':').includes(`${home}/bin`));
  });

  it('open the topology that is there instead of making another', async () => {
    await openExplorer();
    await vscode.commands.executeCommand('openGauss.createTopology');
    await eventually('opengauss.yaml in an editor', () =>
      vscode.window.activeTextEditor?.document.uri.path.endsWith('/opengauss.yaml') === true
        ? true
        : undefined,
    );
  });

  it('show mistakes in opengauss.yaml while it is typed', async () => {
    const { api } = await openExplorer();
    const [entry] = api.topologies();
    assert.ok(entry);
    const editor = await vscode.window.showTextDocument(entry.uri);
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    await editor.edit((edit) => {
      edit.insert(end, '\nsurprise: true\n');
    });
    const [diagnostic] = await eventually('a finding', () => {
      const found = vscode.languages
        .getDiagnostics(entry.uri)
        .filter((one) => one.source === 'openGauss' && one.message.includes('surprise'));
      return found.length > 0 ? found : undefined;
    });
    assert.ok(diagnostic);
    assert.match(editor.document.lineAt(diagnostic.range.start.line).text, /surprise/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await eventually('no finding', () =>
      vscode.languages.getDiagnostics(entry.uri).length === 0 ? true : undefined,
    );
  });
});
