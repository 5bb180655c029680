// Bundles the extension, its lazily loaded parts, the CLI and the webview with esbuild.
//   node scripts/build.mjs [--dev] [--watch] [--metafile]
import { context } from 'esbuild';
import { rm, writeFile, mkdir } from 'node:fs/promises';

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
 * The lazily loaded parts. CommonJS bundles cannot be split, so each part is an entry of its own, which
 * the others reach by `await import('…/lazy/<name>.ts')`; this plugin leaves such imports as a require of the part's bundle.
 */
const lazyParts = {
  name: 'lazy-parts',
  setup(build) {
    build.onResolve({ filter: /\/lazy\/[a-z0-9-]+\.ts$/ }, (found) =>
      found.kind === 'dynamic-import'
        ? { path: './' + /([a-z0-9-]+)\.ts$/.exec(found.path)[1] + '.js', external: true }
        : undefined,
    );
  },
};

const builds = [
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts' },
    outdir: 'dist',
    plugins: [noNativeParts, lazyParts],
  },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [noNativeParts, lazyParts],
  },
  {
    ...common,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: { dashboard: 'webview/dashboard.ts' },
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
  if (args.has('--metafile')) {
    await writeFile('dist/meta.json', JSON.stringify(results.map((result) => result.metafile)));
  }
}
