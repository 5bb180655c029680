// Runs the lab on its own, or speaks to the one that runs:
//   node --import tsx test/lab/main.ts [--bare] [--version 7.0.0] [--hosts N] [--nodes N] [--dir FOLDER]
//   node --import tsx test/lab/main.ts freeze production/dn0
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { usage } from './control.ts';
import { startLab } from './lab.ts';

/** Where the lab that was started last writes where it is. */
const note = join(fileURLToPath(new URL('../../out/', import.meta.url)), 'lab.json');

function tell(words: readonly string[]): number {
  let dir: string;
  try {
    dir = (JSON.parse(readFileSync(note, 'utf8')) as { dir: string }).dir;
  } catch {
    process.stderr.write('No lab runs. Start one with: npm start, or npm run lab\n');
    return 2;
  }
  const answer = spawnSync(join(dir, 'bin', 'lab'), words, { stdio: 'inherit' });
  return answer.status ?? 2;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      bare: { type: 'boolean' },
      light: { type: 'boolean' },
      version: { type: 'string' },
      hosts: { type: 'string' },
      nodes: { type: 'string' },
      dir: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  if (positionals.length > 0) {
    process.exitCode = tell(positionals);
    return;
  }
  const lab = await startLab({
    version: values.version === '7.0.0' ? '7.0.0' : '5.0.0',
    bare: values.bare ?? false,
    light: values.light ?? false,
    ...(values.hosts === undefined ? {} : { hosts: Number(values.hosts) }),
    ...(values.nodes === undefined ? {} : { nodes: Number(values.nodes) }),
    ...(values.dir === undefined ? {} : { dir: values.dir }),
  });
  mkdirSync(join(note, '..'), { recursive: true });
  writeFileSync(note, JSON.stringify(lab.describe()));
  process.stdout.write(`${JSON.stringify(lab.describe(), null, 2)}\n`);
  const parent = process.ppid;
  let ending = false;
  const end = (): void => {
    if (!ending) {
      ending = true;
      void lab.stop().then(() => {
        rmSync(note, { force: true });
        process.exit(0);
      });
    }
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
  lab.onQuit(end);
  setInterval(() => {
    if (process.ppid !== parent) {
      end();
    }
  }, 500);
}

void main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
});
