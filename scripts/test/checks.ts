// Checks that are one program each: it passes when the program ends with 0.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { startNode } from '../tools/processes.ts';
import { root } from '../tools/root.ts';
import type { Tally } from './results.ts';

/** A check: the arguments of Node, relative to the repository. */
export interface Check {
  readonly name: string;
  readonly args: readonly string[];
  /** How to mend what it finds. */
  readonly remedy?: string;
}

const bin = (name: string, ...path: string[]) => join(root, 'node_modules', name, ...path);

/** Format, lint, types and texts. */
export function checks(): Check[] {
  const cache = join(root, '.cache');
  return [
    {
      name: 'format',
      args: [
        bin('prettier', 'bin', 'prettier.cjs'),
        ...['--check', '--log-level=warn', '--cache', '--cache-strategy=content'],
        `--cache-location=${join(cache, 'prettier')}`,
        '.',
      ],
      remedy: 'npm run format mends it.',
    },
    {
      name: 'types',
      args: [
        bin('typescript', 'bin', 'tsc'),
        ...['-p', '.', '--incremental', '--tsBuildInfoFile', join(cache, 'types.tsbuildinfo')],
      ],
    },
    { name: 'types of the webview', args: [bin('typescript', 'bin', 'tsc'), '-p', 'webview'] },
    {
      name: 'lint',
      args: [
        bin('eslint', 'bin', 'eslint.js'),
        ...['--max-warnings=0', '--cache', '--cache-strategy=content'],
        `--cache-location=${join(cache, 'eslint')}`,
        '.',
      ],
    },
    ...(existsSync(join(root, 'scripts', 'l10n.mjs'))
      ? [{ name: 'texts in both languages', args: [join('scripts', 'l10n.mjs'), '--check'] }]
      : []),
  ];
}

/** Runs one check; true when it passed. */
export async function runCheck(
  check: Check,
  layer: string,
  env: NodeJS.ProcessEnv,
  tally: Tally,
): Promise<boolean> {
  const child = startNode(check.args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.process.stdout, child.process.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const over = new AbortController();
  const limit = setTimeout(() => {
    over.abort();
    void child.stop();
  }, 600_000);
  const { code } = await child.ended;
  clearTimeout(limit);
  const passed = code === 0 && !over.signal.aborted;
  tally.add({
    layer,
    name: check.name,
    outcome: passed ? 'passed' : 'failed',
    ...(!passed && {
      reason: [output.trim(), over.signal.aborted ? 'stopped after 240 s' : '', check.remedy ?? '']
        .filter((line) => line !== '')
        .join('\n'),
    }),
  });
  return passed;
}
