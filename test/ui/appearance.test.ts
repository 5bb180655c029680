// Pictures of the window for people to look at, in the themes and languages that users have.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

const themes = [
  { name: 'dark', theme: 'Dark Modern', kind: 'vs-dark' },
  { name: 'light', theme: 'Light Modern', kind: 'vs' },
  { name: 'high-contrast', theme: 'Dark High Contrast', kind: 'hc-black' },
  { name: 'high-contrast-light', theme: 'Light High Contrast', kind: 'hc-light' },
] as const;

describe('appearance', () => {
  let session: Session;
  before(async () => {
    session = await openSession();
    await prepare(session);
  });
  after(() => session.close());

  for (const { name, theme, kind } of themes) {
    it(`in ${theme}`, async () => {
      await session.workbench.theme(theme);
      await eventually(
        'the theme is on',
        () => session.workbench.themeKind(),
        (found) => found === kind,
      );
      await session.workbench.picture(`appearance-${name}`);
    });
  }
});

describe('appearance in Chinese', () => {
  let session: Session;
  before(async () => {
    session = await openSession({ language: 'zh-cn' });
  });
  after(() => session.close());

  it('the rows of the explorer are Chinese', async () => {
    await prepare(session);
    const rows = await session.workbench.rows();
    assert.ok(
      rows.some(({ aria }) => /[\u4e00-\u9fff]/.test(aria)),
      JSON.stringify(rows),
    );
    await session.workbench.picture('appearance-chinese');
  });
});

async function prepare({ workbench }: Session): Promise<void> {
  await workbench.openContainer('openGauss');
  await eventually(
    'the nodes are read',
    () => workbench.rows(),
    (rows) => rows.some(({ description }) => description.includes('Main Standby')),
  );
  await workbench.expand(/^dn0.*Primary/);
  await workbench.expand(/^Configuration files|^配置文件/);
  await workbench.row('postgresql.conf').dblclick();
  await workbench.page.locator('.tab', { hasText: 'postgresql.conf' }).waitFor();
}
