// Nodes side by side: parameters that differ and how they are mended, SQL on all of them, logs, connections, preflight.
import assert from 'node:assert/strict';
import { appendFile, readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { LabNode } from '../lab/types.ts';
import { nodesRead, openSql } from './support/everyday.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

/** The newest server log of a node: its name tells the time. */
async function newestLog(node: LabNode): Promise<string> {
  const folder = join(node.dataDir, 'pg_log');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  const newest = names.at(-1);
  assert.ok(newest);
  return join(folder, newest);
}

describe('nodes side by side', () => {
  let session: Session;
  let standby: LabNode;
  before(async () => {
    session = await openSession();
    const found = session.lab.clusters[0]?.nodes[1];
    assert.ok(found);
    standby = found;
    await appendFile(join(standby.dataDir, 'postgresql.conf'), '\nmax_connections = 4321\n');
    await nodesRead(session.workbench);
  });
  after(() => session.close());

  it('marks a parameter that differs by mistake, filters, and copies the right value', async () => {
    const { page, workbench } = session;
    await workbench.command('openGauss: Compare Parameters of All Nodes');
    const table = workbench.webview();
    const row = table.locator('tbody tr', { hasText: 'max_connections' });
    await row.and(table.locator('.mistake')).waitFor();
    const odd = row.locator('button.odd', { hasText: '4321' });
    await odd.waitFor();
    await workbench.picture('drift');
    await table.locator('input[type=search]').fill('max_conn');
    await eventually(
      'only what was looked for',
      () => table.locator('tbody tr th span').allInnerTexts(),
      (names) => names.join() === 'max_connections',
    );
    const right = row.locator('td').first().locator('button');
    const value = (await right.locator('span').innerText()).trim();
    await right.click();
    await workbench.choose(`Copy ${value} to production/dn1`);
    await page.locator('.monaco-dialog-box', { hasText: 'after a restart' }).waitFor();
    await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Write' }).click();
    const conf = await eventually(
      'the file of the node',
      () => readFile(join(standby.dataDir, 'postgresql.conf'), 'utf8'),
      (text) => !text.includes('4321'),
    );
    assert.match(conf, new RegExp(`^max_connections = ${value}$`, 'm'));
    await row.and(table.locator('.mistake')).waitFor({ state: 'detached' });
    await workbench.closeEditors();
    await workbench.closeNotifications();
  });

  it('runs SQL on all nodes and marks what differs', async () => {
    const { page, workbench, lab } = session;
    await openSql(
      session,
      'all.sql',
      "select 1 as one, setting as port from pg_settings where name = 'port';\n",
    );
    await page.locator('.codelens-decoration', { hasText: 'Run on all nodes' }).first().click();
    const results = workbench.webview();
    await eventually(
      'four nodes',
      () => results.locator('section.group table').count(),
      (count) => count === 4,
    );
    const [, ...others] = lab.clusters.flatMap(({ nodes }) =>
      nodes.map(({ port }) => String(port)),
    );
    await eventually(
      'the ports that differ',
      () => results.locator('td.different').allInnerTexts(),
      (ports) => ports.join() === others.join(),
    );
    await workbench.picture('sql-all-nodes');
    await workbench.closeEditors();
  });

  it('follows a log that grows', async () => {
    const { workbench } = session;
    const file = await newestLog(standby);
    await workbench.command('openGauss: Follow Log');
    await workbench.choose('production/dn1');
    await workbench.choose(basename(file));
    await eventually(
      'the tab of the log',
      () => workbench.tabs(),
      (tabs) => tabs.some((tab) => tab.startsWith('postgresql-')),
    );
    const log = await eventually(
      'lines of the log',
      () => workbench.editorText(),
      (text) => text.includes('LOG:'),
    );
    assert.ok(!log.includes('nosuch_table'));
    await appendFile(
      file,
      '2026-01-01 00:00:00.000 ERROR:  relation "nosuch_table" does not exist\n',
    );
    await eventually(
      'the new line',
      () => workbench.editorText(),
      (text) => text.includes('nosuch_table'),
    );
    await workbench.picture('log');
    await workbench.closeEditors();
  });

  it('tries the connections between the nodes', async () => {
    const { workbench } = session;
    await workbench.command('openGauss: Check Connections Between Nodes');
    await workbench.webview().locator('table').first().waitFor({ timeout: 60_000 });
    await workbench.picture('connections');
    await workbench.closeEditors();
  });
});
