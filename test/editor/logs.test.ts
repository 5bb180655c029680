import assert from 'node:assert/strict';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, describe, it } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, eventually, openExplorer } from './support/extension.ts';

describe('Following a log', () => {
  after(closeEditors);

  it('keeps up with ten thousand lines a second, keeps the last of them and says so', async () => {
    const { api, id } = await openExplorer();
    const node = api.topologies()[0]?.topology?.clusters[0]?.nodes[0];
    assert.ok(node);
    const file = join(node.dataDir, 'pg_log', 'postgresql-2099-01-01_000000.log');
    let written = 0;
    const lines = (count: number): string =>
      Array.from({ length: count }, () => `2099-01-01 00:00:00 [1] LOG:  line ${++written}\n`).join(
        '',
      );
    writeFileSync(file, lines(50));
    // The newest comes first in the list.
    const soon = Date.now() / 1000 + 3600;
    utimesSync(file, soon, soon);
    const asked = vscode.commands.executeCommand('openGauss.followLog', {
      topology: id,
      node: node.id,
    });
    const document = await eventually('the log', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return vscode.workspace.textDocuments.find(({ uri }) => uri.path.endsWith(file));
    });
    await asked;
    await eventually('its first lines', () => document.getText().includes('line 50') || undefined);
    // As fast as the clock lets it: a second's worth in ten parts.
    for (let part = 0; part < 40; part += 1) {
      appendFileSync(file, lines(1000));
      await pause(100);
    }
    const text = await eventually('the last line', () =>
      document.getText().includes(`line ${written}\n`) ? document.getText() : undefined,
    );
    assert.match(text, /^… \d+ earlier lines are not shown …\n/);
    assert.ok(
      document.lineCount > 9000 && document.lineCount <= 10_002,
      String(document.lineCount),
    );
    await eventually('the end is in view', () => {
      const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
      const seen = editor?.visibleRanges.at(-1)?.end.line ?? 0;
      return document.lineCount - seen < 80 || undefined;
    });
  });
});
