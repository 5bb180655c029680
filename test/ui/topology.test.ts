// A folder without a topology: what is said there, and how a topology file is made.
import assert from 'node:assert/strict';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { parseTopology } from '../../src/topology/parse.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

describe('a folder without a topology', () => {
  let session: Session;
  before(async () => {
    session = await openSession();
    await session.workbench.openContainer('openGauss');
    const file = join(session.lab.workspace, 'opengauss.yaml');
    await rename(file, `${file}.away`);
  });
  after(() => session.close());

  it('says what is missing and offers to make it', async () => {
    await session.page.getByRole('button', { name: 'Create Topology File' }).waitFor();
    await session.workbench.picture('welcome');
  });

  it('gets one from a few questions', async () => {
    const { page, workbench } = session;
    await page.getByRole('button', { name: 'Create Topology File' }).click();
    const step = async (number: number) => {
      await page.locator('.quick-input-title', { hasText: `(${number}/6)` }).waitFor();
    };
    await step(1);
    await workbench.picture('create-version');
    await workbench.choose('5.0.0');
    await step(2);
    await workbench.choose('simulation');
    await step(3);
    await eventually(
      'the hosts to choose from',
      () => workbench.choices(),
      (labels) => labels.join() === 'local,prod,dr',
    );
    await workbench.picture('create-hosts');
    await workbench.choose('prod');
    await page.keyboard.press('Enter');
    await step(4);
    await page.getByRole('button', { name: 'Back' }).click();
    await step(3);
    await page.keyboard.press('Enter');
    await step(4);
    await workbench.choose('dr');
    await page.keyboard.press('Enter');
    await step(5);
    await page.keyboard.press('Enter');
    await step(6);
    await page.keyboard.press('Enter');
    await eventually(
      'the file in an editor',
      () => workbench.tabs(),
      (tabs) => tabs.includes('opengauss.yaml'),
    );
    const text = await readFile(join(session.lab.workspace, 'opengauss.yaml'), 'utf8');
    const { topology, findings } = await parseTopology(text);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      topology?.clusters.map(({ name, nodes }) => [name, nodes.map(({ host }) => host)]),
      [
        ['production', ['prod', 'prod']],
        ['recovery', ['dr', 'dr']],
      ],
    );
    await workbench.picture('create-done');
  });
});
