import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { diskFull } from '../hosts/file-errors.ts';
import { quote } from '../hosts/quote.ts';
import type { Shell } from '../hosts/shell.ts';
import { commandFailed, isDiskFull, journalUnreadable } from './errors.ts';
import { stateFolder, statePath } from './host/state-folder.ts';
import type { CreatedItem, RecipeName, RoleHistory } from './types.ts';

/** How a step ended. `unknown`: it may or may not have had its effect, and it could not be found out. */
export type StepOutcome = 'done' | 'skipped' | 'failed' | 'blocked' | 'cancelled' | 'unknown';

interface RecordBase {
  /** ISO 8601. */
  readonly time: string;
  readonly run: string;
}

/** One line of a journal. Lines are only ever added. None holds a secret. */
export type JournalRecord =
  /** In the local journal alone: the run is about to lock the hosts, and a lock of its name is our own. */
  | (RecordBase & { readonly type: 'run-lock' })
  | (RecordBase & {
      readonly type: 'run-start';
      readonly plan: string;
      readonly scope: string;
      readonly recipe: RecipeName;
      readonly title: string;
      readonly user: string;
      readonly machine: string;
      readonly pid: number;
    })
  | (RecordBase & { readonly type: 'step-start'; readonly step: string; readonly attempt: number })
  | (RecordBase & {
      readonly type: 'step-end';
      readonly step: string;
      readonly outcome: StepOutcome;
      readonly evidence?: string;
      readonly message?: string;
    })
  | (RecordBase & {
      readonly type: 'created' | 'removed';
      readonly scope: string;
      readonly step: string;
      readonly item: CreatedItem;
    })
  | (RecordBase & { readonly type: 'run-end'; readonly outcome: 'done' | 'failed' | 'cancelled' });

/** Reads JSON lines. A last line that was cut off by a crash, and lines that are not ours, are passed over. */
export function parseJournal(text: string): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      continue;
    }
    try {
      const value: unknown = JSON.parse(line);
      if (isRecord(value)) {
        records.push(value);
      }
    } catch {
      // A torn line: the crash that tore it is what the journal is for.
    }
  }
  return records;
}

function isRecord(value: unknown): value is JournalRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'run' in value &&
    typeof value.run === 'string' &&
    'time' in value &&
    typeof value.time === 'string'
  );
}

/** A place that holds a journal. */
export interface JournalStore {
  read(): Promise<JournalRecord[]>;
  /** Resolves when the record is on disk. */
  append(record: JournalRecord): Promise<void>;
}

/** A journal in a file of this machine. */
export class LocalJournal implements JournalStore {
  private readonly path: string;
  private torn: Promise<boolean> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<JournalRecord[]> {
    try {
      return parseJournal(await readFile(this.path, 'utf8'));
    } catch (thrown) {
      if (isMissing(thrown)) {
        return [];
      }
      throw journalUnreadable(this.path, thrown);
    }
  }

