// What an operator does every day: look at the dashboard, run SQL, verify, read logs.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { nodesRead, runSqlOnPrimary } from './support/everyday.ts';
import { signalServer } from './support/faults.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('operating a dual cluster', () => {
  let session: Session;
  before(async () => {
    session = await openSession();
    const { workbench } = session;
    await nodesRead(workbench);
  });
  after(() => session.close());

  it('the dashboard draws both sites and the replication between them, and follows a fault', async () => {
    const { workbench, lab } = session;
    await workbench.command('openGauss: Open Dashboard');
    const page = workbench.webview();
    await page.locator('.verdict.ok').waitFor();
    await page.locator('.verdict', { hasText: 'Healthy' }).waitFor();
    await eventually(
      'both sites',
      () => page.locator('.site h2 > span').allInnerTexts(),
      (names) => names.join() === 'production,recovery',
    );
    await eventually(
      'the roles of the nodes',
      () => page.locator('.node .role').allInnerTexts(),
      (roles) => roles.join() === 'Primary,Standby,Main Standby,Standby',
    );
    await page.locator('.link.ok', { hasText: 'Streaming' }).waitFor();
    await workbench.picture('dashboard');
    // A new reading leaves alone what the person uses.
    const node = page.locator('.node').first();
    const shown = await node.elementHandle();
    await page.locator('vscode-dropdown').click();
    await page.locator('vscode-option', { hasText: 'Last hour' }).click();
    await node.focus();
    const readAt = await page.locator('.read').innerText();
    await eventually(
      'another reading',
      () => page.locator('.read').innerText(),
      (text) => text !== readAt,
    );
    assert.equal(await shown.isVisible(), true, 'it was replaced by another');
    assert.equal(await page.locator('.node:focus').count(), 1);
    const chosen = page.locator('vscode-option[aria-selected="true"]');
    assert.equal((await chosen.textContent())?.trim(), 'Last hour');
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
    const { workbench } = session;
    await runSqlOnPrimary(session, 'openGauss: Run SQL on a Node');
    const results = workbench.webview();
    await eventually(
      'the row',
      () => results.locator('tbody td').allInnerTexts(),
      (cells) => cells.join() === '1,x|y,NULL',
    );
    await eventually(
      'the types of its columns',
      () => results.locator('thead .type').allInnerTexts(),
      (types) => types.join() === 'integer,text,text',
    );
    await results
      .locator('.error', { hasText: 'nosuch' })
      .filter({ hasText: 'query.sql:2:8' })
      .waitFor();
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
    await workbench.webview().locator('h1').waitFor();
    await workbench.picture('verify-report');
  });
});
