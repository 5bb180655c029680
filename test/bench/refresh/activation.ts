import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { installBrowser } from '../../../scripts/tools/browser.ts';
import { installEditor, startEditor } from '../../../scripts/tools/editor.ts';
import { root } from '../../../scripts/tools/root.ts';
import { removeFolder, temporaryFolder } from '../../../scripts/tools/temporary.ts';

const empty = 'bench.empty';

/**
 * How long VS Code takes to activate the extension, beside one that does nothing: in a new window each time, in a folder without
 * opengauss.yaml where nothing but us asks for either, and in turns who is first.
 */
export async function benchActivation(windows: number): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly publisher: string;
    readonly name: string;
  };
  const own = `${manifest.publisher}.${manifest.name}`;
  const folder = await temporaryFolder();
  try {
    const [server, launch] = await Promise.all([installEditor(), installBrowser()]);
    const workspace = join(folder, 'workspace');
    await mkdir(workspace);
    const tests = await bundle(folder);
    const results = join(folder, 'results.jsonl');
    await writeFile(results, '');
    const browser = await chromium.launch({ ...launch, headless: true });
    try {
      for (let turn = 0; turn < windows; turn += 1) {
        const dataFolder = join(folder, `editor${turn}`);
        // A window takes one extension under development; the empty one is installed.
        await writeEmptyExtension(join(dataFolder, 'extensions'));
        const editor = await startEditor(server, {
          dataFolder,
          env: {
            ...process.env,
            BENCH_RESULTS: results,
            BENCH_ORDER: (turn % 2 === 0 ? [own, empty] : [empty, own]).join(' '),
          },
        });
        try {
          const page = await browser.newPage();
          let said = '';
          await page.exposeFunction('codeAutomationLog', (_type: string, words: unknown[]) => {
            said += `${words.map(String).join(' ')}\n`;
          });
          let exit: (code: number) => void = () => undefined;
          const exited = new Promise<number>((resolve) => (exit = resolve));
          await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));
          await page.goto(editor.address({ open: workspace, extension: root, tests }));
          if ((await exited) !== 0) {
            throw new Error(`The window ended with an error:\n${said}`);
          }
          await page.close();
        } finally {
          await editor.stop();
        }
      }
    } finally {
      await browser.close();
    }
    await print(results, own);
  } finally {
    await removeFolder(folder);
  }
}

async function print(file: string, own: string): Promise<void> {
  const rows = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, number>);
  const median = (values: readonly number[]): number =>
    [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
  const of = (id: string): number[] => rows.map((row) => row[id] ?? NaN);
  const above = (what: string): number[] =>
    rows.map((row) => (row[`${own}${what}`] ?? NaN) - (row[`${empty}${what}`] ?? NaN));
  const shown = (values: readonly number[]): string =>
    `${Math.min(...values).toFixed(1)} | ${median(values).toFixed(1)} | ${Math.max(...values).toFixed(1)}`;
  console.log(
    `\n| activation, ${rows.length} windows | min ms | p50 ms | max ms | CPU min ms | CPU p50 ms | CPU max ms |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |`,
  );
  for (const [name, times, cpu] of [
    ['an empty extension', of(empty), of(`${empty} cpu`)],
    ['this extension', of(own), of(`${own} cpu`)],
    ['above the empty one', above(''), above(' cpu')],
  ] as const) {
    console.log(`| ${name} | ${shown(times)} | ${shown(cpu)} |`);
  }
}

async function writeEmptyExtension(folder: string): Promise<void> {
  const place = join(folder, `${empty}-0.0.1`);
  await mkdir(place, { recursive: true });
  const [publisher, name] = empty.split('.');
  await writeFile(
    join(place, 'package.json'),
    JSON.stringify({
      publisher,
      name,
      version: '0.0.1',
      engines: { vscode: '^1.90.0' },
      main: './main.js',
      activationEvents: [],
    }),
  );
  await writeFile(join(place, 'main.js'), 'exports.activate = () => undefined;\n');
}

async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, 'activation.js');
  await build({
    entryPoints: [fileURLToPath(new URL('./activation-run.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'error',
  });
  return outfile;
}
