import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { ExplorerItem } from '../../../src/editor/explorer/item.ts';
import type { TestApi } from '../../../src/editor/test-api.ts';

export const extensionId = 'opengauss-dual-cluster.opengauss-dual-cluster';

/** What the extension shows to tests; activates it when it is not active yet. */
export async function extensionApi(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi | undefined>(extensionId);
  assert.ok(extension, `the extension ${extensionId} is not there`);
  const api = await extension.activate();
  assert.ok(api, 'the extension shows nothing to tests');
  return api;
}

/** Waits until the look answers something; rejects with what was seen last. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limit = 30_000,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${limit / 1000} s: ${what}`);
    }
    await pause(50);
  }
}

/** The lab's topology, with the explorer in sight. */
export async function openExplorer(): Promise<{ readonly api: TestApi; readonly id: string }> {
  const api = await extensionApi();
  await vscode.commands.executeCommand('openGauss.clusters.focus');
  await api.ready();
  const [entry] = api.topologies();
  assert.ok(entry, 'the workspace has no topology');
  return { api, id: entry.id };
}

/** All rows of the explorer. */
export function allRows(items: readonly ExplorerItem[]): readonly ExplorerItem[] {
  return items.flatMap((item) => [item, ...allRows(item.children)]);
}

/** The row with an id. */
export function rowOf(api: TestApi, id: string): ExplorerItem | undefined {
  return allRows(api.tree()).find((item) => item.id === id);
}

/** Closes all editors without asking. */
export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
