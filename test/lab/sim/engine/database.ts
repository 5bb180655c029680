import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';
import type * as PGliteLibrary from '@electric-sql/pglite';
import type { LabHost } from '../host.ts';
import { RedoReader, redoId, redoLine } from '../store.ts';
import type { ClusterStore } from '../store.ts';
import { catalogSql } from './catalog.ts';

type Library = typeof PGliteLibrary;

export interface Field {
  readonly name: string;
  /** PostgreSQL's number of the type. */
  readonly type: number;
}

export interface ServerNotice {
  readonly severity: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** In the statement that was run, from 1. */
  readonly position?: number;
}

/** The outcome of one statement. */
export interface Outcome {
  readonly fields?: readonly Field[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly tag: string;
  readonly notices: readonly ServerNotice[];
  readonly error?: ServerNotice;
}

function noticeOf(source: {
  severity?: string | undefined;
  message?: string | undefined;
  detail?: string | undefined;
  hint?: string | undefined;
  position?: string | undefined;
}): ServerNotice {
  return {
    severity: source.severity ?? 'ERROR',
    message: source.message ?? '',
    ...(source.detail === undefined ? {} : { detail: source.detail }),
    ...(source.hint === undefined ? {} : { hint: source.hint }),
    ...(source.position === undefined ? {} : { position: Number(source.position) }),
  };
}

/** The rows of a cluster: PGlite in memory, made anew from the redo log whenever this process starts. */
export class Database {
  private readonly store: ClusterStore;
  private readonly redo: RedoReader;
  private readonly pglite: PGlite;
  private readonly library: Library;
  private readonly waiting: { lsn: number; sql: readonly string[] }[] = [];
  private applied: number;

  private constructor(store: ClusterStore, pglite: PGlite, library: Library) {
    this.store = store;
    this.pglite = pglite;
    this.library = library;
    this.redo = new RedoReader(store);
    this.applied = this.redo.last.lsn;
  }

  static async open(host: LabHost, store: ClusterStore): Promise<Database> {
    const library = (await import(pathToFileURL(host.pglite).href)) as Library;
    const cache = cacheFile(host);
    const options: PGliteOptions = existsSync(cache)
      ? { loadDataDir: new Blob([readFileSync(cache)]) }
      : {};
    const pglite = await library.PGlite.create(options);
    await pglite.exec(catalogSql);
    return new Database(store, pglite, library);
  }

  /** Runs one statement as it is. */
  async run(sql: string): Promise<Outcome> {
    const { messages } = await this.pglite.execProtocol(
      this.library.protocol.serialize.query(sql),
      { throwOnError: false },
    );
    let fields: readonly Field[] | undefined;
    const rows: (readonly (string | null)[])[] = [];
    const notices: ServerNotice[] = [];
    let tag = '';
    let error: ServerNotice | undefined;
    for (const message of messages) {
      if (message instanceof this.library.messages.RowDescriptionMessage) {
        fields = message.fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }));
      } else if (message instanceof this.library.messages.DataRowMessage) {
        rows.push(message.fields);
      } else if (message instanceof this.library.messages.CommandCompleteMessage) {
        tag = message.text;
      } else if (message instanceof this.library.messages.NoticeMessage) {
        notices.push(noticeOf(message));
      } else if (message instanceof this.library.messages.DatabaseError) {
        error = noticeOf(message);
      }
    }
    return {
      ...(fields === undefined ? {} : { fields }),
      rows,
      tag,
      notices,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** The first value of a query that cannot fail. */
  async value(sql: string): Promise<string | null> {
    return (await this.run(sql)).rows[0]?.[0] ?? null;
  }

  /** Replays the redo log as far as this cluster has come. */
  async catchUp(): Promise<void> {
    const limit = this.store.replayed() ?? Number.POSITIVE_INFINITY;
    for (let found = this.redo.read(); found.length > 0; found = this.redo.read()) {
      for (const { record } of found) {
        if (record.lsn > this.applied) {
          this.waiting.push({ lsn: record.lsn, sql: record.sql ?? [] });
        }
      }
    }
    for (
      let [next] = this.waiting;
      next !== undefined && next.lsn <= limit;
      [next] = this.waiting
    ) {
      this.waiting.shift();
      if (next.lsn <= this.applied) {
        continue;
      }
      await this.run('reset all');
      for (const statement of ['begin', ...next.sql, 'commit']) {
        const outcome = await this.run(statement);
        if (outcome.error !== undefined) {
          process.stderr.write(`replay: ${outcome.error.message}: ${statement}\n`);
        }
      }
      this.applied = next.lsn;
    }
  }

  /** Writes a committed transaction to the redo log. @returns its end */
  commit(sql: readonly string[], bytes: number): number {
    const size = Math.max(40, Math.ceil(bytes / 8) * 8);
    const lsn = this.redo.last.lsn + size;
    this.store.append(redoLine({ lsn, id: redoId(), sql }));
    this.applied = lsn;
    while (this.redo.read().length > 0) {
      // Our own records are applied already.
    }
    return lsn;
  }
}

function cacheFile(host: LabHost): string {
  return join(dirname(host.pglite), '..', '..', '..', '..', 'out', 'lab', 'pglite.tar');
}

/** Keeps the files of a new database, so that engines need not make them. */
export async function warm(host: LabHost): Promise<void> {
  const cache = cacheFile(host);
  if (existsSync(cache)) {
    return;
  }
  try {
    const library = (await import(pathToFileURL(host.pglite).href)) as Library;
    const pglite = await library.PGlite.create();
    mkdirSync(dirname(cache), { recursive: true });
    const files = await pglite.dumpDataDir('none');
    const temporary = `${cache}.${process.pid}`;
    writeFileSync(temporary, Buffer.from(await files.arrayBuffer()));
    renameSync(temporary, cache);
  } catch {
    // Without the cache every start takes a few seconds longer.
  }
}
