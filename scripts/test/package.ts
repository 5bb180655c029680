// Makes the VSIX as it is published and looks at what is in it.
import { spawn } from 'node:child_process';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { root } from '../tools/root.ts';
import type { Tally } from './results.ts';

/** The most that the package may weigh, in bytes. */
const limit = 1.5 * 1024 * 1024;

/** What must be in the package, and the only places where anything may be. */
const needed = [
  'package.json',
  'package.nls.json',
  'package.nls.zh-cn.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/cli.js',
];
const allowed =
  /^(package(\.nls(\.[a-z-]+)?)?\.json|readme\.md|README\.zh-CN\.md|changelog\.md|LICENSE\.txt|language-configuration.*\.json|(dist|docs|l10n|media|resources|schemas|snippets|syntaxes|walkthrough)\/.*)$/;
const unwanted = /\.(map|ts|tsbuildinfo)$|^dist\/meta\.json$/;

/** Checks content and size. */
export async function checkPackage(tally: Tally): Promise<void> {
  const vsix = join(root, 'out', 'package.vsix');
  await mkdir(join(root, 'out'), { recursive: true });
  const { code, output } = await vsce([
    'package',
    '--no-dependencies',
    '--no-rewrite-relative-links',
    '--out',
    vsix,
  ]);
  const check = (name: string, problems: readonly string[]) => {
    tally.add({
      layer: 'package',
      name,
      outcome: problems.length === 0 ? 'passed' : 'failed',
      ...(problems.length > 0 && { reason: problems.join('\n') }),
    });
  };
  check('is made', code === 0 ? [] : [output]);
  if (code !== 0) return;
  const names = await list(vsix);
  const files = names
    .filter((name) => name.startsWith('extension/'))
    .map((name) => name.slice('extension/'.length));
  check(
    'holds what the extension needs',
    needed.filter((name) => !files.includes(name)).map((name) => `missing: ${name}`),
  );
  check(
    'holds what the manifest names',
    (await named()).filter((name) => !files.includes(name)).map((name) => `missing: ${name}`),
  );
  check(
    'holds nothing else',
    files.filter((name) => !allowed.test(name) || unwanted.test(name)),
  );
  const { size } = await stat(vsix);
  check('is small', size <= limit ? [] : [`${size} bytes are more than ${limit}`]);
  console.log(`         ${files.length} files, ${(size / 1024).toFixed(0)} KiB`);
}

/** Files of the repository that the manifest points at. */
async function named(): Promise<string[]> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (/^\.\/[^*]+\.[a-z0-9]+$/i.test(value)) found.add(value.slice(2));
    } else if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(visit);
    }
  };
  const { contributes, main, icon } = manifest as Record<string, unknown>;
  visit([contributes, main, icon]);
  return [...found];
}

/** The part of yauzl that is used. */
interface Archives {
  readonly open: (
    path: string,
    options: { lazyEntries: boolean },
    done: (error: Error | null, archive: NodeJS.EventEmitter) => void,
  ) => void;
}

async function list(vsix: string): Promise<string[]> {
  // vsce itself reads archives by yauzl, which is installed with it.
  const require = createRequire(
    createRequire(import.meta.url).resolve('@vscode/vsce/package.json'),
  );
  const { open } = require('yauzl') as Archives;
  return new Promise((resolve, reject) => {
    open(vsix, { lazyEntries: false }, (error, archive) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const names: string[] = [];
      archive.on('entry', (entry: { fileName: string }) => names.push(entry.fileName));
      archive.on('error', reject);
      archive.on('end', () => {
        resolve(names);
      });
    });
  });
}

async function vsce(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const program = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
