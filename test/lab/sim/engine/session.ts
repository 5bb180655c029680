import type { Message } from '../wire.ts';
import { textOf } from '../wire.ts';
import type { Database, Outcome, ServerNotice } from './database.ts';
import { fixTimes, rewrite } from './rewrite.ts';
import type { Turns } from './turns.ts';

const cancelled: ServerNotice = {
  severity: 'ERROR',
  message: 'canceling statement due to user request',
};

function failed(error: ServerNotice): Outcome {
  return { rows: [], tag: '', notices: [], error };
}

function row(name: string, type: number, value: string, tag = 'SELECT 1'): Outcome {
  return { fields: [{ name, type }], rows: [[value]], tag, notices: [] };
}

/** The first word of a statement, in lower case. */
function verb(sql: string): string {
  return /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*([a-z]+)/i.exec(sql)?.[1]?.toLowerCase() ?? '';
}

/** One client's session. The database has one backend for all of them: settings are put back when sessions take turns. */
export class EngineSession {
  private static current: EngineSession | undefined;
  readonly started = new Date().toISOString();
  query = '';
  queryStart = '';
  state = 'idle';
  private readonly database: Database;
  private readonly turns: Turns;
  private readonly pid: number;
  private readonly sessions: ReadonlyMap<number, EngineSession>;
  private readonly settings: string[] = [];
  private redo: string[] = [];
  private startLsn = '0/0';
  private inTransaction = false;
  private abort: (() => void) | undefined;

  constructor(
    database: Database,
    turns: Turns,
    pid: number,
    sessions: ReadonlyMap<number, EngineSession>,
  ) {
    this.database = database;
    this.turns = turns;
    this.pid = pid;
    this.sessions = sessions;
  }

  /** Cancels what runs or waits. */
  cancel(): void {
    this.turns.cancel(this);
    this.abort?.();
  }

  /** Rolls back and lets the others go on. */
  async end(): Promise<void> {
    this.cancel();
    if (this.inTransaction) {
      await this.database.run('rollback');
      this.inTransaction = false;
    }
    if (EngineSession.current === this) {
      EngineSession.current = undefined;
    }
    this.turns.give(this);
  }

  /** Runs one statement for a node: `writable`, and the views that the node has of itself. */
  async run(message: Message): Promise<Outcome & { readonly position?: number }> {
    const text = textOf(message, 'sql');
    this.query = text;
    this.queryStart = new Date().toISOString();
    this.state = 'active';
    try {
      return await this.execute(text, message);
    } finally {
      this.state = this.inTransaction ? 'idle in transaction' : 'idle';
      if (!this.inTransaction) {
        this.turns.give(this);
      }
    }
  }

  private async execute(text: string, message: Message): Promise<Outcome> {
    const signal = /^\s*select\s+pg_(cancel|terminate)_backend\s*\(\s*(\d+)\s*\)\s*;?\s*$/i.exec(
      text,
    );
    if (signal?.[2] !== undefined) {
      const target = this.sessions.get(Number(signal[2]));
      target?.cancel();
      return row(`pg_${signal[1] ?? ''}_backend`, 16, target === undefined ? 'f' : 't');
    }
    const { sql, names, sleep, position } = rewrite(text);
    if (sleep > 0 && !(await this.sleep(sleep))) {
      return failed(cancelled);
    }
    try {
      await this.turns.take(this);
    } catch {
      return failed(cancelled);
    }
    if (!this.inTransaction) {
      await this.database.catchUp();
    }
    await this.settle();
    if (names.size > 0) {
      await this.show(message['views'] as object);
    }
    const outcome = await this.perform(sql, message['writable'] === true);
    if (outcome.error === undefined) {
      return outcome;
    }
    const { position: at } = outcome.error;
    return {
      ...outcome,
      error: { ...outcome.error, ...(at === undefined ? {} : { position: position(at) }) },
    };
  }

