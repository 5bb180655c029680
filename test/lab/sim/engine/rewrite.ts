/** A statement made fit for PostgreSQL, and how positions in it lead back to what was written. */
export interface Rewritten {
  readonly sql: string;
  /** The lower-case names of openGauss's own catalogue that occur in it. */
  readonly names: ReadonlySet<string>;
  /** Seconds that it sleeps. */
  readonly sleep: number;
  /** From a position in `sql` to one in the original text; both count from 1. */
  readonly position: (position: number) => number;
}

/** Quoted parts and comments, which are never touched. */
const opaque = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//y;

/** Names that openGauss answers in its own way; they lie in the schema `lab_catalog`. */
const functions = [
  'version',
  'pg_is_in_recovery',
  'pg_postmaster_start_time',
  'pg_current_xlog_location',
  'pg_last_xlog_receive_location',
  'pg_last_xlog_replay_location',
  'pg_xlog_location_diff',
  'pg_stat_get_wal_senders',
  'pg_stat_get_wal_receiver',
  'pg_stat_get_stream_replications',
  'pg_backend_pid',
];
const views = ['pg_settings', 'pg_stat_replication', 'pg_stat_activity', 'pg_node_env'];

const word = /(?<![\w.])(?:pg_catalog\s*\.\s*)?([a-z_]\w*)/giy;
const storage = /\bwith\s*\(([^()]*)\)/giy;
const storageKeys = /^\s*(segment|orientation|compression|storage_type|hashbucket)\s*=/i;

/** Rewrites what PostgreSQL does not know. */
export function rewrite(text: string): Rewritten {
  const names = new Set<string>();
  const edits: { at: number; delta: number }[] = [];
  let sleep = 0;
  let sql = '';
  let at = 0;
  const replace = (length: number, by: string): void => {
    if (by.length !== length) {
      edits.push({ at: sql.length + by.length, delta: by.length - length });
    }
    sql += by;
    at += length;
  };
  while (at < text.length) {
    opaque.lastIndex = at;
    const hidden = opaque.exec(text);
    if (hidden !== null) {
      replace(hidden[0].length, hidden[0]);
      continue;
    }
    storage.lastIndex = at;
    const options = storage.exec(text);
    if (options?.[1] !== undefined && options[1].split(',').some((one) => storageKeys.test(one))) {
      const kept = options[1].split(',').filter((one) => !storageKeys.test(one));
      replace(options[0].length, kept.length === 0 ? ' ' : `with (${kept.join(',')})`);
      continue;
    }
    word.lastIndex = at;
    const found = word.exec(text);
    if (found?.[1] === undefined) {
      replace(1, text[at] ?? '');
      continue;
    }
    const name = found[1].toLowerCase();
    const rest = text.slice(at + found[0].length);
    const called = /^\s*\(/.test(rest);
    if ((called && functions.includes(name)) || (!called && views.includes(name))) {
      names.add(name);
      replace(found[0].length, `lab_catalog.${name}`);
    } else if (called && name === 'pg_sleep') {
      const seconds = /^\s*\(\s*([\d.]+)\s*\)/.exec(rest);
      sleep += Number(seconds?.[1] ?? 0);
      replace(
        found[0].length + (seconds?.[0].length ?? 0),
        seconds === null ? found[0] : 'pg_sleep(0)',
      );
    } else {
      replace(found[0].length, found[0]);
    }
  }
  return {
    sql,
    names,
    sleep,
    position: (position) => {
      let original = position;
      for (const edit of edits) {
        if (position > edit.at) {
          original -= edit.delta;
        }
      }
      return original;
    },
  };
}

/** Times that the clock gives are fixed in what is replayed elsewhere, so that both sides hold the same rows. */
export function fixTimes(sql: string, now: string): string {
  return sql.replace(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|\b(now\s*\(\s*\)|clock_timestamp\s*\(\s*\)|statement_timestamp\s*\(\s*\)|current_timestamp\b|sysdate\b)/gi,
    (whole: string, clock: string | undefined) =>
      clock === undefined ? whole : `'${now}'::timestamptz`,
  );
}
