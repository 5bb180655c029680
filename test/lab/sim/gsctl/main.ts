import { mkdirSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { toolSetting } from '../conf.ts';
import { defaultAddress, dssInfo } from '../dss.ts';
import { dropLock, takeLock } from '../files.ts';
import type { LabHost } from '../host.ts';
import { out } from '../print.ts';
import { build } from './build.ts';
import { confFile, say } from './context.ts';
import type { Call } from './context.ts';
import { help } from './help.ts';
import { reload, restart, start, status, stop } from './process.ts';
import { query, querybuild } from './query.ts';
import { failover, notify, switchover } from './roles.ts';

const operations: Readonly<Record<string, (call: Call) => number | Promise<number>>> = {
  start,
  stop,
  restart,
  reload,
  status,
  query,
  querybuild,
  build,
  failover,
  switchover,
  notify,
};

const withValue = 'DtmlMoTbrCLPUZpQIcRvxOuieGg';
const without = 'swWqdfVh?n';
const longWithValue = ['pgdata', 'mode', 'timeout', 'log', 'vgname', 'socketpath', 'dms_url'];

function hint(): number {
  out('Try "gs_ctl --help" for more information.\n');
  return 1;
}

interface Line {
  readonly operands: string[];
  readonly options: Map<string, string>;
  readonly bad: boolean;
}

function readLine(args: readonly string[]): Line {
  const operands: string[] = [];
  const options = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s);
      if (value !== undefined) {
        options.set(name, value);
      } else if (longWithValue.includes(name)) {
        index += 1;
        options.set(name, args[index] ?? '');
      } else {
        options.set(name, '');
      }
    } else if (word.startsWith('-') && word.length > 1) {
      for (let at = 1; at < word.length; at += 1) {
        const letter = word[at] ?? '';
        if (withValue.includes(letter)) {
          let value = word.slice(at + 1);
          if (value === '') {
            index += 1;
            value = args[index] ?? '';
          }
          options.set(letter, value);
          break;
        }
        if (!without.includes(letter)) {
          return { operands, options, bad: true };
        }
        options.set(letter, '');
      }
    } else {
      operands.push(word);
    }
  }
  return { operands, options, bad: false };
}

/** One gs_ctl at a time writes to the log folder of a GAUSSLOG; the next one gives up. */
function takeToolLog(operation: string): string | undefined | false {
  const folder = process.env['GAUSSLOG'];
  if (folder === undefined || !isAbsolute(folder)) {
    return undefined;
  }
  const own = join(folder, 'bin', 'gs_ctl');
  try {
    mkdirSync(own, { recursive: true });
  } catch {
    return undefined;
  }
  const lock = join(own, '.lock');
  if (takeLock(lock)) {
    return lock;
  }
  out(`another ${operation} command is running, init_log failed!\n`);
  return false;
}

/** With DSS in the configuration, every command speaks to dssserver first. */
async function dssAnswers(call: Call): Promise<boolean> {
  if (toolSetting(confFile(call), 'ss_enable_dss') !== 'on') {
    return true;
  }
  const home = process.env['DSS_HOME'];
  const address =
    toolSetting(confFile(call), 'ss_dss_conn_path') ??
    (home === undefined ? undefined : defaultAddress(home));
  if (address !== undefined && (await dssInfo(address)) !== undefined) {
    return true;
  }
  say('failed to init dss device');
  return false;
}

/** `gs_ctl`; @returns its exit code. */
export async function gsCtl(host: LabHost, args: readonly string[]): Promise<number> {
  const first = args[0] ?? '';
  if (['--help', '-?', '-h'].includes(first)) {
    out(help);
    return 0;
  }
  if (['-V', '--version'].includes(first)) {
    out('gs_ctl (openGauss) 9.2.4\n');
    return 0;
  }
  const line = readLine(args);
  if (line.bad) {
    return hint();
  }
  const [operation, ...rest] = line.operands;
  if (operation === undefined) {
    say(' no operation specified');
    return hint();
  }
  if (rest.length > 0) {
    say('too many command-line arguments (first is)');
    return hint();
  }
  const run = operations[operation];
  if (run === undefined) {
    say(` unrecognized operation mode "${operation}"`);
    return hint();
  }
  const folder = line.options.get('D') ?? line.options.get('pgdata') ?? process.env['PGDATA'];
  if (folder === undefined || folder === '') {
    say(' no database directory specified and environment variable PGDATA unset');
    return hint();
  }
  if ((line.options.get('Z') ?? 'single_node') !== 'single_node') {
    say(' --coordinator and --datanode option are not supported on single node mode');
    return 1;
  }
  const call: Call = { host, operation, dataDir: resolve(folder), options: line.options };
  const lock = takeToolLog(operation);
  if (lock === false) {
    return 1;
  }
  try {
    return (await dssAnswers(call)) ? await run(call) : 1;
  } finally {
    if (lock !== undefined) {
      dropLock(lock);
    }
  }
}
