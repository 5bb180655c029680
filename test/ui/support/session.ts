// One lab, one editor server and one browser window for a file of tests.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';

import { openLab } from '../../../scripts/start/lab.ts';
import type { LabChoice } from '../../../scripts/start/lab.ts';
import { installBrowser } from '../../../scripts/tools/browser.ts';
import { installEditor, startEditor } from '../../../scripts/tools/editor.ts';
import { root } from '../../../scripts/tools/root.ts';
import { removeFolder, temporaryFolder } from '../../../scripts/tools/temporary.ts';
import type { Lab } from '../../lab/lab.ts';
import { Workbench } from './workbench.ts';

/** How a session is opened. */
export interface SessionOptions extends LabChoice {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ask whether the folder is trusted, as a desktop does. */
  readonly trust?: 'asked';
  /** The language of the window. */
  readonly language?: 'zh-cn';
  /** Changes what the lab has before the window opens. */
  prepare?(lab: Lab): Promise<void>;
  /** A module, relative to the project, that runs as another extension beside ours; it exports `activate()`. */
  readonly beside?: string;
}

/** A session and what is in it. */
export interface Session {
  readonly lab: Lab;
  readonly page: Page;
  readonly workbench: Workbench;
  close(): Promise<void>;
}

/** The folder for screenshots and logs. */
export const artefacts = join(
  process.env['OPENGAUSS_DUAL_CLUSTER_TEST_RESULTS'] ?? join(root, 'test-results'),
  'ui',
);

/** Opens a window of a real VS Code on the lab's workspace, with the extension as it was built. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  await mkdir(artefacts, { recursive: true });
  const endings: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const folder = await temporaryFolder();
    endings.push(() => removeFolder(folder));
    const [server, launch, opened] = await Promise.all([
      installEditor(),
      installBrowser(),
      openLab(options),
    ]);
    endings.push(() => opened.stop());
    await options.prepare?.(opened.lab);
    const settings = {
      'workbench.colorTheme': 'Default Dark Modern',
      // In a browser what is typed is saved after a second unless told otherwise.
      'files.autoSave': 'off',
      ...opened.settings,
      ...options.settings,
    };
    const dataFolder = join(folder, 'editor');
    if (options.beside !== undefined) await installBeside(options.beside, dataFolder);
    const [editor, browser] = await Promise.all([
      startEditor(server, {
        dataFolder,
        settings,
        ...(options.trust !== undefined && { trust: options.trust }),
        ...(options.language !== undefined && { language: options.language }),
      }),
      chromium.launch({ ...launch, headless: true }),
    ]);
    endings.push(
      () => editor.stop(),
      () => browser.close(),
    );
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      locale: options.language === 'zh-cn' ? 'zh-CN' : 'en-US',
    });
    // Waiting costs nothing when all is well, and some machines are slow.
    page.setDefaultTimeout(30_000);
    const name = basename(process.argv[1] ?? 'session', '.test.ts');
    endings.push(() => page.screenshot({ path: join(artefacts, `${name}-at-the-end.png`) }));
    const workbench = new Workbench(page);
    await page.goto(editor.address({ open: opened.workspace, extension: root }));
    await workbench.ready();
    return { lab: opened.lab, page, workbench, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Installs a module as an extension: one file with a manifest that lets it run in every workspace at once. */
async function installBeside(module: string, dataFolder: string): Promise<void> {
  const place = join(dataFolder, 'extensions', 'opengauss-dual-cluster.beside-0.0.1');
  await build({
    entryPoints: [join(root, module)],
    outfile: join(place, 'extension.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'error',
    external: ['vscode'],
    packages: 'external',
  });
  const manifest = {
    name: 'beside',
    publisher: 'opengauss-dual-cluster',
    version: '0.0.1',
    engines: { vscode: '^1.90.0' },
    main: './extension.js',
    activationEvents: ['onStartupFinished'],
    capabilities: { untrustedWorkspaces: { supported: true } },
  };
  await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
  const name = basename(place);
  const installed = {
    identifier: { id: `${manifest.publisher}.${manifest.name}` },
    version: manifest.version,
    location: { $mid: 1, path: place, scheme: 'file' },
    relativeLocation: name,
  };
  await writeFile(join(place, '..', 'extensions.json'), JSON.stringify([installed]));
}
