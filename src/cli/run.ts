import { readFileSync } from 'node:fs';
import { Failure, messageOf } from '../base/errors.ts';
import { setBundle, t } from '../base/l10n.ts';
import { nearest } from '../base/nearest.ts';
import { commands } from './commands.ts';
import { usageError } from './errors.ts';
import { shippedFile } from './files.ts';
import type { CliIo, ExitCode } from './io.ts';

/** Runs one command line, without the program's name. Failures are told on standard error, never thrown. */
export async function runCli(args: readonly string[], io: CliIo): Promise<ExitCode> {
  try {
    return await dispatch(args, io);
  } catch (thrown) {
    io.err(`opengauss-dual-cluster: ${messageOf(thrown)}\n`);
    if (thrown instanceof Failure && thrown.remedy !== undefined) {
      io.err(`${thrown.remedy}\n`);
    }
    return 2;
  }
}

async function dispatch(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined) {
    io.err(help());
    return 2;
  }
  if (name === 'help' && rest[0] !== undefined) {
    return dispatch([rest[0], '--help'], io);
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    io.out(help());
    return 0;
  }
  if (name === '--version' || name === '-V') {
    io.out(`${version()}\n`);
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const near = nearest(
      name,
      commands.map((one) => one.name),
    );
    throw usageError(
      near === undefined
        ? t('There is no command "{0}".', name)
        : t('There is no command "{0}". Did you mean "{1}"?', name, near),
    );
  }
  const end = rest.indexOf('--');
  if ((end < 0 ? rest : rest.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')) {
    io.out(`opengauss-dual-cluster ${command.usage()}\n`);
    return 0;
  }
  return command.run(rest, io);
}

function help(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    t('Two openGauss clusters, from the terminal.'),
    '',
    'opengauss-dual-cluster COMMAND …',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary()}`),
    '',
    t(
      '"COMMAND --help" tells more. Exit codes: 0 all is well, 1 something is wrong, 2 wrong usage or a file that cannot be read.',
    ),
    '',
  ].join('\n');
}

function version(): string {
  const file = shippedFile('package.json');
  const manifest = file === undefined ? {} : (JSON.parse(readFileSync(file, 'utf8')) as object);
  return 'version' in manifest ? String(manifest.version) : '?';
}

/** Sets the language by the variables that programs go by: LC_ALL, LC_MESSAGES, LANG. */
export function chooseLanguage(env: Readonly<Record<string, string | undefined>>): void {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((one) => one);
  const file = /^zh/i.test(locale ?? '')
    ? shippedFile('l10n', 'bundle.l10n.zh-cn.json')
    : undefined;
  if (file !== undefined) {
    setBundle(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>, 'zh-CN');
  }
}
