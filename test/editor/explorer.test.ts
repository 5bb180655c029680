import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as vscode from 'vscode';
import { commands } from '../../src/editor/contributions.ts';
import { allRows, eventually, extensionApi, openExplorer, rowOf } from './support/extension.ts';

describe('The extension in the editor', () => {
  it('registers every command of its table', async () => {
    await extensionApi();
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(commands).filter((id) => !known.has(id)),
      [],
    );
  });

  it('shows both clusters with roles, states and LSNs', async () => {
    const { api, id } = await openExplorer();
    const roles = await eventually('the roles of all nodes', () => {
      const found = ['production/dn0', 'production/dn1', 'recovery/dn0', 'recovery/dn1'].map(
        (node) => rowOf(api, `node:${id}/${node}`)?.description?.split(' · ')[0],
      );
      return found.includes('Unknown') || found.some((role) => role === 'Not read yet')
        ? undefined
        : found;
    });
    assert.deepEqual(roles, ['Primary', 'Standby', 'Main Standby', 'Standby']);
    const sent = await eventually('LSNs that were sent', () => {
      const found = allRows(api.tree()).filter((row) => row.label === 'Sent LSN');
      return found.length > 0 ? found : undefined;
    });
    for (const row of sent) {
      assert.match(row.description ?? '', /^[0-9A-F]+\/[0-9A-F]+$/);
    }
    await eventually('healthy', () => api.health(id)?.level === 'ok' || undefined);
  });

  it('reads only while something shows it', async () => {
    const { api } = await openExplorer();
    await eventually('readings', () => api.reading() || undefined);
    await vscode.commands.executeCommand('workbench.view.explorer');
    await eventually('no readings', () => !api.reading() || undefined);
    await vscode.commands.executeCommand('openGauss.clusters.focus');
    await eventually('readings again', () => api.reading() || undefined);
  });

  it('keeps rows and their ids from reading to reading', async () => {
    const { api, id } = await openExplorer();
    const nodes = (): string[] =>
      allRows(api.tree())
        .map((row) => row.id)
        .filter((one) => one.startsWith('node:') || one.startsWith('file:'));
    await eventually('the same rows two readings later', async () => {
      const first = await eventually('a reading', () => api.snapshot(id)?.sequence);
      const all = allRows(api.tree()).map((row) => row.id);
      assert.equal(new Set(all).size, all.length);
      const before = nodes();
      await eventually('the next readings', () =>
        (api.snapshot(id)?.sequence ?? 0) >= first + 2 ? true : undefined,
      );
      // The first reading of a node brings new rows.
      return before.length > 0 && before.join() === nodes().join() ? true : undefined;
    });
  });

  it('shows a frozen node, and that it is well again', async () => {
    const { api, id } = await openExplorer();
    const [entry] = api.topologies();
    const node = entry?.topology?.clusters[1]?.nodes[1];
    assert.ok(node);
    await eventually('the node', () =>
      api.snapshot(id)?.nodes.get(node.id)?.state.kind === 'ok' ? true : undefined,
    );
    const pid = Number(readFileSync(`${node.dataDir}/postmaster.pid`, 'utf8').split('\n', 1)[0]);
    assert.ok(pid > 1);
    process.kill(pid, 'SIGSTOP');
    try {
      await eventually('the frozen node', () => {
        const state = api.snapshot(id)?.nodes.get(node.id)?.state.kind;
        const icon = rowOf(api, `node:${id}/${node.id}`)?.icon.name;
        return state !== 'ok' && icon !== undefined && icon !== 'star-empty' ? true : undefined;
      });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually('the node well again', () =>
      api.snapshot(id)?.nodes.get(node.id)?.state.kind === 'ok' ? true : undefined,
    );
  });
});
