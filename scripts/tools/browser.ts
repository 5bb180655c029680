// The browser of the user-interface tests: Chromium from npm on Linux x64, elsewhere the system's own.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { keep } from './cache.ts';
import { installLocked } from './npm.ts';
import { start } from './processes.ts';
import { during, Obstacle } from './progress.ts';
import { root } from './root.ts';

const source = join(root, 'test', 'tools', 'browser');

/** What a browser is launched with. */
export interface Browser {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--font-render-hinting=none', '--force-color-profile=srgb', '--hide-scrollbars'],
];

/** The browser, installed first where it is missing. */
export async function installBrowser(): Promise<Browser> {
  if (process.platform === 'linux' && process.arch === 'x64') return fromNpm();
  const executablePath = fromSystem();
  if (executablePath === undefined) {
    throw new Obstacle(
      `There is no browser for the user-interface tests: npm has one for Linux x64 only, and no Chromium, Chrome or Edge was found on this ${process.platform} ${process.arch}.`,
      'Install one of them, or run the other tests: npm test -- check unit package.',
    );
  }
  return { executablePath, args, env: environment() };
}

async function fromNpm(): Promise<Browser> {
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
    version: string;
  };
  const files = ['package.json', 'package-lock.json', 'fonts.conf'];
  const folder = await keep(
    {
      name: 'browser',
      version: manifest.version,
      from: files.map((name) => join(source, name)),
      build: (place) =>
        during('Installing the browser for the tests (once, about 230 MB)', async () => {
          for (const name of files) await copyFile(join(source, name), join(place, name));
          await installLocked(place, 'the browser');
          await unpack(place);
          await collectFonts(place);
          await rm(join(place, 'node_modules'), { recursive: true });
        }),
    },
    () => {
      console.log('Another command is installing the browser; waiting for it.');
    },
  );
  const libraries = join(folder, 'al2023', 'lib');
  return {
    executablePath: join(folder, 'chromium'),
    args,
    env: {
      ...environment(),
      // Libraries that a bare system lacks (nss and the like) come with the package.
      LD_LIBRARY_PATH: [libraries, process.env['LD_LIBRARY_PATH'] ?? '']
        .filter(Boolean)
        .join(delimiter),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      XDG_CACHE_HOME: join(folder, 'caches'),
    },
  };
}

/** The package unpacks itself into the folder for temporary files, which is pointed to ours in a process of its own. */
async function unpack(place: string): Promise<void> {
  const program = `import('@sparticuz/chromium').then((found) => found.default.executablePath()).catch((error) => { console.error(error); process.exitCode = 1; });`;
  const child = start(process.execPath, ['-e', program], {
    cwd: place,
    // With this variable the libraries for systems that lack them are unpacked as well.
    env: { ...process.env, TMPDIR: place, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { code } = await child.ended;
  if (code !== 0 || !existsSync(join(place, 'chromium'))) {
    throw new Obstacle('The browser could not be unpacked.', 'Is the disk full?');
  }
}

async function collectFonts(place: string): Promise<void> {
  const target = join(place, 'files');
  await mkdir(target);
  const modules = join(place, 'node_modules');
  const sc = join(modules, '@embedpdf', 'fonts-sc', 'fonts');
  for (const weight of ['Regular', 'Medium', 'Bold']) {
    await rename(
      join(sc, `NotoSansHans-${weight}.otf`),
      join(target, `NotoSansHans-${weight}.otf`),
    );
  }
  const mono = join(modules, '@expo-google-fonts', 'noto-sans-mono');
  for (const weight of ['400Regular', '700Bold']) {
    const name = `NotoSansMono_${weight}.ttf`;
    await rename(join(mono, weight, name), join(target, name));
  }
  const sans = join(place, 'fonts', 'fonts', 'Open_Sans');
  for (const name of await readdir(sans)) await rename(join(sans, name), join(target, name));
  await rm(join(place, 'fonts'), { recursive: true });
}

function fromSystem(): string | undefined {
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'chrome',
    'msedge',
  ];
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const programs = [process.env['ProgramFiles'], process.env['ProgramFiles(x86)']]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
  const applications = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  );
  return [...onPath, ...programs, ...applications].find((path) => existsSync(path));
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
