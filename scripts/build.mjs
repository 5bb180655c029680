// Bundles the extension, its lazily loaded parts, the CLI and the webview with esbuild.
//   node scripts/build.mjs [--dev] [--watch] [--metafile]
import { context } from 'esbuild';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const args = new Set(process.argv.slice(2));
const dev = args.has('--dev') || args.has('--watch');

/** ssh2's optional native parts are left out, so that the bundle is the same on every machine. ssh2 falls back to JavaScript when they cannot be loaded. */
const noNativeParts = {
  name: 'no-native-parts',
  setup(build) {
    build.onResolve({ filter: /\.node$|^cpu-features$/ }, (found) => ({
      path: found.path,
      namespace: 'no-native-part',
    }));
    build.onLoad({ filter: /.*/, namespace: 'no-native-part' }, () => ({
      contents: 'throw new Error("The native part is not included.");',
    }));
  },
};

const common = {
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  logLevel: 'info',
  legalComments: 'none',
  metafile: true,
};
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  plugins: [noNativeParts],
};

/**
 * The lazily loaded parts. CommonJS bundles cannot be split, so each `src/<room>/lazy/<name>.ts` is an entry of its own,
 * dist/<name>.js, and `await import('…/lazy/<name>.ts')` is left as a require of it. Such files only hand on a library
 * or data: a class of ours in two bundles would be two classes.
 */
const lazyParts = {
  name: 'lazy-parts',
  setup(build) {
    build.onResolve({ filter: /\/lazy\/[a-z0-9.-]+\.ts$/ }, (found) =>
      found.kind === 'dynamic-import'
        ? { path: `./${basename(found.path, '.ts')}.js`, external: true }
        : undefined,
    );
  },
};
const main = {
  ...node,
  plugins: [noNativeParts, lazyParts],
  supported: { 'dynamic-import': false },
};

/** `{ ssh2: 'src/hosts/lazy/ssh2.ts' … }`; two parts of one name are a mistake. */
async function lazyEntries() {
  const entries = {};
  for (const room of await readdir('src', { withFileTypes: true })) {
    if (!room.isDirectory()) {
      continue;
    }
    for (const file of await readdir(join('src', room.name, 'lazy')).catch(() => [])) {
      const name = basename(file, '.ts');
      if (name in entries) {
        throw new Error(
          `Two lazily loaded parts are called ${name}: ${entries[name]} and src/${room.name}/lazy/${file}`,
        );
      }
      entries[name] = join('src', room.name, 'lazy', file);
    }
  }
  return entries;
}

/** `dashboard.ts` and `dashboard.css` in webview/ are one page; folders there hold their parts. */
async function webviewEntries() {
  const files = await readdir('webview');
  return files
    .filter((file) => file.endsWith('.css'))
    .flatMap((file) => [join('webview', file), join('webview', file.replace(/css$/, 'ts'))]);
}

const builds = [
  { ...main, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist' },
  {
    ...main,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    banner: { js: '#!/usr/bin/env node' },
  },
  { ...node, entryPoints: await lazyEntries(), outdir: 'dist' },
  {
    ...common,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: await webviewEntries(),
    outdir: 'dist/webview',
  },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
const contexts = await Promise.all(builds.map((options) => context(options)));
if (args.has('--watch')) {
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  const results = await Promise.all(contexts.map((one) => one.rebuild()));
  await Promise.all(contexts.map((one) => one.dispose()));
  await chmod('dist/cli.js', 0o755);
  if (args.has('--metafile')) {
    await writeFile('dist/meta.json', JSON.stringify(results.map((result) => result.metafile)));
  }
}
