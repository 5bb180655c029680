// In a folder that the person does not trust nothing is contacted and nothing runs, whoever asks.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { commands } from '../../src/editor/contributions.ts';
import type { Calls } from './support/call-commands.ts';
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

describe('an untrusted folder, for somebody who calls commands by their ids', () => {
  let session: Session;
  let ran: string;
  before(async () => {
    session = await openSession({
      trust: 'asked',
      beside: 'test/ui/support/call-commands.ts',
      // One node is on the machine of the editor itself, and its gs_ctl leaves a trace.
      prepare: async (lab) => {
        ran = join(lab.dir, 'ran');
        const file = join(lab.workspace, 'opengauss.yaml');
        const text = await readFile(file, 'utf8');
        await writeFile(file, text.replace('host: prod', 'host: local'));
        for (const name of ['gs_ctl', 'gsql', 'pg_controldata', 'cm_ctl']) {
          const program = join(lab.host('prod').gaussHome, 'bin', name);
          await writeFile(program, `#!/bin/sh\necho "$0" >> '${ran}'\n`);
          await chmod(program, 0o755);
        }
      },
    });
    await session.page.getByRole('button', { name: /No, I don.t trust/ }).click();
  });
  after(() => session.close());

  it('contacts no host and runs no process, whatever is called', async () => {
    const { lab } = session;
    await writeFile(join(lab.workspace, 'go'), '');
    const file = join(lab.workspace, 'called.json');
    await eventually(
      'everything was called',
      () => Promise.resolve(existsSync(file)),
      (there) => there,
      90_000,
    );
    const calls = JSON.parse(await readFile(file, 'utf8')) as Calls;
    assert.equal(calls.trusted, false);
    const missing = Object.keys(commands).filter((id) => !calls.commands.includes(id));
    assert.deepEqual(missing, []);
    assert.match(calls.file, /trust/);
    assert.deepEqual(
      lab.hosts.map((host) => host.server.accepted),
      lab.hosts.map(() => 0),
    );
    assert.equal(existsSync(ran), false);
    await session.workbench.picture('untrusted-by-id');
  });
});
