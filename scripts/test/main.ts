// npm test: everything that must pass, in layers, with one summary.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import { installBrowser } from '../tools/browser.ts';
import { installEditor } from '../tools/editor.ts';
import { Obstacle, tell } from '../tools/progress.ts';
import { root } from '../tools/root.ts';
import { checks, runCheck } from './checks.ts';
import { runEditorTests } from './editor-tests.ts';
import { killLeftovers, mark } from './leftovers.ts';
import { runNodeTests } from './node-tests.ts';
import { checkPackage } from './package.ts';
import { Tally } from './results.ts';

const layers = ['check', 'unit', 'build', 'editor', 'ui', 'package'] as const;
type Layer = (typeof layers)[number];

const usage = `npm test [-- layer or path …]

Without arguments everything runs. Layers: ${layers.join(', ')}.
Anything else is a part of the path of test files, for example: npm test -- unit/config
`;

/** What one run knows. */
interface Run {
  readonly tally: Tally;
  readonly env: NodeJS.ProcessEnv;
  readonly artefacts: string;
  readonly wanted: ReadonlySet<Layer>;
  readonly parts: readonly string[];
}

/** Runs what was asked for; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const tally = new Tally();
  try {
    const { wanted, parts } = read(args);
    const began = Date.now();
    const id = randomUUID();
    const artefacts = join(root, 'test-results');
    await rm(artefacts, { recursive: true, force: true });
    await mkdir(artefacts, { recursive: true });
    const run: Run = {
      tally,
      artefacts,
      wanted,
      parts,
      env: { ...process.env, [mark]: id, OPENGAUSS_DUAL_CLUSTER_TEST_RESULTS: artefacts },
    };
    process.on('exit', () => {
      console.log(tally.line());
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        tally.add({ layer: 'run', name: 'run', outcome: 'failed', reason: `ended by ${signal}` });
        void killLeftovers(id).then(() => process.exit(1));
      });
    }
    await runAll(run, id);
    console.log(`\n${((Date.now() - began) / 1000).toFixed(0)} s`);
  } catch (error) {
    tell(error);
    tally.add({ layer: 'run', name: 'run', outcome: 'failed', reason: String(error) });
  }
  return tally.count('failed') > 0 ? 1 : 0;
}

function read(args: readonly string[]): { wanted: Set<Layer>; parts: string[] } {
  let positionals: string[];
  try {
    ({ positionals } = parseArgs({ args: [...args], allowPositionals: true }));
  } catch (error) {
    throw new Obstacle((error as Error).message, usage);
  }
  const named = positionals.filter((word): word is Layer => layers.some((layer) => layer === word));
  const parts = positionals.filter((word) => !layers.some((layer) => layer === word));
  if (named.length > 0) return { wanted: new Set(named), parts };
  // A path alone is looked for in the layers that have test files.
  return { wanted: new Set(parts.length > 0 ? ['unit', 'editor', 'ui'] : layers), parts };
}

async function runAll(run: Run, id: string): Promise<void> {
  const { wanted, tally } = run;
  const unit = wanted.has('unit') ? await testFiles(run, 'unit') : [];
  const editor = wanted.has('editor') ? await testFiles(run, 'editor') : [];
  const ui = wanted.has('ui') ? await testFiles(run, 'ui') : [];
  if (run.parts.length > 0 && unit.length + editor.length + ui.length === 0) {
    throw new Obstacle(`No test file’s path holds ${run.parts.join(' or ')}.`, usage);
  }
  // The checks use one core and are slow, so the unit tests run beside them.
  await Promise.all([
    wanted.has('check') && layer(run, id, 'check', () => allChecks(run)),
    unit.length > 0 && layer(run, id, 'unit', () => unitTests(run, unit)),
  ]);
  if (unit.length > 0) await noLeftovers(run, id, 'unit');
  const inEditor = editor.length > 0 || ui.length > 0;
  if (!inEditor && !wanted.has('build')) {
    if (wanted.has('package')) await layer(run, id, 'package', () => checkPackage(tally));
    return;
  }
  const built = await layer(run, id, 'build', () =>
    runCheck({ name: 'bundles', args: [join('scripts', 'build.mjs')] }, 'build', run.env, tally),
  );
  if (inEditor && built === true) {
    const server = await installEditor();
    const browser = await installBrowser();
    if (editor.length > 0) {
      await layer(run, id, 'editor', () =>
        runEditorTests(
          { files: editor, server, browser, env: run.env, artefacts: run.artefacts },
          tally,
        ),
      );
    }
    if (ui.length > 0) await layer(run, id, 'ui', () => uiTests(run, ui));
  }
  if (wanted.has('package')) await layer(run, id, 'package', () => checkPackage(tally));
}

/** Runs a layer, then looks for processes that it left, and says in one line how it went. */
async function layer<T>(
  run: Run,
  id: string,
  name: Layer,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const began = Date.now();
  let found: T | undefined;
  try {
    found = await work();
  } catch (error) {
    const reason =
      error instanceof Obstacle
        ? `${error.message}\n${error.remedy}`
        : String(error instanceof Error ? error.stack : error);
    run.tally.add({ layer: name, name: 'run', outcome: 'failed', reason });
  }
  // The checks and the unit tests run side by side: what they left is looked for when both are done.
  if (name !== 'check' && name !== 'unit') await noLeftovers(run, id, name);
  console.log(
    `${name.padEnd(8)} ${run.tally.line(name)}  (${((Date.now() - began) / 1000).toFixed(0)} s)`,
  );
  return found;
}

async function noLeftovers(run: Run, id: string, name: string): Promise<void> {
  const left = await killLeftovers(id);
  if (left.length === 0) return;
  run.tally.add({
    layer: name,
    name: 'no process is left',
    outcome: 'failed',
    reason: `these were killed:\n${left.join('\n')}`,
  });
}

async function allChecks(run: Run): Promise<void> {
  for (const check of checks()) await runCheck(check, 'check', run.env, run.tally);
}

function unitTests(run: Run, files: readonly string[]): Promise<void> {
  return runNodeTests(
    {
      layer: 'unit',
      files,
      concurrency: 3,
      testTimeout: 600_000,
      timeout: 1_200_000,
      env: run.env,
      artefacts: run.artefacts,
    },
    run.tally,
  );
}

function uiTests(run: Run, files: readonly string[]): Promise<void> {
  return runNodeTests(
    {
      layer: 'ui',
      files,
      concurrency: 2,
      testTimeout: 600_000,
      timeout: 1_200_000,
      env: run.env,
      artefacts: run.artefacts,
    },
    run.tally,
  );
}

async function testFiles(run: Run, name: string): Promise<string[]> {
  const folder = join(root, 'test', name);
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((entry) => entry.endsWith('.test.ts'))
    .map((entry) => relative(root, join(folder, entry)))
    .filter((path) => run.parts.length === 0 || run.parts.some((part) => path.includes(part)))
    .sort();
}
