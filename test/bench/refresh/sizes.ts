import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../scripts/tools/root.ts';

const run = promisify(execFile);

/** Sizes of the package and of the bundles in it, as `npm run package` makes them. */
export async function benchSizes(): Promise<void> {
  await run(process.execPath, [join('scripts', 'build.mjs')], { cwd: root });
  const folder = await mkdtemp(join(tmpdir(), 'bench-vsix-'));
  try {
    const vsix = join(folder, 'package.vsix');
    const require = createRequire(import.meta.url);
    const vsce = join(dirname(require.resolve('@vscode/vsce/package.json')), 'vsce');
    const words = ['package', '--no-dependencies', '--no-rewrite-relative-links', '--out', vsix];
    await run(process.execPath, [vsce, ...words], { cwd: root });
    console.log('\n| file | KiB |\n| --- | ---: |');
    console.log(`| VSIX | ${kib((await stat(vsix)).size)} |`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const dist = join(root, 'dist');
  let rest = 0;
  for (const name of (await readdir(dist, { recursive: true })).sort()) {
    const { size } = await stat(join(dist, name));
    if (!/\.(js|css)$/.test(name)) {
      continue;
    }
    if (name.includes('parts') && size < worthALine) {
      rest += size;
    } else {
      console.log(`| ${join('dist', name)} | ${kib(size)} |`);
    }
  }
  console.log(`| smaller parts together | ${kib(rest)} |`);
}

/** Bytes. */
const worthALine = 20 * 1024;

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}
