import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../engine/database.ts';
import { versionText } from '../gaussdb/version.ts';
import type { LabHost } from '../host.ts';
import { err, out } from '../print.ts';
import { Client, send, textOf } from '../wire.ts';
import { noticeText, resultText } from './format.ts';
import { pset, readOptions } from './options.ts';
import type { Options } from './options.ts';
import { Splitter } from './split.ts';
import type { Part } from './split.ts';

/** Connects as gsql does, or says why not in its words. */
async function connect(host: LabHost, options: Options): Promise<Client | string> {
  if (!/^\d+$/.test(options.port)) {
    return `gsql: Invalid port number "${options.port}".\n`;
  }
  const port = Number(options.port);
  const folder = options.host.startsWith('/') ? options.host : '';
  let client: Client;
  try {
    client = await Client.connect(
      options.host === '' || folder !== ''
        ? { path: `${folder === '' ? join(host.lab, host.name, 'tmp') : folder}/.s.PGSQL.${port}` }
        : { host: options.host === 'localhost' ? '127.0.0.1' : options.host, port },
      10_000,
    );
  } catch {
    return options.host === ''
      ? `failed to connect Unknown:${port}.\n`
      : folder !== ''
        ? `failed to connect ${folder}:${port}.\n`
        : `gsql: could not connect to server: Operation now in progress\n\tIs the server running on host "${options.host}" and accepting\n\tTCP/IP connections on port ${port}?\n`;
  }
  const answer = await client
    .ask(
      {
        hello: 'gsql',
        user: options.user,
        database: options.database,
        ...(options.password === undefined ? {} : { password: options.password }),
      },
      0,
    )
    .catch(() => ({ ok: false, fatal: 'could not receive data from server' }));
  if (answer['ok'] === true) {
    return options.database === 'postgres' || /^template\d$/.test(options.database)
      ? client
      : `gsql: FATAL:  database "${options.database}" does not exist\n`;
  }
  const fatal = textOf(answer, 'fatal');
  const asked = /password,login denied/.test(fatal) && options.password === undefined;
  return `${asked ? 'Password: \n' : ''}gsql: ${fatal}\n`;
}

/** One run of gsql over a connection. */
class Gsql {
  failed = false;
  private readonly client: Client;
  private readonly options: Options;

  constructor(client: Client, options: Options) {
    this.client = client;
    this.options = options;
  }

  /** Runs a part; `where`: what stands before an error. @returns whether it succeeded */
  async run(part: Part, where: string): Promise<boolean> {
    if (part.kind === 'command') {
      return this.command(part.text);
    }
    const text = this.substitute(part.text);
    if (text === '' || text === ';' || text === '/') {
      return true;
    }
    const answer = await this.client.ask({ op: 'sql', sql: text }, 0).catch(() => undefined);
    if (answer === undefined) {
      err('FATAL:  terminating connection due to administrator command\n');
      err('could not send data to server: Broken pipe\n');
      throw new ConnectionLost();
    }
    const outcome = answer as unknown as Outcome;
    for (const notice of outcome.notices) {
      err(`${where}${noticeText(notice, text)}`);
    }
    if (outcome.error !== undefined) {
      err(`${where}${noticeText(outcome.error, text)}`);
      return false;
    }
    out(resultText(outcome, this.options.format));
    return true;
  }

  cancel(): void {
    send(this.client.socket, { op: 'cancel' });
    err('Cancel request sent\n');
  }

  private substitute(text: string): string {
    return text.replace(/'(?:[^']|'')*'|"[^"]*"|::|:(\w+)/g, (whole: string, name?: string) =>
      name === undefined ? whole : (this.options.variables.get(name) ?? whole),
    );
  }

  private command(text: string): boolean {
    const [name = '', ...words] = text.slice(1).split(/\s+/);
    switch (name) {
      case 'echo':
        out(`${words.map((one) => one.replace(/^'(.*)'$/s, '$1')).join(' ')}\n`);
        return true;
      case 'q':
        throw new Quit();
      case 'set': {
        const [variable = '', ...value] = words;
        this.options.variables.set(variable, value.join(''));
        return true;
      }
      case 'pset':
        pset(this.options.format, words[0] ?? '', (words[1] ?? '').replace(/^'(.*)'$/s, '$1'));
        return true;
      case 'x':
      case 't':
        pset(this.options.format, name, words[0] ?? (this.options.format.expanded ? 'off' : 'on'));
        return true;
      case 'a':
        this.options.format.aligned = !this.options.format.aligned;
        return true;
      case 'timing':
      case 'r':
      case 'conninfo':
        return true;
      default:
        err(`Invalid command \\${name}. Try \\? for help.\n`);
        return false;
    }
  }
}

class Quit extends Error {}
class ConnectionLost extends Error {}

async function script(
  gsql: Gsql,
  options: Options,
  text: AsyncIterable<string>,
  name: string,
): Promise<number> {
  const splitter = new Splitter();
  const stop = /^(1|on|true|yes)$/i.test(options.variables.get('ON_ERROR_STOP') ?? '');
  const perform = async (parts: readonly Part[]): Promise<boolean> => {
    for (const part of parts) {
      const where = name === '' ? '' : `gsql:${name}:${part.line}: `;
      if (!(await gsql.run(part, where)) && stop) {
        return false;
      }
    }
    return true;
  };
  for await (const chunk of text) {
    if (!(await perform(splitter.add(chunk)))) {
      return 3;
    }
  }
  return (await perform(splitter.add('', true))) ? 0 : 3;
}

async function* whole(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

async function commands(gsql: Gsql, options: Options): Promise<number> {
  for (const command of options.commands) {
    const splitter = new Splitter();
    for (const part of [...splitter.add(command), ...splitter.add('', true)]) {
      if (!(await gsql.run(part, ''))) {
        return 1;
      }
    }
  }
  return 0;
}

/** `gsql`; @returns its exit code. */
export async function gsqlTool(host: LabHost, args: readonly string[]): Promise<number> {
  if (args[0] === '--help' || args[0] === '-?') {
    out(
      'gsql is the openGauss interactive terminal.\n\nUsage:\n  gsql [OPTION]... [DBNAME [USERNAME]]\n',
    );
    return 0;
  }
  if (args[0] === '-V' || args[0] === '--version') {
    out(`gsql ${versionText(host.version)}\n`);
    return 0;
  }
  const options = readOptions(args);
  if (options === undefined) {
    err('Try "gsql --help" for more information.\n');
    return 1;
  }
  const client = await connect(host, options);
  if (typeof client === 'string') {
    err(client);
    return 2;
  }
  const gsql = new Gsql(client, options);
  process.on('SIGINT', () => gsql.cancel());
  const started = Date.now();
  try {
    if (options.list) {
      options.commands.push(
        'select datname as "Name" from pg_database where datname = \'postgres\'',
      );
    }
    if (options.commands.length > 0) {
      return await commands(gsql, options);
    }
    if (options.file !== undefined && options.file !== '-') {
      let text: string;
      try {
        text = readFileSync(options.file, 'utf8');
      } catch {
        err(`${options.file}: No such file or directory\n`);
        out('total time: 0  ms\n');
        return 1;
      }
      const code = await script(gsql, options, whole(text), options.file);
      out(`total time: ${Date.now() - started}  ms\n`);
      return code;
    }
    process.stdin.setEncoding('utf8');
    return await script(gsql, options, process.stdin as AsyncIterable<string>, '');
  } catch (thrown) {
    if (thrown instanceof Quit) {
      return 0;
    }
    if (thrown instanceof ConnectionLost) {
      return 2;
    }
    throw thrown;
  } finally {
    client.close();
  }
}
