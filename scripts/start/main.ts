// npm start: builds, starts the lab, and opens a real VS Code with the extension on one address.
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { installEditor, startEditor, windowPath } from '../tools/editor.ts';
import { start, startNode } from '../tools/processes.ts';
import { Obstacle, tell } from '../tools/progress.ts';
import { root } from '../tools/root.ts';
import { removeFolder, temporaryFolder } from '../tools/temporary.ts';
import { openFront } from './front.ts';
import { noteLab, openLab } from './lab.ts';
import { untilStopped } from './stopping.ts';

const usage = `npm start [-- options]

  --port <number>  listen on this port instead of a free one
  --desktop        open the lab in the VS Code of this desktop (code must be on the PATH)
  --bare           a lab of bare hosts, where nothing is deployed yet
  --version <v>    the openGauss version of the lab: 5.0.0 (default) or 7.0.0
  --no-build       start with what was built before
  --help           show this
`;

/** Runs until the person stops it; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const began = Date.now();
  const endings: (() => unknown)[] = [];
  const ends: Promise<unknown>[] = [untilStopped()];
  try {
    const options = read(args);
    if (options.help) {
      process.stdout.write(usage);
      return 0;
    }
    const code = options.desktop ? findCode() : undefined;
    const [server] = await Promise.all([
      code === undefined ? installEditor() : undefined,
      options['no-build'] ? undefined : build(),
    ]);
    const folder = await temporaryFolder();
    endings.push(() => removeFolder(folder));
    const lab = await openLab({ bare: options.bare, version: options.version });
    endings.push(() => lab.stop());
    endings.push(await noteLab(lab.lab));
    if (code !== undefined) {
      await writeDesktopSettings(lab.workspace, lab.settings);
      openDesktop(code, lab.workspace);
      console.log('Opened in the VS Code of this desktop.');
    }
    if (server !== undefined) {
      const socket = join(folder, 'editor.sock');
      const editor = await startEditor(server, {
        dataFolder: join(folder, 'editor'),
        settings: { 'workbench.colorTheme': 'Default Dark Modern', ...lab.settings },
        socket,
        gallery: true,
      });
      endings.push(() => editor.stop());
      ends.push(editor.child.ended.then(() => 'The editor has ended.'));
      const front = await openFront(options.port, socket, (host) =>
        windowPath(host, { open: lab.workspace, extension: root }),
      );
      endings.push(() => {
        front.close();
      });
      console.log(`\nReady in ${((Date.now() - began) / 1000).toFixed(0)} s. Open in a browser:\n`);
      console.log(`  ${front.address}\n`);
    }
    const host = lab.lab.hosts[0]?.name ?? '';
    console.log(`The lab’s machines:  ssh -F ${lab.lab.sshConfig} ${host}`);
    console.log('Faults on demand:    npm run lab -- --help');
    console.log('Ctrl-C stops everything.');
    const why = await Promise.race(ends);
    console.log(`\n${typeof why === 'string' ? `${why} ` : ''}Stopping …`);
    return 0;
  } catch (error) {
    tell(error);
    return 1;
  } finally {
    for (const end of endings.reverse()) {
      try {
        await end();
      } catch (error) {
        tell(error);
      }
    }
  }
}

function read(args: readonly string[]) {
  const { values } = parseArguments(args);
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Obstacle(`--port ${values.port ?? ''} is not a port.`, 'Give a number up to 65535.');
  }
  const { version } = values;
  if (version !== '5.0.0' && version !== '7.0.0') {
    throw new Obstacle(`The lab has no version ${version}.`, 'It knows 5.0.0 and 7.0.0.');
  }
  return { ...values, port, version } as const;
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        desktop: { type: 'boolean', default: false },
        bare: { type: 'boolean', default: false },
        version: { type: 'string', default: '5.0.0' },
        'no-build': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Obstacle((error as Error).message, usage);
  }
}

async function build(): Promise<void> {
  const child = startNode([join(root, 'scripts', 'build.mjs'), '--dev'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.process.stdout, child.process.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const { code } = await child.ended;
  if (code !== 0) throw new Obstacle(output.trim(), 'The extension could not be built.');
}

function findCode(): string {
  const found = spawnSync('code', ['--version']);
  if (found.status === 0) return 'code';
  throw new Obstacle(
    'There is no `code` on the PATH.',
    "In VS Code run “Shell Command: Install 'code' command in PATH”, or leave out --desktop.",
  );
}

/** The desktop's own settings are the user's: what leads to the lab is written into its folder. */
async function writeDesktopSettings(workspace: string, settings: object): Promise<void> {
  const folder = join(workspace, '.vscode');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
}

function openDesktop(code: string, workspace: string): void {
  start(code, ['--new-window', `--extensionDevelopmentPath=${root}`, workspace], {
    stdio: 'inherit',
  });
}
