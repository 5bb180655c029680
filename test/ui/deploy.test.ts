// From bare hosts to two clusters that replicate: the plan, its run and its report, as a person sees them.
import assert from 'node:assert/strict';
import { appendFile, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { planShown } from './support/everyday.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';
import { versionsToTry } from '../support/versions.ts';

const password = 'Deploy@2026';

/** The texts of all files of a folder. */
async function textsUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
}

for (const version of versionsToTry('5.0.0')) {
  describe(`deploying a dual cluster of ${version} on bare hosts`, () => {
    let session: Session;
    before(async () => {
      session = await openSession({ bare: true, version });
      await session.workbench.openContainer('openGauss');
    });
    after(() => session.close());

    it('shows the plan before anything is done', async () => {
      const { workbench } = session;
      await workbench.command('openGauss: Deploy…');
      await planShown(workbench);
      const plan = workbench.webview();
      await plan.getByText('Nothing has been done yet.').waitFor();
      await plan.getByText('The data of the whole cluster recovery is deleted').first().waitFor();
      await plan.locator('code', { hasText: 'gs_initdb' }).first().waitFor();
      await workbench.closeNotifications();
      await workbench.picture(`plan-${version}`);
    });

    it('runs it after the name was typed, and the clusters replicate', async () => {
      const { page, workbench } = session;
      await workbench.titleAction('Run Plan').click();
      await workbench.question('Deploy production and recovery');
      await workbench.quickInput().fill('recovery');
      await page.keyboard.press('Enter');
      await workbench.question('Password of the initial database user', 60_000);
      await workbench.quickInput().fill(password);
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-message', { hasText: 'once more' }).waitFor();
      await workbench.quickInput().fill(password);
      await page.keyboard.press('Enter');
      await eventually(
        'a step that runs is in sight',
        () => workbench.rows(),
        (rows) => rows.some(({ description }) => description.startsWith('running')),
        60_000,
      );
      await workbench.picture(`deploy-running-${version}`);
      // A run keeps its connections when the hosts of the topology change meanwhile.
      await appendFile(
        join(session.lab.workspace, 'opengauss.yaml'),
        '  spare:\n    hostName: 127.0.0.1\n',
      );
      await eventually(
        'the end is told',
        () => workbench.notifications(),
        (texts) => texts.includes('Deploy production and recovery: done and verified.'),
        180_000,
      );
      await eventually(
        'roles',
        async () =>
          (await workbench.rows()).slice(0, 6).map((row) => row.description.split(' · ')[0]),
        (roles) => roles.join() === 'primary,Primary,Standby,standby,Main Standby,Standby',
      );
    });

    it('opens the report, keeps it beside the topology, and writes the password nowhere', async () => {
      const { lab, workbench } = session;
      const report = workbench.webview();
      await report.getByText('Done: every step is true, and proven by a query.').waitFor();
      await workbench.closeNotifications();
      await workbench.picture(`deploy-report-${version}`);
      const folder = join(lab.workspace, '.opengauss');
      await eventually(
        'the report and the journal',
        async () => [...(await readdir(folder)), ...(await readdir(join(folder, 'reports')))],
        (files) =>
          files.includes('journal.jsonl') && files.some((name) => name.endsWith('-deploy.md')),
      );
      const places = [
        folder,
        ...lab.hosts.map(({ home }) => join(home, '.opengauss-dual-cluster')),
      ];
      for (const place of places) {
        const texts = await textsUnder(place);
        assert.ok(texts.length > 0, place);
        assert.ok(!texts.some((text) => text.includes(password)), place);
      }
    });

    it('deploying again finds everything true already', async () => {
      const { workbench } = session;
      await workbench.closeEditors();
      await workbench.command('openGauss: Deploy…');
      await eventually(
        'what there is to do',
        () => workbench.notifications(),
        (texts) =>
          texts.includes(
            'Deploy production and recovery: everything is true already, there is nothing to run.',
          ),
        60_000,
      );
      await workbench
        .webview()
        .getByText(/(4\d), of which \1 are true already/)
        .waitFor();
    });
  });
}
