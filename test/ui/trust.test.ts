// In a folder that the person does not trust nothing is contacted and nothing runs, whoever asks.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('an untrusted folder', () => {
  let session: Session;
  before(async () => {
    session = await openSession({ trust: 'asked' });
    await session.page.getByRole('button', { name: /No, I don.t trust/ }).click();
    await session.workbench.openContainer('openGauss');
  });
  after(() => session.close());

  const connections = () => session.lab.hosts.map((host) => host.server.accepted);

  it('shows what the topology says, and that nothing is read', async () => {
    const rows = await eventually(
      'the nodes of the topology',
      () => session.workbench.rows(),
      (all) => all.filter(({ label }) => /^dn\d$/.test(label)).length === 4,
    );
    assert.ok(rows.every(({ aria }) => !/Primary|Standby/.test(aria)));
    await session.page.getByText('no host is contacted').first().waitFor();
    await session.workbench.picture('untrusted');
  });

  it('refuses commands that would reach a host', async () => {
    for (const title of ['openGauss: Query Node Status', 'openGauss: Open Terminal on Node']) {
      await session.workbench.command(title);
      await eventually(
        `${title} is refused`,
        () => session.workbench.notifications(),
        (all) => all.some((text) => text.includes('not trusted')),
      );
      await session.workbench.command('Notifications: Clear All Notifications');
    }
    assert.deepEqual(
      connections(),
      session.lab.hosts.map(() => 0),
    );
  });
});
