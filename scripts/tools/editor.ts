// A real VS Code server from npm alone (the package code-server carries one), installed once into the cache.
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { keep } from './cache.ts';
import { installLocked } from './npm.ts';
import type { Child } from './processes.ts';
import { startNode } from './processes.ts';
import { during, Obstacle } from './progress.ts';
import { root } from './root.ts';

/** Built-in extensions that a web window wants to run itself, but whose files for it are not in the package. */
const emptied = [
  'emmet/dist/browser/emmetBrowserMain.js',
  'git-base/dist/browser/extension.js',
  'merge-conflict/dist/browser/mergeConflictMain.js',
];

const source = join(root, 'test', 'tools', 'editor');

/** Built-in extensions that need the network or have no use here. */
const leftOut = [
  ...['git', 'github', 'github-authentication', 'microsoft-authentication'],
  ...['tunnel-forwarding', 'terminal-suggest'],
  ...['ms-vscode.js-debug', 'ms-vscode.js-debug-companion', 'ms-vscode.vscode-js-profile-table'],
];

/** The folder of the editor's server (`out/server-main.js` and so on), installed first where it is missing. */
export async function installEditor(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
    version: string;
  };
  const standIns = ['spdlog', 'native-watchdog', 'deviceid'].map((name) =>
    join(source, 'stand-ins', name, 'index.js'),
  );
  const folder = await keep(
    {
      name: 'editor',
      version: manifest.version,
      from: [join(source, 'package-lock.json'), ...standIns, fileURLToPath(import.meta.url)],
      build: (place) =>
        during('Installing the editor (once, about 300 MB)', async () => {
          for (const file of ['package.json', 'package-lock.json']) {
            await copyFile(join(source, file), join(place, file));
          }
          await cp(join(source, 'stand-ins'), join(place, 'stand-ins'), { recursive: true });
          await installLocked(place, 'the editor');
          // The server looks for its dependencies in its own folder; they are installed beside it.
          const server = serverFolder(place);
          await link(join('..', '..', '..'), join(server, 'node_modules'));
          await link('node_modules', join(server, 'node_modules.asar'));
          for (const name of leftOut) {
            await rm(join(server, 'extensions', name), { recursive: true, force: true });
          }
          for (const file of emptied) {
            const path = join(server, 'extensions', file);
            await mkdir(dirname(path), { recursive: true });
            await writeFile(path, 'exports.activate = () => undefined;\n');
          }
        }),
    },
    () => {
      console.log('Another command is installing the editor; waiting for it.');
    },
  );
  return serverFolder(folder);
}

function serverFolder(folder: string): string {
  return join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

async function link(target: string, path: string): Promise<void> {
  if (!existsSync(path)) await symlink(target, path, 'junction');
}

/** What a window of the editor shows. */
export interface Window {
  /** The folder or `.code-workspace` file that is opened; absolute. */
  readonly open: string;
  /** The extension under development; absolute. */
  readonly extension?: string;
  /** The module whose `run()` is called in the extension host; absolute, with `.js`. */
  readonly tests?: string;
}

/** A running editor server. */
export interface Editor {
  /** Where it listens: a port of the loopback interface, or the path of its socket. */
  readonly at: string;
  readonly child: Child;
  /** The address of a window, when it listens on a port. */
  address(window: Window): string;
  stop(): Promise<void>;
}

/** How an editor server is started. */
export interface EditorOptions {
  /** Where the server keeps its state, its log and its installed extensions; made when missing. */
  readonly dataFolder: string;
  /** Settings of every window, as in settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether a folder must be trusted by the person first; otherwise all are. */
  readonly trust?: 'asked';
  /** A socket to listen on, instead of a free port of the loopback interface. */
  readonly socket?: string;
  /**
   * The language of the window, English by default. The editor's own texts stay English, since its language
   * packs are not on npm; extensions speak the language.
   */
  readonly language?: string;
  /** Whether extensions can be looked for and installed from the gallery; not by default. */
  readonly gallery?: boolean;
  /** Receives what the server prints. */
  log?(text: string): void;
}

/** Settings of a quiet editor that sends nothing anywhere and looks for nothing by itself. */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  // The lab's servers listen on many ports; the browser needs none of them.
  'remote.autoForwardPorts': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'update.mode': 'none',
  'chat.commandCenter.enabled': false,
  'workbench.layoutControl.enabled': false,
  'json.schemaDownload.enable': false,
} as const;

