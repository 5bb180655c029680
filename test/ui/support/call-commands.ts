// An extension beside ours that knows all ids: it calls every command, with and without arguments.
import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

import { extensionApi } from '../../editor/support/extension.ts';

/** What was called, for the test outside. */
export interface Calls {
  readonly trusted: boolean;
  readonly commands: readonly string[];
  /** What the file system for files on nodes answered. */
  readonly file: string;
}

export function activate(): void {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  appendFileSync(join(folder, 'calling.txt'), 'here\n');
  callAll(folder).then(
    (calls) => {
      tell(folder, calls);
    },
    (thrown: unknown) => {
      tell(folder, { failure: String(thrown) });
    },
  );
}

/** Writes what was called, whole at once: the test outside reads the file as soon as it is there. */
function tell(folder: string, value: unknown): void {
  const file = join(folder, 'called.json');
  writeFileSync(`${file}.new`, JSON.stringify(value));
  renameSync(`${file}.new`, file);
}

/** Waits for `go` in the workspace, then calls everything. */
async function callAll(folder: string): Promise<Calls> {
  while (!existsSync(join(folder, 'go'))) {
    await pause(100);
  }
  const api = await extensionApi();
  await Promise.race([api.ready(), pause(5000)]);
  const topology = api.topologies()[0];
  const node = topology?.topology?.clusters[0]?.nodes[0]?.id;
  const target = { topology: topology?.id, node };
  const all = await vscode.commands.getCommands(true);
  const commands = [
    ...all.filter((id) => /^openGauss\./.test(id) && !/\.(removeView|resetViewLocation)$/.test(id)),
    'testing.refreshTests',
    'testing.runAll',
  ];
  const handed: unknown[] = [undefined, target, { target, contextValue: 'node', label: node }];
  for (const id of commands) {
    for (const argument of handed) {
      // Some ask a question that nobody answers; whoever contacts a host has begun to by then.
      const call = Promise.resolve(
        vscode.commands.executeCommand(id, ...(argument === undefined ? [] : [argument])),
      ).catch(() => undefined);
      await Promise.race([call, pause(100)]);
      await Promise.race([
        vscode.commands.executeCommand('workbench.action.closeQuickOpen'),
        pause(100),
      ]);
      appendFileSync(join(folder, 'calling.txt'), `${id}\n`);
    }
  }
  const dataDir = topology?.topology?.clusters[0]?.nodes[0]?.dataDir ?? '';
  const uri = vscode.Uri.from({
    scheme: 'opengauss',
    authority: topology?.id ?? '',
    path: `/${node ?? ''}${dataDir}/postgresql.conf`,
  });
  const file = await Promise.resolve(vscode.workspace.fs.readFile(uri)).then(
    () => 'read',
    (thrown: unknown) => String(thrown),
  );
  return { trusted: vscode.workspace.isTrusted, commands, file };
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));
}
