// npm as a child process, with the configuration that the user has: no registry is ever named here.
import { spawn } from 'node:child_process';

import { Obstacle } from './progress.ts';

/** How npm is started: by the one that started us, or by the one on the PATH. */
export function npmCommand(args: readonly string[]): {
  file: string;
  args: string[];
  shell: boolean;
} {
  const own = process.env['npm_execpath'];
  return own
    ? { file: process.execPath, args: [own, ...args], shell: false }
    : { file: 'npm', args: [...args], shell: process.platform === 'win32' };
}

/** Installs exactly what the lock file of a folder names; no package's own script is run. */
export async function installLocked(folder: string, what: string): Promise<void> {
  const npm = npmCommand(['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund']);
  const child = spawn(npm.file, npm.args, {
    cwd: folder,
    shell: npm.shell,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream
      .setEncoding('utf8')
      .on('data', (text: string) => (output = (output + text).slice(-8000)));
  }
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      output += String(error);
      resolve(1);
    });
    child.on('close', resolve);
  });
  if (code !== 0) {
    throw new Obstacle(
      `${output.trim()}\n\nnpm could not install ${what}.`,
      'Look at its message above; `npm ping` tells whether the package registry answers.',
    );
  }
}
