// A node's configuration file is edited over SSH, with its problems underlined while it is typed.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { nodesRead } from './support/everyday.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('editing a node’s postgresql.conf', () => {
  let session: Session;
  before(async () => {
    // Whether a suggestion is open when Enter is typed depends on the machine's speed.
    session = await openSession({ settings: { 'editor.acceptSuggestionOnEnter': 'off' } });
    const { workbench } = session;
    await nodesRead(workbench);
    await workbench.expand(/^dn0.*Primary/);
    await workbench.expand('Configuration files');
    await workbench.row('postgresql.conf').dblclick();
    await workbench.page.locator('.tab', { hasText: 'postgresql.conf' }).waitFor();
    await workbench.page.locator('.editor-group-container.active .view-line').first().click();
  });
  after(() => session.close());

  it('underlines what the server would refuse while it is typed', async () => {
    const { workbench, page } = session;
    await workbench.goTo(1);
    await page.keyboard.type('xlog_file_size = 64XB\nmax_conections = 10\n');
    await eventually(
      'the underlined words',
      () => page.locator('.squiggly-error').count(),
      (count) => count >= 2,
    );
    await eventually(
      'the messages',
      () => workbench.problems(),
      (messages) =>
        ['max_conections', 'xlog_file_size'].every((name) =>
          messages.some((text) => text.includes(name)),
        ),
    );
    await workbench.picture('configuration-problems');
  });

  it('has no problem any more when the lines are mended', async () => {
    const { workbench, page } = session;
    await page.locator('.editor-group-container.active .view-line').first().click();
    await workbench.goTo(1);
    for (let line = 0; line < 2; line++) await page.keyboard.press('Control+Shift+k');
    await eventually(
      'no underlined word',
      () => page.locator('.squiggly-error').count(),
      (count) => count === 0,
    );
  });

  it('saves to the node', async () => {
    const { workbench, page } = session;
    await workbench.goTo(1);
    await page.keyboard.type('# a comment of the test\n');
    await page.keyboard.press('Control+s');
    const file = join(session.lab.node('production/dn0').dataDir, 'postgresql.conf');
    await eventually(
      'the line in the file of the node',
      () => readFile(file, 'utf8'),
      (text) => text.startsWith('# a comment of the test\n'),
    );
    // The file stands on the node a moment before the editor hears that it was saved.
    await eventually(
      'a tab without unsaved changes',
      () => page.locator('.tab.dirty').count(),
      (count) => count === 0,
    );
  });
});
