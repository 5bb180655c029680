// A node is asked from the command palette: the tool's own answer, and beside it what it means.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('querying a node', () => {
  let session: Session;
  before(async () => {
    session = await openSession();
  });
  after(() => session.close());

  it('shows the answer of gs_ctl query and its reading', async () => {
    const { workbench, page } = session;
    await workbench.command('openGauss: Query Node Status');
    const choices = await eventually(
      'the nodes to choose from',
      () => workbench.choices(),
      (labels) => labels.some((label) => label.includes('recovery/dn0')),
    );
    assert.ok(choices.some((label) => label.includes('production/dn0')));
    await workbench.choose('recovery/dn0');
    const tabs = await eventually(
      'the answer and its reading are open',
      () => workbench.tabs(),
      (titles) => titles.length >= 2,
    );
    assert.ok(
      tabs.some((title) => title.includes('gs_ctl query')),
      tabs.join(),
    );
    const text = await page.locator('.monaco-editor .view-lines').first().innerText();
    assert.match(text.replaceAll('\u00a0', ' '), /local_role\s*: Main Standby/);
    await workbench.picture('query');
  });
});
