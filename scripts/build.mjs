// Bundles the extension, its lazily loaded parts, the CLI and the webview with esbuild.
//   node scripts/build.mjs [--dev] [--watch] [--metafile]
import { context, transform } from 'esbuild';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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
/** `dashboard.ts` and `dashboard.css` in webview/ are one page; folders there hold their parts. */
async function webviewEntries() {
  const files = await readdir('webview');
  return files
    .filter((file) => file.endsWith('.css'))
    .flatMap((file) => [join('webview', file), join('webview', file.replace(/css$/, 'ts'))]);
}

/**
 * The extension and the command line share their parts; what is reached by `await import(…)` becomes a file of its own that
 * is loaded on first use. esbuild splits ES modules only and VS Code loads CommonJS, so the parts are converted afterwards.
 */
const program = {
  ...common,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  external: ['vscode'],
  plugins: [noNativeParts, toCommonJs()],
  entryPoints: { extension: 'src/extension.ts', cli: 'src/cli/main.ts' },
  outdir: 'dist',
  write: false,
};

function toCommonJs() {
  return {
    name: 'to-commonjs',
    setup(build) {
      build.onEnd(async ({ outputFiles = [] }) => {
        for (const file of outputFiles) {
          await mkdir(dirname(file.path), { recursive: true });
          if (!file.path.endsWith('.js')) {
            await writeFile(file.path, file.contents);
            continue;
          }
          const { code } = await transform(file.text, {
            format: 'cjs',
            platform: 'node',
            target: 'node20',
            minify: !dev,
            supported: { 'dynamic-import': false },
            ...(basename(file.path) === 'cli.js' ? { banner: '#!/usr/bin/env node' } : {}),
          });
          await writeFile(file.path, code, {
            mode: basename(file.path) === 'cli.js' ? 0o755 : 0o644,
          });
        }
      });
    },
  };
}

const pages = {
  ...common,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  entryPoints: await webviewEntries(),
  outdir: 'dist/webview',
};

/** Takes away what an earlier build made and this one did not. Nothing is taken away before: the files may be in use. */
async function removeOthers(made) {
  for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !made.has(path)) {
      await rm(path);
    }
  }
}

const contexts = await Promise.all([program, pages].map((options) => context(options)));
if (args.has('--watch')) {
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  const results = await Promise.all(contexts.map((one) => one.rebuild()));
  await Promise.all(contexts.map((one) => one.dispose()));
  await removeOthers(new Set(results.flatMap(({ metafile }) => Object.keys(metafile.outputs))));
  if (args.has('--metafile')) {
    await writeFile('dist/meta.json', JSON.stringify(results.map((result) => result.metafile)));
  }
}
