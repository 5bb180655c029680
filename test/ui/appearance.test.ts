// Pictures of the window for people to look at: what is looked at most, in the themes and languages that users have.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { root } from '../../scripts/tools/root.ts';
import { thorough } from '../support/versions.ts';
import { nodesRead, runSqlOnPrimary } from './support/everyday.ts';
import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import { eventually } from './support/workbench.ts';

const themes = [
  { name: 'dark', theme: 'Default Dark Modern', kind: 'vs-dark' },
  { name: 'light', theme: 'Default Light Modern', kind: 'vs' },
  { name: 'high-contrast', theme: 'Default High Contrast', kind: 'hc-black' },
] as const;

const languages = [
  { name: 'English', language: undefined, titles: 'package.nls.json' },
  { name: 'Chinese', language: 'zh-cn', titles: 'package.nls.zh-cn.json' },
] as const;

for (const { name: languageName, language, titles } of languages) {
  const usualThemes = themes.filter(
    ({ name }) => name !== (language === undefined ? 'light' : 'dark'),
  );
  describe(`appearance in ${languageName}`, () => {
    let session: Session;
    let title: (id: string) => string;
    before(async () => {
      title = await commandTitles(titles);
      session = await openSession(language === undefined ? {} : { language });
      await prepare(session);
    });
    after(() => session.close());

    /** Pictures of what is in front, in every theme. */
    const pictures = async (view: string, shows: string): Promise<void> => {
      const { workbench } = session;
      await workbench.webview().locator(shows).first().waitFor({ timeout: 60_000 });
      await workbench.closeNotifications();
      for (const { name, theme, kind } of thorough ? themes : usualThemes) {
        await useTheme(session, theme);
        await eventually(
          'the theme is on',
          () => workbench.themeKind(),
          (found) => found === kind,
        );
        await workbench.webview().locator(shows).first().waitFor();
        await workbench.picture(`appearance-${language ?? 'en'}-${view}-${name}`);
      }
      await workbench.closeEditors();
    };

    it('the rows of the explorer are in the language', async () => {
      await eventually(
        'the language of the rows',
        () => session.workbench.rows(),
        (rows) =>
          rows.some(({ aria }) => /[\u4e00-\u9fff]/.test(aria)) === (language !== undefined),
      );
    });

    it('the dashboard', async () => {
      await session.workbench.command(title('openGauss.openDashboard'));
      await pictures('dashboard', '.verdict.ok');
    });

    it('the results of SQL', async () => {
      await runSqlOnPrimary(session, title('openGauss.runSql'));
      await pictures('results', 'td');
    });

    it('the report of a verification', async () => {
      await session.workbench.command(title('openGauss.verify'));
      await pictures('verify', 'h1');
    });

    it('a plan', async () => {
      await session.workbench.command(title('openGauss.stop'));
      await session.workbench.choose('recovery');
      await pictures('plan', 'h1');
    });
  });
}

/** Sets the theme as a settings file does, which is faster than to choose it from the list. */
async function useTheme({ lab }: Session, theme: string): Promise<void> {
  const folder = join(lab.workspace, '.vscode');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
}

/** The titles of our commands in a language, by id. */
async function commandTitles(file: string): Promise<(id: string) => string> {
  const [manifest, texts] = await Promise.all(
    ['package.json', file].map(
      async (each) => JSON.parse(await readFile(join(root, each), 'utf8')) as unknown,
    ),
  );
  const { contributes } = manifest as {
    contributes: { commands: { command: string; title: string }[] };
  };
  return (id) => {
    const title = contributes.commands.find(({ command }) => command === id)?.title ?? '';
    const text = (texts as Record<string, string>)[title.replaceAll('%', '')];
    assert.ok(text !== undefined, id);
    return `openGauss: ${text}`;
  };
}

async function prepare({ workbench }: Session): Promise<void> {
  await nodesRead(workbench);
  await workbench.expand(/^dn0.*Primary/);
}
