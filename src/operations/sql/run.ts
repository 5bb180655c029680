import { randomBytes } from 'node:crypto';
import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import { command } from '../../hosts/quote.ts';
import type { Shell } from '../../hosts/shell.ts';
import {
  fieldSeparator,
  nullMarker,
  parseServerMessages,
  parseStatementOutput,
  recordSeparator,
} from '../../status/gsql-output.ts';
import type { ServerMessage } from '../../status/gsql-output.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { scriptRefused } from './errors.ts';
import { isPlainQuery, splitScript } from './split.ts';
import type { Statement } from './split.ts';

export interface SqlOptions {
  /** `postgres` when not given. */
  readonly database?: string;
  /** Rows kept of each result, 1000 when not given. Plain queries are limited on the server. */
  readonly rowLimit?: number;
  /** Milliseconds for the whole script, one minute when not given. */
  readonly timeout?: number;
  /** Aborting cancels the statement on the server. */
  readonly signal?: AbortSignal;
  /** Ask for the types of the columns; on when not given. */
  readonly types?: boolean;
}

export interface SqlColumn {
  readonly name: string;
  /** For example `integer`; absent when it could not be asked for. */
  readonly type?: string;
}

export interface SqlResult {
  readonly statement: Statement;
  readonly columns: readonly SqlColumn[] | null;
  readonly rows: readonly (readonly (string | null)[])[];
  /** There were more rows than the limit. */
  readonly truncated: boolean;
  /** For example `INSERT 0 1`. */
  readonly tags: readonly string[];
  /** Milliseconds as seen from here, the way to the host included. */
  readonly milliseconds: number;
}

export interface SqlError extends ServerMessage {
  readonly statement: Statement | undefined;
  /** UTF-16 offset in the script that the server points at. */
  readonly offset?: number;
}

/** How a script ended. `cancelled`: by the signal or the time limit, after the server was told to. */
export interface SqlOutcome {
  readonly results: readonly SqlResult[];
  readonly notices: readonly ServerMessage[];
  readonly error: SqlError | undefined;
  readonly cancelled: boolean;
}

const defaultRowLimit = 1000;
/** Characters that a script may print; statements that are no plain queries have no row limit on the server. */
const outputLimit = 64 * 1024 * 1024;
/** Characters of messages that are kept: half of the first, half of the last ones. */
const messageLimit = 1024 * 1024;
/** What a plain query is wrapped in; the statement begins on the second line. */
const wrapHead = 'select * from (\n';

/**
 * Runs a script on a node with gsql, in one session, and stops at the first error, which is part of the answer.
 * Rejects with `sql-script-refused` for what gsql must not be handed (its own backslash commands, COPY FROM STDIN),
 * and with the failures of the shell.
 */
export async function runSql(
  shell: Shell,
  node: NodeSpec,
  text: string,
  options: SqlOptions = {},
): Promise<SqlOutcome> {
  const script = splitScript(text);
  const refusal = script.refusals[0];
  if (refusal !== undefined) {
    throw scriptRefused(refusal, text);
  }
  const session = new Session(shell, node, script.statements, options);
  const outcome = await session.run();
  return options.types === false ? outcome : withTypes(shell, node, outcome, options);
}

class Session {
  private readonly marker = `ogdc-${randomBytes(8).toString('hex')}`;
  private readonly shell: Shell;
  private readonly node: NodeSpec;
  private readonly statements: readonly Statement[];
  private readonly options: SqlOptions;
  private readonly rowLimit: number;
  private readonly results: SqlResult[] = [];
  private readonly stop = new AbortController();
  private pending = '';
  private printed = 0;
  private tooMuch = false;
  private errors = '';
  private backend: string | undefined;
  private since = 0;
  private cancelled = false;

  constructor(shell: Shell, node: NodeSpec, statements: readonly Statement[], options: SqlOptions) {
    this.shell = shell;
    this.node = node;
    this.statements = statements;
    this.options = options;
    this.rowLimit = options.rowLimit ?? defaultRowLimit;
  }