/** Starts the editor's server on the loopback interface and waits until it listens. */
export async function startEditor(server: string, options: EditorOptions): Promise<Editor> {
  await writeSettings(options.dataFolder, options.settings ?? {});
  if (options.language !== undefined) await writeLanguagePack(options.dataFolder, options.language);
  const child = startNode(
    [
      join(server, 'out', 'server-main.js'),
      ...(options.socket === undefined
        ? ['--host', '127.0.0.1', '--port', '0']
        : ['--socket-path', options.socket]),
      '--without-connection-token',
      '--accept-server-license-terms',
      ...['--server-data-dir', options.dataFolder],
      ...['--telemetry-level', 'off'],
      ...(options.trust === 'asked' ? [] : ['--disable-workspace-trust']),
      ...['--locale', options.language ?? 'en'],
    ],
    { env: editorEnvironment(options), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const at = await listening(child, options);
  return {
    at,
    child,
    address: (window) => `http://127.0.0.1:${at}${windowPath(`127.0.0.1:${at}`, window)}`,
    stop: () => child.stop(),
  };
}

/**
 * Writes the user's settings. Those of the machine are read from a file of their own: in a window on a server the
 * user's file counts for them only until the extension's schema is known.
 */
async function writeSettings(
  dataFolder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = JSON.stringify({ ...quietSettings, ...settings }, undefined, 2);
  for (const name of ['User', 'Machine']) {
    const folder = join(dataFolder, 'data', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'settings.json'), text);
  }
}

/** A language pack without texts: it makes the language known to the server. */
async function writeLanguagePack(dataFolder: string, language: string): Promise<void> {
  const data = join(dataFolder, 'data');
  const texts = join(data, 'language.json');
  await writeFile(texts, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: 'empty',
    label: language,
    extensions: [
      { extensionIdentifier: { id: 'opengauss-dual-cluster.language' }, version: '0.0.1' },
    ],
    translations: { vscode: texts },
  };
  await writeFile(join(data, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}

/** The variables of a terminal inside another editor, or of npm, would confuse this one. */
function editorEnvironment({ env = process.env, gallery }: EditorOptions): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|npm_)/.test(name) && name !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(own), ...(gallery !== true && { EXTENSIONS_GALLERY: '{}' }) };
}

async function listening(child: Child, options: EditorOptions): Promise<string> {
  let output = '';
  const found = new Promise<string>((resolve) => {
    for (const stream of [child.process.stdout, child.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4000);
        options.log?.(text);
        const place = /agent listening on (.+)\n/.exec(output)?.[1];
        if (place !== undefined) resolve(place);
      });
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, 60_000, undefined);
  });
  const first = await Promise.race([found, late, child.ended]);
  clearTimeout(timer);
  if (typeof first === 'string') return first;
  await child.stop();
  throw new Obstacle(
    first === undefined
      ? 'The editor did not start within a minute.'
      : `The editor ended while it started (${first.signal ?? `code ${String(first.code)}`}).`,
    `It printed:\n${output.trim()}`,
  );
}

/** The path and query of a window, for a page that reaches the server as `host` (name and port). */
export function windowPath(host: string, window: Window): string {
  const remote = (path: string) => `vscode-remote://${host}${path}`;
  const payload: [string, string][] = [];
  if (window.extension) payload.push(['extensionDevelopmentPath', remote(window.extension)]);
  if (window.tests) payload.push(['extensionTestsPath', remote(window.tests)]);
  const query = new URLSearchParams({
    [window.open.endsWith('.code-workspace') ? 'workspace' : 'folder']: window.open,
  });
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `/?${query.toString()}`;
}
