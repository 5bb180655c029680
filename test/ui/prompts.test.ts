// The first contact with machines: an unknown host key and a password, each asked once, one at a time.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('the first contact with unknown machines', () => {
  let session: Session;
  let known: string;
  before(async () => {
    session = await openSession();
    const { lab } = session;
    known = join(lab.dir, 'known_hosts_of_the_test');
    await writeFile(known, '');
    await writeFile(
      lab.sshConfig,
      `Host *\n  UserKnownHostsFile ${known}\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking ask\n  IdentityFile none\n`,
    );
    const file = join(lab.workspace, 'opengauss.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^ *identityFile:.*\n/gm, ''));
    await session.workbench.openContainer('openGauss');
  });
  after(() => session.close());

  const asked = (text: string) =>
    session.page.locator('.notification-toast', { hasText: text }).first();

  it('says in the explorer what waits, and asks again what was refused', async () => {
    const { page, workbench } = session;
    await asked(' is not known yet').waitFor();
    const waiting = async () =>
      (await workbench.rows()).filter(({ aria }) => aria.includes('Host key: waits for you'));
    await eventually('the nodes that wait', waiting, (rows) => rows.length === 4);
    // Hidden by Escape, the question stays open; a click on the node shows it again.
    await page.keyboard.press('Escape');
    await asked(' is not known yet').waitFor({ state: 'hidden' });
    await workbench.picture('host-key-waits');
    await page.locator('.pane-body [role=treeitem]', { hasText: 'waits for you' }).first().click();
    await asked(' is not known yet').waitFor();
    await eventually('the same questions still', waiting, (rows) => rows.length === 4);
    // Refused, a host is left alone until the person connects again.
    const refused = async () =>
      (await workbench.rows()).filter(({ aria }) => aria.includes('host key not accepted'));
    for (const nodes of [2, 4]) {
      await asked(' is not known yet').getByRole('button', { name: 'Refuse' }).click();
      await eventually('the refusal', refused, (rows) => rows.length === nodes);
    }
    await workbench.picture('host-key-refused');
    await workbench.command('openGauss: Connect to the Hosts Again');
  });

  it('asks for each host key with its fingerprint and writes it down', async () => {
    // Whichever host answers first is asked about first.
    for (let remaining = ['prod', 'dr']; remaining.length > 0;) {
      const { page, lab } = session;
      await asked(' is not known yet').waitFor();
      const text = await eventually(
        'the next question',
        () => asked(' is not known yet').innerText(),
        (shown) => remaining.some((name) => shown.includes(`The host ${name} `)),
      );
      const name = remaining.find((one) => text.includes(`The host ${one} `)) ?? '';
      assert.match(text, new RegExp(escape(lab.host(name).hostKeyFingerprint)));
      if (remaining.length === 2) {
        await session.workbench.picture('host-key');
      }
      await page
        .locator('.notification-toast', { hasText: `The host ${name} ` })
        .getByRole('button', { name: 'Trust This Host' })
        .click();
      await answerPassword(lab.host(name).password);
      remaining = remaining.filter((one) => one !== name);
    }
    await eventually(
      'a line for each host',
      async () => (await readFile(known, 'utf8')).trim().split('\n'),
      (lines) => lines.length === session.lab.hosts.length,
    );
  });

  it('reads the nodes then, and asks nothing more', async () => {
    await eventually(
      'all nodes normal',
      () => session.workbench.rows(),
      (rows) => rows.filter(({ aria }) => aria.includes('Normal')).length === 4,
    );
    const questions = (await session.workbench.notifications()).filter((text) =>
      text.includes('is not known yet'),
    );
    assert.deepEqual(questions, []);
    await session.workbench.quickInput().waitFor({ state: 'hidden' });
  });

  /** Waits for the question, answers it and does not have the answer kept. */
  async function answerPassword(password: string): Promise<void> {
    const { page, workbench } = session;
    await page.locator('.quick-input-title', { hasText: 'Password' }).waitFor();
    await eventually(
      'a field that hides what is typed',
      () => workbench.quickInput().getAttribute('type'),
      (type) => type === 'password',
    );
    await workbench.quickInput().fill(password);
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await workbench.choose('Use it for this session only');
  }
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