  async run(): Promise<SqlOutcome> {
    const cancel = (): void => {
      this.cancel().catch(() => this.stop.abort());
    };
    const timer = setTimeout(cancel, this.options.timeout ?? 60_000);
    this.options.signal?.addEventListener('abort', cancel, { once: true });
    if (this.options.signal?.aborted === true) {
      this.stop.abort();
      this.cancelled = true;
    }
    try {
      const { command, input } = gsql(this.node, this.script(), this.options.database);
      await this.shell.follow(command, {
        input,
        signal: this.stop.signal,
        onStdout: (chunk) => this.take(chunk),
        onStderr: (chunk) => this.takeMessages(chunk),
      });
    } catch (thrown) {
      if (!this.isCancelled()) {
        throw thrown;
      }
    } finally {
      clearTimeout(timer);
      this.options.signal?.removeEventListener('abort', cancel);
    }
    return this.outcome();
  }

  private isCancelled(): boolean {
    return this.cancelled;
  }

  private script(): string {
    // gsql would take the first line for a password when it asks for one; so that line says nothing.
    return [
      '--',
      'select pg_backend_pid();',
      `\\echo ${this.marker}`,
      ...this.statements.flatMap((statement) => [
        ended(this.limited(statement), statement.terminator),
        `\\echo ${this.marker}`,
      ]),
    ].join('\n');
  }

  private limited(statement: Statement): string {
    return isPlainQuery(statement.text)
      ? `${wrapHead}${statement.text}\n) as q limit ${this.rowLimit + 1}`
      : statement.text;
  }

  private takeMessages(chunk: string): void {
    this.errors += chunk;
    if (this.errors.length > 2 * messageLimit) {
      const half = messageLimit / 2;
      this.errors = `${this.errors.slice(0, half)}\n${this.errors.slice(-half)}`;
    }
  }

  private take(chunk: string): void {
    this.printed += chunk.length;
    if (this.printed > outputLimit) {
      this.pending = '';
      if (!this.tooMuch) {
        this.tooMuch = true;
        this.cancel().catch(() => this.stop.abort());
      }
      return;
    }
    const end = `${this.marker}\n`;
    // What was looked at before is not looked at again.
    const from = Math.max(0, this.pending.length - end.length);
    this.pending += chunk;
    for (let at = this.pending.indexOf(end, from); at >= 0; at = this.pending.indexOf(end)) {
      const output = this.pending.slice(0, at);
      this.pending = this.pending.slice(at + end.length);
      this.finish(output);
    }
  }

  private finish(output: string): void {
    const now = performance.now();
    if (this.backend === undefined) {
      this.backend = parseStatementOutput(output).rows[0]?.[0] ?? '';
      this.since = now;
      return;
    }
    const statement = this.statements[this.results.length];
    if (statement === undefined) {
      return;
    }
    const parsed = parseStatementOutput(output, this.rowLimit + 1);
    this.results.push({
      statement,
      columns: parsed.columns?.map((name) => ({ name })) ?? null,
      rows: parsed.rows.slice(0, this.rowLimit),
      truncated: parsed.rows.length > this.rowLimit,
      tags: parsed.tags,
      milliseconds: now - this.since,
    });
    this.since = now;
  }

  /** Tells the server to cancel, gives gsql a moment to say so, then ends it. */
  private async cancel(): Promise<void> {
    this.cancelled = true;
    if (this.backend !== undefined && /^\d+$/.test(this.backend)) {
      const script = `--\nselect pg_cancel_backend(${this.backend});`;
      const { command, input } = gsql(this.node, script, this.options.database);
      await this.shell.run(command, {
        input,
        timeout: 5_000,
        long: true,
      });
    }
    setTimeout(() => this.stop.abort(), 2_000).unref();
  }

  private outcome(): SqlOutcome {
    const messages = parseServerMessages(this.errors);
    const error = messages.find((message) => /^(?:ERROR|FATAL|PANIC)$/.test(message.severity));
    const statement = this.backend === undefined ? undefined : this.statements[this.results.length];
    if (this.tooMuch) {
      const message = t(
        'The script printed more than {0} and was cancelled. Ask for less, with LIMIT or fewer columns.',
        formatBytes(outputLimit),
      );
      return {
        results: this.results,
        notices: messages.filter((one) => one !== error),
        error: { severity: 'ERROR', message, statement },
        cancelled: false,
      };
    }
    return {
      results: this.results,
      notices: messages.filter((message) => message !== error),
      error:
        error === undefined ? undefined : { ...error, statement, ...offsetOf(error, statement) },
      cancelled: this.cancelled,
    };
  }
}

