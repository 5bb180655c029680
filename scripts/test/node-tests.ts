// Runs test files with node:test, each in a process of its own, and collects what they report.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';

import { startNode } from '../tools/processes.ts';
import { root } from '../tools/root.ts';
import type { Tally } from './results.ts';

/** How the files of a layer are run. */
export interface NodeTests {
  readonly layer: string;
  readonly files: readonly string[];
  /** How many files at once. */
  readonly concurrency: number;
  /** Limit of one file, in milliseconds; like the other limit it is there to end what hangs. */
  readonly testTimeout: number;
  /** Limit of all, in milliseconds. */
  readonly timeout: number;
  readonly env: NodeJS.ProcessEnv;
  /** Where the output of the tests is kept. */
  readonly artefacts: string;
}

interface Reported {
  readonly kind: 'test' | 'output';
  readonly name: string;
  readonly file?: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
  readonly milliseconds?: number;
  readonly text?: string;
}

/** Runs the files; resolves when all have ended or the limit has passed. */
export async function runNodeTests(tests: NodeTests, tally: Tally): Promise<void> {
  await mkdir(tests.artefacts, { recursive: true });
  const log = createWriteStream(join(tests.artefacts, `${tests.layer}.log`));
  const child = startNode(
    [
      ...['--import', 'tsx', '--test', `--test-concurrency=${tests.concurrency}`],
      `--test-timeout=${tests.testTimeout}`,
      `--test-reporter=${join(root, 'scripts', 'test', 'reporter.mjs')}`,
      '--test-reporter-destination=stdout',
      ...tests.files,
    ],
    { cwd: root, env: tests.env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { stdout, stderr } = child.process;
  if (!stdout || !stderr) throw new Error('The output of the tests is not piped.');
  stderr.pipe(log, { end: false });
  let seen = 0;
  let failed = 0;
  createInterface({ input: stdout }).on('line', (line) => {
    const reported = parse(line);
    if (reported?.kind !== 'test') {
      log.write(reported?.text ?? `${line}\n`);
      return;
    }
    seen++;
    if (reported.outcome === 'failed') failed++;
    const file = reported.file === undefined ? undefined : relative(root, reported.file);
    const seconds = ((reported.milliseconds ?? 0) / 1000).toFixed(1);
    log.write(`${reported.outcome}: ${reported.name} (${file ?? '?'}, ${seconds} s)\n`);
    tally.add({
      layer: tests.layer,
      name: reported.name,
      outcome: reported.outcome,
      ...(file !== undefined && { file }),
      ...(reported.reason !== undefined && { reason: reported.reason }),
    });
  });
  const streamEnded = new Promise((resolve) => stdout.once('close', resolve));
  const over = new AbortController();
  const limit = setTimeout(() => {
    over.abort();
    void child.stop();
  }, tests.timeout);
  const { code } = await child.ended;
  clearTimeout(limit);
  await child.stop(0);
  await streamEnded;
  log.end();
  const trouble = over.signal.aborted
    ? `stopped after ${tests.timeout / 1000} s; see ${relative(root, tests.artefacts)}`
    : code !== 0 && failed === 0
      ? `the test process ended with code ${String(code)}; see ${relative(root, tests.artefacts)}`
      : seen === 0
        ? 'no test was found in the files'
        : undefined;
  if (trouble !== undefined) {
    tally.add({ layer: tests.layer, name: 'run', outcome: 'failed', reason: trouble });
  }
}

function parse(line: string): Reported | undefined {
  try {
    return JSON.parse(line) as Reported;
  } catch {
    return undefined;
  }
}
