// What an operator does every day: look at the dashboard, run SQL, verify, read logs.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { signalServer } from './support/faults.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('operating a dual cluster', () => {
  let session: Session;
  before(async () => {
    session = await openSession();
    const { workbench } = session;
    await workbench.openContainer('openGauss');
    await eventually(
      'the nodes are read',
      () => workbench.rows(),
      (rows) => rows.some(({ description }) => description.includes('Main Standby')),
    );
  });
  after(() => session.close());

  it('the dashboard draws both sites and the replication between them, and follows a fault', async () => {
    const { workbench, lab } = session;
    await workbench.command('openGauss: Open Dashboard');
    const page = workbench.webview();
    await page.locator('.verdict.ok').waitFor();
    assert.match(await page.locator('.verdict').innerText(), /Healthy/);
    assert.deepEqual(await page.locator('.site h2 > span').allInnerTexts(), [
      'production',
      'recovery',
    ]);
    assert.deepEqual(await page.locator('.node .role').allInnerTexts(), [
      'Primary',
      'Standby',
      'Main Standby',
      'Standby',
    ]);
    assert.match(await page.locator('.link.ok').innerText(), /Streaming/);
    await workbench.picture('dashboard');
    const standby = lab.clusters[1]?.nodes[1];
    assert.ok(standby);
    await signalServer(standby, 'SIGKILL');
    await page.locator('.verdict.warning').waitFor();
    await eventually(
      'the event is told',
      () => page.locator('.events li').allInnerTexts(),
      (events) => events.some((text) => text.includes('recovery/dn1 went down')),
    );
    await workbench.picture('dashboard-node-down');
    // The table behind the picture says the same.
    await page.locator('details[data-chart=sites] > summary').click();
    await eventually(
      'the table',
      () => page.locator('details[data-chart=sites] td').allInnerTexts(),
      (cells) => cells.includes('Offline'),
    );
    await workbench.closeEditors();
  });

  it('says why a node is down', async () => {
    const { workbench } = session;
    await workbench.command('openGauss: Why Is This Node Down?');
    await workbench.choose('recovery/dn1');
    const page = workbench.webview();
    await page.getByText('Why is recovery/dn1 down?').waitFor();
    await page.getByText('which is gone').first().waitFor();
    await page.getByText('Remedy').first().waitFor();
    await workbench.picture('why-down');
    await workbench.closeEditors();
  });

  it('runs SQL on a node and shows types, NULL and errors', async () => {
    const { page, workbench, lab } = session;
    await writeFile(
      join(lab.workspace, 'query.sql'),
      "select 1 as id, 'x|y' as text, null as nothing;\nselect nosuch from pg_class;\n",
    );
    await page.keyboard.press('Control+p');
    await workbench.quickInput().fill('query.sql');
    await workbench.choose('query.sql');
    await page.locator('.codelens-decoration', { hasText: 'Run on' }).first().waitFor();
    await workbench.command('openGauss: Run SQL on a Node');
    await workbench.choose('production/dn0');
    const results = workbench.webview();
    await results.locator('td').first().waitFor();
    assert.deepEqual(await results.locator('tbody td').allInnerTexts(), ['1', 'x|y', 'NULL']);
    assert.deepEqual(await results.locator('thead .type').allInnerTexts(), [
      'integer',
      'text',
      'text',
    ]);
    await results.locator('.error', { hasText: 'nosuch' }).waitFor();
    assert.match(await results.locator('.error').innerText(), /query\.sql:2:8/);
    await workbench.picture('sql-results');
    await workbench.closeEditors();
  });

  it('verifies the replication and opens a report', async () => {
    const { workbench } = session;
    await workbench.command('openGauss: Verify Replication');
    await eventually(
      'the verdict is told',
      () => workbench.notifications(),
      (texts) => texts.some((text) => /Not proven: \d+ passed/.test(text)),
      60_000,
    );
    await workbench.picture('verify-report');
  });
});