/**
 * gsql in the form that `parseStatementOutput` reads, and the script as its input. When its input ends gsql runs what it
 * has of an open statement (openGauss, src/bin/psql/mainloop.cpp), which after a cut connection may be a DELETE without
 * its WHERE: so it starts only when the whole script is there.
 */
function gsql(
  node: NodeSpec,
  script: string,
  database = 'postgres',
): { readonly command: string; readonly input: string } {
  const input = script.trimEnd();
  const line = command(
    'gsql',
    '-X',
    '-A',
    ...['-d', database, '-p', String(node.port)],
    ...['-F', fieldSeparator, '-R', recordSeparator],
    ...['-P', `null=${nullMarker}`, '-P', 'footer=on', '-P', 'pager=off'],
    ...['-v', 'ON_ERROR_STOP=1'],
  );
  const isWhole = `[ "$(printf %s "$S" | wc -c)" -eq ${Buffer.byteLength(input)} ]`;
  return {
    command: `${nodePrelude(node)}S=$(cat) && ${isWhole} || exit 1; printf '%s\\n' "$S" | ${line}`,
    input,
  };
}

function ended(text: string, terminator: Statement['terminator']): string {
  return terminator === '/' ? `${text}${text.endsWith(';') ? '' : ';'}\n/` : `${text}\n;`;
}

/** Where in the script the server points at; gsql prints only part of a long line. */
function offsetOf(
  error: ServerMessage,
  statement: Statement | undefined,
): { readonly offset?: number } {
  if (statement === undefined || error.line === undefined || error.column === undefined) {
    return {};
  }
  const index = error.line - 1 - (isPlainQuery(statement.text) ? 1 : 0);
  const lines = statement.text.split('\n');
  const line = lines[index];
  if (line === undefined) {
    return {};
  }
  const printed = error.lineText ?? '';
  const cut = printed.startsWith('...') ? line.indexOf(printed.slice(3).replace(/\.\.\.$/, '')) : 0;
  const column = error.column - 1 + (cut > 0 ? cut - 3 : 0);
  const before = lines.slice(0, index).reduce((sum, one) => sum + one.length + 1, 0);
  return { offset: statement.offset + before + Math.min(Math.max(0, column), line.length) };
}

/**
 * Adds the types of the columns. `pg_typeof` answers the type of a column also where there is no row, so the query
 * is planned again but never run: `limit 0`.
 */
async function withTypes(
  shell: Shell,
  node: NodeSpec,
  outcome: SqlOutcome,
  options: SqlOptions,
): Promise<SqlOutcome> {
  const asked = outcome.results.filter(
    (result) => result.columns !== null && isPlainQuery(result.statement.text),
  );
  if (asked.length === 0 || outcome.cancelled) {
    return outcome;
  }
  const types = await Promise.all(
    asked.map(async (result) => {
      const names = (result.columns ?? []).map((_, index) => `c${index}`);
      const query =
        `select ${names.map((name) => `pg_typeof(q.${name})::text`).join(', ')} from (select 1) as one ` +
        `left join (select * from (\n${result.statement.text}\n) as s limit 0) as q(${names.join(', ')}) on true;`;
      const { command, input } = gsql(node, `--\n${query}`, options.database);
      const answer = await shell.run(command, {
        input,
        timeout: 10_000,
        long: true,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return [result, parseStatementOutput(answer.stdout).rows[0]] as const;
    }),
  ).catch(() => []);
  const known = new Map(types);
  return {
    ...outcome,
    results: outcome.results.map((result) => {
      const row = known.get(result);
      return row === undefined || result.columns === null
        ? result
        : {
            ...result,
            columns: result.columns.map(({ name }, index) => {
              const type = row[index];
              return type === null || type === undefined ? { name } : { name, type };
            }),
          };
    }),
  };
}
