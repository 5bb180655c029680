// gs_ddr: its query is read, its tasks wait in a terminal until the person presses Enter and answers.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';

import { nodesRead, planShown } from './support/everyday.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('gs_ddr', () => {
  let session: Session;
  let notes: string;

  before(async () => {
    session = await openSession();
    const { lab } = session;
    const machine = lab.host(lab.node('recovery/dn0').host);
    notes = join(machine.home, 'gs_ddr-notes');
    const program = join(machine.gaussHome, 'bin', 'gs_ddr');
    await writeFile(
      program,
      `#!/bin/sh
if [ "$2" = query ]; then
  echo "result:"
  echo "{'ddr_cluster_stat': 'recovery', 'ddr_failover_stat': '', 'ddr_switchover_stat': ''}"
  exit 0
fi
test -t 0 && echo "terminal: $*" >> '${notes}'
printf 'Ready to move on (yes/no)? '
read -r answer
echo "answer: $answer" >> '${notes}'
`,
    );
    await chmod(program, 0o755);
    await nodesRead(session.workbench);
  });
  after(() => session.close());

  it('shows the state of the relation', async () => {
    const { workbench } = session;
    await workbench.command('openGauss: Run gs_ddr…');
    await workbench.choose('recovery/dn0');
    await workbench.choose(/^query/);
    await eventually(
      'the answer is shown',
      () => workbench.tabs(),
      (tabs) =>
        tabs.some((tab) => tab.includes('gs_ddr query')) &&
        tabs.some((tab) => tab.startsWith('Preview')),
    );
  });

  it('is typed, and runs only when the person presses Enter; its question is his', async () => {
    const { workbench, page } = session;
    await workbench.command('openGauss: Run gs_ddr…');
    await workbench.choose('recovery/dn0');
    await workbench.choose(/^failover/);
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /gs_ddr -t failover/);
    await workbench.picture('gs-ddr-confirmation');
    await dialog.getByText('Type It into a Terminal').click();
    const terminal = page.locator('.terminal-wrapper.active .xterm');
    await terminal.waitFor();
    // Long enough for what would run by itself to run.
    await pause(3000);
    assert.equal(existsSync(notes), false);
    await terminal.click();
    await eventually(
      'gs_ddr runs on a terminal',
      async () => {
        if (existsSync(notes)) {
          return readFile(notes, 'utf8');
        }
        await page.keyboard.press('Enter');
        await pause(1000);
        return '';
      },
      (text) => text.startsWith('terminal: -t failover'),
    );
    await page.keyboard.type('no\n');
    await eventually(
      'the answer is the person’s',
      () => readFile(notes, 'utf8'),
      (text) => /answer: (no)?\n/.test(text),
    );
    await workbench.picture('gs-ddr-terminal');
  });
});

describe('clusters with the cluster manager', () => {
  let session: Session;
  before(async () => {
    session = await openSession({ version: '7.0.0', manager: true });
    await session.workbench.openContainer('openGauss');
    await eventually(
      'the managers are asked',
      () => session.workbench.rows(),
      (rows) => rows.filter(({ description }) => description.includes('CM Normal')).length === 2,
    );
  });
  after(() => session.close());

  /** Waits for the plan, runs it and types the name when it asks. */
  async function runPlan(command: RegExp, name: string, done: string): Promise<void> {
    const { workbench, page } = session;
    await planShown(workbench);
    await workbench.webview().locator('code', { hasText: command }).first().waitFor();
    await workbench.picture(`managed-plan-${name.replace('/', '-')}`);
    await workbench.closeNotifications();
    await workbench.titleAction('Run Plan').click();
    await eventually(
      done,
      async () => {
        const button = page.locator('.monaco-dialog-box').getByText('Run Plan', { exact: true });
        if (await button.isVisible()) {
          // One that was clicked already fades for a moment.
          await button.click({ timeout: 1000 }).catch(() => undefined);
        }
        return workbench.notifications();
      },
      (texts) => texts.includes(`${done}: done and verified.`),
      90_000,
    );
    await workbench.closeNotifications();
    await workbench.closeEditors();
  }

  it('restart a node through cm_ctl, as a plan that is proven', async () => {
    const { workbench } = session;
    await workbench.command('openGauss: Restart…');
    await workbench.choose('production/dn1');
    await runPlan(/cm_ctl stop -n 2 -I 6002/, 'production/dn1', 'Restart production/dn1');
  });

  it('switch over to a node from the tree', async () => {
    const { workbench } = session;
    // It has just been restarted, and the first row that matches must be this one.
    await eventually(
      'production/dn1 is read again',
      () => workbench.rows(),
      (rows) =>
        rows.find(({ label }) => label === 'dn1')?.description.startsWith('Standby') === true,
    );
    await workbench.contextMenu(/dn1.*Standby/, 'Switch Over…');
    await runPlan(
      /cm_ctl switchover -n 2/,
      'production/dn1',
      'Switch over to production/dn1 inside production',
    );
    await eventually(
      'the tree tells it',
      () => workbench.rows(),
      (rows) =>
        rows.find(({ label }) => label === 'dn1')?.description.startsWith('Primary') === true,
    );
    await workbench.picture('managed-switched');
  });

  it('are told what the manager does not do', async () => {
    const { workbench } = session;
    await workbench.command('openGauss: Fail Over…');
    await workbench.choose('recovery');
    await eventually(
      'the refusal with the way to do it',
      () => workbench.notifications(),
      (texts) => texts.some((text) => text.includes('gs_ddr -t failover')),
    );
  });
});