  async append(record: JournalRecord): Promise<void> {
    try {
      this.torn ??= this.endsTorn();
      const start = (await this.torn) ? '\n' : '';
      this.torn = Promise.resolve(false);
      await mkdir(dirname(this.path), { recursive: true });
      const file = await open(this.path, 'a', 0o600);
      try {
        await appendFile(file, `${start}${JSON.stringify(record)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (thrown) {
      throw journalUnreadable(this.path, thrown);
    }
  }

  private async endsTorn(): Promise<boolean> {
    try {
      const text = await readFile(this.path, 'utf8');
      return text !== '' && !text.endsWith('\n');
    } catch (thrown) {
      if (isMissing(thrown)) {
        return false;
      }
      throw thrown;
    }
  }
}

/** The journal of a host, in the state folder of the account. */
export class HostJournal implements JournalStore {
  private readonly shell: Shell;
  private readonly signal: AbortSignal | undefined;

  constructor(shell: Shell, signal?: AbortSignal) {
    this.shell = shell;
    this.signal = signal;
  }

  async read(): Promise<JournalRecord[]> {
    const path = `${await statePath(this.shell)}/journal.jsonl`;
    const answer = await this.shell.run(
      `if test -e ${quote(path)}; then cat -- ${quote(path)}; fi`,
      {
        outputLimit: 64 * 1024 * 1024,
        ...(this.signal === undefined ? {} : { signal: this.signal }),
      },
    );
    if (answer.code !== 0) {
      throw journalUnreadable(
        path,
        commandFailed('cat', this.shell.host, answer.code, answer.stderr),
      );
    }
    return parseJournal(answer.stdout);
  }

  async append(record: JournalRecord): Promise<void> {
    const path = `${await stateFolder(this.shell)}/journal.jsonl`;
    const file = quote(path);
    // A blank line before each record costs nothing and keeps it whole when the line before was torn by a crash.
    const command = `umask 077; cat >> ${file} && { sync -- ${file} 2>/dev/null || sync; }`;
    const answer = await this.shell.run(command, { input: `\n${JSON.stringify(record)}\n` });
    if (answer.code !== 0) {
      throw isDiskFull(answer.stderr)
        ? diskFull(this.shell.host, path, answer.stderr.trim())
        : journalUnreadable(
            path,
            commandFailed('cat', this.shell.host, answer.code, answer.stderr),
          );
    }
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

/** What the records say was created for a scope and not removed since, oldest first. */
export function createdItems(records: readonly JournalRecord[], scope: string): CreatedItem[] {
  const items = new Map<string, CreatedItem>();
  for (const record of records) {
    if ((record.type !== 'created' && record.type !== 'removed') || record.scope !== scope) {
      continue;
    }
    const key = `${record.item.host}\n${record.item.path}`;
    if (record.type === 'removed') {
      items.delete(key);
      continue;
    }
    // The first record is written before the thing exists, the second tells its identity: the place stays the first's.
    items.set(key, record.item);
  }
  return [...items.values()];
}

/** A run as the journal tells it. */
export interface RunSummary {
  readonly run: string;
  readonly plan: string;
  readonly scope: string;
  readonly recipe: RecipeName;
  readonly title: string;
  readonly started: string;
  readonly user: string;
  readonly machine: string;
  readonly pid: number;
  /** undefined: it has not ended, or what ran it has crashed. */
  readonly outcome: 'done' | 'failed' | 'cancelled' | undefined;
}

/** The runs of a journal, oldest first. */
export function runsOf(records: readonly JournalRecord[]): RunSummary[] {
  const runs = new Map<string, RunSummary>();
  for (const record of records) {
    if (record.type === 'run-start') {
      const { run, plan, scope, recipe, title, time, user, machine, pid } = record;
      runs.set(run, {
        run,
        plan,
        scope,
        recipe,
        title,
        started: time,
        user,
        machine,
        pid,
        outcome: undefined,
      });
    } else if (record.type === 'run-end') {
      const started = runs.get(record.run);
      if (started !== undefined) {
        runs.set(record.run, { ...started, outcome: record.outcome });
      }
    }
  }
  return [...runs.values()];
}

/** Joins journals of several places; a record that stands in several is taken once. */
export function mergeJournals(journals: readonly (readonly JournalRecord[])[]): JournalRecord[] {
  const seen = new Set<string>();
  const merged: JournalRecord[] = [];
  for (const record of journals.flat()) {
    const key = JSON.stringify(record);
    if (!seen.has(key)) {
      seen.add(key);
      merged.push(record);
    }
  }
  // Stable: records of one millisecond keep the order in which they were written.
  return merged.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** The newest steps of a scope that decided on roles: `promote.<cluster>`, `build.<cluster>`, then `replication`. */
export function roleHistory(records: readonly JournalRecord[], scope: string): RoleHistory {
  const ours = new Map(
    runsOf(records).flatMap((run) => (run.scope === scope ? [[run.run, run.recipe] as const] : [])),
  );
  let history: RoleHistory = {};
  for (const record of records) {
    const recipe = ours.get(record.run);
    if (recipe === undefined) {
      continue;
    }
    if (record.type === 'run-start' && recipe === 'tear-down') {
      history = {};
    }
    if (record.type !== 'step-end' || !['done', 'skipped'].includes(record.outcome)) {
      continue;
    }
    const [, what, cluster] =
      /^(promote|build|rebuild|replication)(?:\.(.+))?$/.exec(record.step) ?? [];
    if (what === 'replication') {
      history = {};
    } else if (what === 'promote' && cluster !== undefined) {
      history = { promoted: cluster };
    } else if (what !== undefined && cluster !== undefined && record.outcome === 'done') {
      history = { built: cluster };
    }
  }
  return history;
}
