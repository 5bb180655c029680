// The preflight check as a person sees it, on hosts with two things that are wrong.
import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('the preflight check', () => {
  let session: Session;
  before(async () => {
    session = await openSession({ bare: true, version: '5.0.0' });
  });
  after(() => session.close());

  it('shows which checks of the hosts passed and failed, and what to do', async () => {
    const { workbench, lab } = session;
    const machine = lab.host('prod');
    const node = /name: dn0[\s\S]*?port: (\d+)/.exec(
      await readFile(join(lab.workspace, 'opengauss.yaml'), 'utf8'),
    );
    const program = join(machine.gaussHome, 'bin', 'gs_initdb');
    assert.ok(node);
    const server = createServer().listen(Number(node[1]), '127.0.0.1');
    await rename(program, `${program}.away`);
    try {
      await workbench.command('openGauss: Preflight Check');
      await eventually(
        'the end is told',
        () => workbench.notifications(),
        (texts) => texts.some((text) => /2 of \d+ checks failed/.test(text)),
        60_000,
      );
      const page = workbench.webview();
      await page.getByText('Not found: gs_initdb').first().waitFor();
      await page
        .getByText(/wanted for production\/dn0 \(port\), is taken/)
        .first()
        .waitFor();
      await page.getByText('Choose another port in the topology').first().waitFor();
      await workbench.picture('preflight');
    } finally {
      await rename(`${program}.away`, program);
      await new Promise((resolve) => server.close(resolve));
    }
    await workbench.closeNotifications();
    await workbench.closeEditors();
  });
});