  private async sleep(seconds: number): Promise<boolean> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.abort = undefined;
        resolve(true);
      }, seconds * 1000);
      this.abort = (): void => {
        clearTimeout(timer);
        this.abort = undefined;
        resolve(false);
      };
    });
  }

  /** Puts this session's settings in place of another's. */
  private async settle(): Promise<void> {
    if (EngineSession.current === this || this.inTransaction) {
      return;
    }
    EngineSession.current = this;
    await this.database.run('reset all');
    for (const statement of this.settings) {
      await this.database.run(statement);
    }
  }

  private async show(views: object): Promise<void> {
    const activity = [...this.sessions].map(([pid, session]) => ({
      datname: 'postgres',
      pid,
      usename: 'omm',
      application_name: 'gsql',
      client_addr: null,
      backend_start: session.started,
      query_start: session.queryStart === '' ? null : session.queryStart,
      waiting: false,
      state: session.state,
      query: session.query,
    }));
    const json = JSON.stringify({ ...views, pid: this.pid, activity }).replace(/'/g, "''");
    await this.database.run(`select set_config('lab.node', '${json}', false)`);
  }

  private async perform(sql: string, writable: boolean): Promise<Outcome> {
    const { database } = this;
    switch (verb(sql)) {
      case 'begin':
      case 'start':
        return await this.begin(sql, writable);
      case 'commit':
      case 'end':
        return await this.commit(sql);
      case 'rollback':
      case 'abort':
        if (!/\bto\b/i.test(sql)) {
          this.inTransaction = false;
          this.redo = [];
        }
        return await database.run(sql);
      case 'set':
      case 'reset': {
        const outcome = await database.run(sql);
        if (outcome.error === undefined && !/^\s*set\s+(local|transaction)\b/i.test(sql)) {
          this.settings.push(sql);
        }
        return outcome;
      }
      case 'checkpoint':
        if (writable) {
          database.commit([], 160);
        }
        return { rows: [], tag: 'CHECKPOINT', notices: [] };
      case 'vacuum':
      case 'show':
      case 'explain':
        return await database.run(sql);
      default:
    }
    if (this.inTransaction) {
      const outcome = await database.run(sql);
      if (outcome.error === undefined) {
        await this.remember(sql);
      }
      return outcome;
    }
    await this.begin('begin', writable);
    const outcome = await database.run(sql);
    if (outcome.error !== undefined) {
      await database.run('rollback');
      this.inTransaction = false;
      return outcome;
    }
    await this.remember(sql);
    const end = await this.commit('commit');
    return end.error === undefined ? outcome : end;
  }

  private async begin(sql: string, writable: boolean): Promise<Outcome> {
    const outcome = await this.database.run(sql);
    if (outcome.error !== undefined) {
      return outcome;
    }
    this.inTransaction = true;
    this.redo = [];
    this.startLsn = (await this.database.value('select pg_current_wal_insert_lsn()')) ?? '0/0';
    if (!writable) {
      await this.database.run('set transaction read only');
    }
    return outcome;
  }

  /** Keeps a statement for the redo log, with the clock's and the dice's part in it fixed. */
  private async remember(sql: string): Promise<void> {
    if (verb(sql) !== 'select' || /\b(nextval|setval|into)\b|\w\s*\(/i.test(sql)) {
      const now = (await this.database.value('select now()')) ?? '';
      const path = (await this.database.value('show search_path')) ?? '';
      if (this.redo.length === 0 && path !== '"$user", public') {
        this.redo.push(`set local search_path to ${path}`);
      }
      this.redo.push(fixTimes(sql, now));
    }
  }

  private async commit(sql: string): Promise<Outcome> {
    const { database } = this;
    // After an error there is no transaction to ask in; the commit rolls back then.
    const changed = await database.value('select pg_current_xact_id_if_assigned()');
    const outcome = await database.run(sql);
    this.inTransaction = false;
    if (changed !== null && outcome.error === undefined && outcome.tag !== 'ROLLBACK') {
      const bytes = await database.value(
        `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '${this.startLsn}')`,
      );
      database.commit(this.redo, Number(bytes ?? 0));
    }
    this.redo = [];
    return outcome;
  }
}
