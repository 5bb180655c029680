import { loadUser } from '../user.ts';
import { defaultFormat } from './format.ts';
import type { Format } from './format.ts';

/** What gsql was called with. */
export interface Options {
  readonly format: Format;
  readonly commands: string[];
  readonly variables: Map<string, string>;
  database: string;
  host: string;
  port: string;
  user: string;
  password: string | undefined;
  file: string | undefined;
  list: boolean;
}

const withValue = 'dphUWcfvFRPLoT';

/** Reads the command line; undefined when an option is unknown. */
export function readOptions(args: readonly string[]): Options | undefined {
  const options: Options = {
    format: { ...defaultFormat },
    commands: [],
    variables: new Map(),
    database: process.env['PGDATABASE'] ?? 'postgres',
    host: process.env['PGHOST'] ?? '',
    port: process.env['PGPORT'] ?? '5432',
    user: process.env['PGUSER'] ?? loadUser(),
    password: process.env['PGPASSWORD'],
    file: undefined,
    list: false,
  };
  const long: Readonly<Record<string, string>> = {
    '--command': 'c',
    '--dbname': 'd',
    '--host': 'h',
    '--port': 'p',
    '--username': 'U',
    '--password': 'W',
    '--file': 'f',
    '--no-align': 'A',
    '--tuples-only': 't',
    '--expanded': 'x',
    '--field-separator': 'F',
    '--record-separator': 'R',
    '--pset': 'P',
    '--variable': 'v',
    '--set': 'v',
    '--list': 'l',
    '--no-gsqlrc': 'X',
    '--quiet': 'q',
  };
  for (let index = 0; index < args.length; index += 1) {
    let word = args[index] ?? '';
    if (word.startsWith('--')) {
      const [name = '', value] = word.split(/=(.*)/s);
      const letter = long[name];
      if (letter === undefined) {
        return undefined;
      }
      word = `-${letter}${value ?? ''}`;
    }
    if (!word.startsWith('-') || word.length < 2) {
      options.database = word;
      continue;
    }
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at] ?? '';
      if (!withValue.includes(letter)) {
        flag(options, letter);
        continue;
      }
      let value = word.slice(at + 1);
      if (value === '') {
        index += 1;
        value = args[index] ?? '';
      }
      setting(options, letter, value);
      break;
    }
  }
  return options;
}

function flag(options: Options, letter: string): void {
  const { format } = options;
  switch (letter) {
    case 'A':
      format.aligned = false;
      break;
    case 't':
      format.tuplesOnly = true;
      break;
    case 'x':
      format.expanded = true;
      break;
    case 'l':
      options.list = true;
      break;
    default:
    // -X, -q, -r and the like change nothing here.
  }
}

function setting(options: Options, letter: string, value: string): void {
  switch (letter) {
    case 'd':
      options.database = value;
      break;
    case 'p':
      options.port = value;
      break;
    case 'h':
      options.host = value;
      break;
    case 'U':
      options.user = value;
      break;
    case 'W':
      options.password = value;
      break;
    case 'c':
      options.commands.push(value);
      break;
    case 'f':
      options.file = value;
      break;
    case 'F':
      options.format.separator = value;
      break;
    case 'R':
      options.format.recordSeparator = value;
      break;
    case 'P': {
      const [name = '', given = ''] = value.split(/=(.*)/s);
      pset(options.format, name, given);
      break;
    }
    case 'v': {
      const [name = '', given = ''] = value.split(/=(.*)/s);
      options.variables.set(name, given);
      break;
    }
    default:
  }
}

/** `\\pset NAME VALUE` */
export function pset(format: Format, name: string, value: string): void {
  switch (name) {
    case 'null':
      format.nullText = value;
      break;
    case 'footer':
      format.footer = value !== 'off';
      break;
    case 'tuples_only':
    case 't':
      format.tuplesOnly = value !== 'off';
      break;
    case 'expanded':
    case 'x':
      format.expanded = value !== 'off';
      break;
    case 'format':
      format.aligned = value !== 'unaligned';
      break;
    case 'fieldsep':
      format.separator = value;
      break;
    case 'recordsep':
      format.recordSeparator = value;
      break;
    default:
  }
}
