// What `npm start` and `npm test` share before anything is installed: only what Node itself brings.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The oldest Node that everything here runs on. */
const oldest = [20, 11];

/**
 * Installs the packages of the lock file where they are missing or others than the lock file names, and
 * returns a function that loads TypeScript files. Ends the process with a clear message where it cannot.
 */
export async function bootstrap() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    stop(
      `Node ${oldest.join('.')} or later is needed; this is Node ${process.versions.node}.`,
      'Install a newer Node (https://nodejs.org) and run the command again.',
    );
  }
  if (!installed()) await oneAtATime(install);
  await import('tsx');
  return createRequire(import.meta.url);
}

/** Whether node_modules holds what the lock file names; packages for other systems may be absent. */
function installed() {
  const wanted = readLock(join(root, 'package-lock.json'));
  const found = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const there = found[path];
    if (!there) return entry.optional === true || entry.peer === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Runs npm ci with the npm that started this, or the one on the PATH, and the user's own configuration. */
async function install() {
  if (installed()) return;
  const began = Date.now();
  const tell = ticker('Installing dependencies');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const child = npm
    ? spawn(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn('npm', args, {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        shell: process.platform === 'win32',
      });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-8000)));
  }
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += String(error);
      resolve(1);
    });
    child.on('close', resolve);
  });
  tell.end();
  if (code !== 0) {
    process.stderr.write(output.trim() + '\n');
    stop(
      'The dependencies could not be installed.',
      'Look at npm’s message above; `npm ping` tells whether the package registry answers.',
    );
  }
  console.log(`Installed dependencies in ${((Date.now() - began) / 1000).toFixed(0)} s.`);
}

/** Two commands started together must not install into the same folder: the second waits for the first. */
async function oneAtATime(work) {
  const lock = join(root, '.cache', 'installing');
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (abandoned(lock)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!waited) console.log('Another command is installing the dependencies; waiting for it.');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

function abandoned(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'EPERM') return false;
    if (error.code === 'ESRCH') return true;
    // The pid is written right after the folder is made.
    const made = statSync(lock, { throwIfNoEntry: false });
    return made !== undefined && Date.now() - made.mtimeMs > 10_000;
  }
}

/** Says what is going on, with the seconds on a terminal and now and then a line elsewhere. */
function ticker(text) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const terminal = process.stdout.isTTY === true;
  process.stdout.write(terminal ? `${text} …` : `${text} …\n`);
  const timer = setInterval(
    () => process.stdout.write(terminal ? `\r${text} … ${seconds()} s` : `  … ${seconds()} s\n`),
    terminal ? 1000 : 15_000,
  );
  return {
    end() {
      clearInterval(timer);
      if (terminal) process.stdout.write('\r\u001b[K');
    },
  };
}

function stop(message, remedy) {
  console.error(`${message}\n${remedy}`);
  process.exit(1);
}
