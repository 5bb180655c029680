// A node is asked from the command palette: the tool's own answer, and beside it what it means.
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
    await eventually(
      'the nodes to choose from',
      () => workbench.choices(),
      (labels) =>
        ['production/dn0', 'recovery/dn0'].every((name) =>
          labels.some((label) => label.includes(name)),
        ),
    );
    await workbench.choose('recovery/dn0');
    await eventually(
      'the answer and its reading are open',
      () => workbench.tabs(),
      (titles) => titles.length >= 2 && titles.some((title) => title.includes('gs_ctl query')),
    );
    await eventually(
      'the answer',
      () => page.locator('.monaco-editor .view-lines').first().innerText(),
      (text) => /local_role\s*: Main Standby/.test(text.replaceAll('\u00a0', ' ')),
    );
    await workbench.picture('query');
  });
});
