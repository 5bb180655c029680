// Runs test/editor inside the extension host of a real VS Code, which a headless browser opens.
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';
import { chromium } from 'playwright-core';

import { openLab } from '../start/lab.ts';
import type { Browser } from '../tools/browser.ts';
import { startEditor } from '../tools/editor.ts';
import { root } from '../tools/root.ts';
import { removeFolder, temporaryFolder } from '../tools/temporary.ts';
import type { Tally } from './results.ts';

/** What the tests in the extension host are run with. */
export interface EditorTests {
  readonly files: readonly string[];
  /** The editor's server and the browser, as installed. */
  readonly server: string;
  readonly browser: Browser;
  readonly env: NodeJS.ProcessEnv;
  readonly artefacts: string;
}

/** How long all of them may take, in milliseconds. */
const limit = 900_000;

type Event =
  | { kind: 'begin'; name: string }
  | {
      kind: 'test';
      name: string;
      file: string;
      outcome: 'passed' | 'failed' | 'skipped';
      reason?: string;
    }
  | { kind: 'unhandled'; reason: string }
  | { kind: 'end' };

/** Runs the files in one window on the lab's workspace. */
export async function runEditorTests(tests: EditorTests, tally: Tally): Promise<void> {
  const bundle = await bundleTests(tests.files);
  const folder = await temporaryFolder();
  const results = join(folder, 'results.jsonl');
  await writeFile(results, '');
  await mkdir(tests.artefacts, { recursive: true });
  const log = createWriteStream(join(tests.artefacts, 'editor.log'));
  const endings: (() => unknown)[] = [() => removeFolder(folder), () => log.end()];
  let trouble: string | undefined;
  try {
    const lab = await openLab();
    endings.push(() => lab.stop());
    const editor = await startEditor(tests.server, {
      dataFolder: join(folder, 'editor'),
      // In a browser what is typed is saved after a second unless told otherwise.
      settings: { ...lab.settings, 'files.autoSave': 'off' },
      env: {
        ...tests.env,
        OPENGAUSS_DUAL_CLUSTER_EDITOR_RESULTS: results,
        OPENGAUSS_DUAL_CLUSTER_LAB: lab.lab.dir,
      },
      log: (text) => log.write(text),
    });
    endings.push(() => editor.stop());
    const browser = await chromium.launch({ ...tests.browser, headless: true });
    endings.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('console', (message) => log.write(`[window] ${message.text()}\n`));
    let exit: (code: number) => void = () => undefined;
    const exited = new Promise<number>((resolve) => (exit = resolve));
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      log.write(`[${type}] ${args.map(String).join(' ')}\n`);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      exit(code);
    });
    await page.goto(editor.address({ open: lab.workspace, extension: root, tests: bundle }));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, limit, undefined);
    });
    const ended = editor.child.ended.then(() => -1);
    const code = await Promise.race([exited, late, ended]);
    clearTimeout(timer);
    if (code === undefined) {
      trouble = `stopped after ${limit / 1000} s`;
      await page.screenshot({ path: join(tests.artefacts, 'editor-stopped.png') });
    } else if (code !== 0) {
      trouble = code === -1 ? 'the editor ended' : `the window ended with code ${code}`;
    }
  } finally {
    await collect(results, tally, trouble);
    for (const end of endings.reverse()) await end();
  }
}

async function collect(results: string, tally: Tally, trouble: string | undefined): Promise<void> {
  const events = (await readFile(results, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
  let running = 'before the first test';
  for (const event of events) {
    if (event.kind === 'begin') running = event.name;
    else if (event.kind === 'test') {
      const { name, file, outcome, reason } = event;
      tally.add({ layer: 'editor', name, file, outcome, ...(reason !== undefined && { reason }) });
    } else if (event.kind === 'unhandled') {
      const name = 'no unhandled rejection';
      tally.add({
        layer: 'editor',
        name,
        outcome: 'failed',
        reason: `${running}\n${event.reason}`,
      });
    }
  }
  if (trouble !== undefined || events.at(-1)?.kind !== 'end') {
    const reason = `${trouble ?? 'the tests did not come to their end'}; last: ${running}; see test-results/editor.log`;
    tally.add({ layer: 'editor', name: 'run', outcome: 'failed', reason });
  }
}

/** One CommonJS file with all tests, in which `node:test` is our own (see test/editor/support/node-test.ts). */
async function bundleTests(files: readonly string[]): Promise<string> {
  const outfile = join(root, 'out', 'editor-tests.js');
  const entry = [
    `export { run } from './test/editor/index.ts';`,
    `import { load } from './test/editor/index.ts';`,
    ...files.map((file) => {
      const path = JSON.stringify(`./${file.replaceAll('\\', '/')}`);
      return `load(${path.replace('./', '')}, () => require(${path}));`;
    }),
  ].join('\n');
  await build({
    stdin: { contents: entry, resolveDir: root, sourcefile: 'editor-tests.ts', loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'error',
    external: ['vscode'],
    packages: 'external',
    alias: { 'node:test': resolve(root, 'test', 'editor', 'support', 'node-test.ts') },
    plugins: [
      {
        name: 'addresses-of-files',
        setup(builder) {
          // CommonJS has no import.meta.url; tests find their fixtures by it.
          builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, 'utf8');
            const address = JSON.stringify(pathToFileURL(path).href);
            return { loader: 'ts', contents: text.replaceAll('import.meta.url', address) };
          });
        },
      },
    ],
  });
  return outfile;
}
