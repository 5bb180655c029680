// A dual cluster made of answers, so that each thing that verification asks can be answered wrongly in a test.
import { createHash } from 'node:crypto';
import type { BatchResult, HostPool, RunResult, Shell } from '../../../src/hosts/shell.ts';
import { fieldSeparator, nullMarker, recordSeparator } from '../../../src/status/gsql-output.ts';
import { nodesOf } from '../../../src/topology/lookups.ts';
import type { NodeSpec, Topology } from '../../../src/topology/types.ts';
import { queryText } from '../../support/query-text.ts';
import type { QueryTextOptions } from '../../support/query-text.ts';

/** What a statement gets: rows, an error, a command tag, or silence from a gsql that is gone. */
export type SqlAnswer =
  | { readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly error: string }
  | { readonly tag: string }
  | 'gone';

/** The parts of a cluster that a test may answer differently; `undefined` means: as it should be. */
export interface Answers {
  readonly query?: (node: NodeSpec, look: number) => QueryTextOptions | undefined;
  readonly control?: (node: NodeSpec) => string | undefined;
  readonly sql?: (
    node: NodeSpec,
    statement: string,
    session: Session,
  ) => SqlAnswer | Promise<SqlAnswer> | undefined;
  /** What `readlink -f` makes of a path. */
  readonly links?: Readonly<Record<string, string>>;
}

/** What a session has been told by `set`. */
export type Session = Map<string, string>;

const readOnly = 'cannot execute INSERT in a read-only transaction';

/** `pg_controldata` of a node that is as it should be. */
export function controlText(
  node: NodeSpec,
  identifier = '215046882207054510',
  mode?: string,
): string {
  return `
pg_control data

pg_control version number:            923
Database system identifier:           ${identifier}
Database cluster state:               in production

reformer data (last page id 64)

Reform control version number:        1
Cluster run mode:                     ${mode ?? (node.cluster === 'production' ? 'primary cluster' : 'standby cluster')}
`;
}

/** Hosts whose nodes replicate as they should, but for what a test answers in their place. */
export function scriptedPool(topology: Topology, answers: Answers = {}): HostPool {
  let schema = '';
  let looks = 0;
  const byPort = (text: string, host: string): NodeSpec => {
    const found = nodesOf(topology).find(
      (node) => node.host === host && new RegExp(`-p ${node.port}\\b`).test(text),
    );
    if (found === undefined) {
      throw new Error(`nobody is asked by ${text}`);
    }
    return found;
  };
  const byFolder = (text: string, host: string): NodeSpec | undefined =>
    nodesOf(topology).find(
      (node) =>
        node.host === host &&
        (text.includes(`${node.dataDir} `) ||
          text.includes(`${node.dataDir}/`) ||
          (node.dssHome !== undefined && text.includes(node.dssHome))),
    );

  const query = (node: NodeSpec): string => {
    const sent = `2/${(0x5c8 + looks).toString(16).toUpperCase()}`;
    const role =
      node.name === 'dn0'
        ? node.cluster === 'production'
          ? 'Primary'
          : 'Main Standby'
        : 'Standby';
    return queryText(
      answers.query?.(node, looks) ?? {
        role,
        ...(role === 'Primary' && { senders: [{ sent }] }),
        ...(role === 'Main Standby' && { receiver: { sent } }),
      },
    );
  };

  const asked = (node: NodeSpec, statement: string, session: Session): SqlAnswer => {
    const primary = node.id === 'production/dn0';
    const made = /create schema (\w+)/.exec(statement)?.[1];
    if (statement.includes('pg_settings')) {
      return {
        rows: [
          ['data_directory', node.dataDir],
          ['port', String(node.port)],
          ['ss_instance_id', String(node.instanceId)],
          ['ss_interconnect_url', `0:10.0.0.1:1611,1:10.0.0.${node.cluster.length}:1711`],
          ['xlog_lock_file_path', `/locks/${node.cluster}`],
          ['pg_postmaster_start_time', `2024-01-02 03:04:05.${node.port}+08`],
        ],
      };
    }
    if (statement.startsWith('set ')) {
      const [, name = '', value = ''] = /^set (\w+) = (\w+)/.exec(statement) ?? [];
      session.set(name, value);
      return { tag: 'SET' };
    }
    if (statement.startsWith('show ')) {
      return { rows: [[session.get(statement.slice(5)) ?? 'off']] };
    }
    if (made !== undefined || /^(create|insert|drop)/.test(statement)) {
      schema = made ?? schema;
      return primary ? { tag: 'DONE' } : { error: readOnly };
    }
    if (statement.includes('string_agg')) {
      return { rows: [['100', proofSum(schema)]] };
    }
    if (statement.includes('pg_namespace')) {
      return { rows: [['0']] };
    }
    return { rows: [['1']] };
  };

  const shellOf = (host: string): Shell => {
    const run: Shell['run'] = async (text) => {
      await Promise.resolve();
      if (text.includes('pg_controldata')) {
        const node = byFolder(text, host);
        const stdout = node === undefined ? '' : (answers.control?.(node) ?? controlText(node));
        return result(stdout);
      }
      if (text.startsWith('readlink')) {
        const paths = text.split(' ').slice(3);
        return result(paths.map((path) => `${answers.links?.[path] ?? path}\n`).join(''));
      }
      throw new Error(`not expected: ${text}`);
    };
    const runBatch: Shell['runBatch'] = async (commands) => {
      looks += 1;
      await Promise.resolve();
      return commands.map(({ command }): BatchResult => {
        const node = byFolder(command, host);
        const stdout =
          node === undefined || command.includes('gaussdb -V')
            ? 'gaussdb (openGauss 5.0.0 build a07d57c3) compiled at 2023-03-29 03:09:38\n'
            : query(node);
        return { ...result(stdout), timedOut: false };
      });
    };
    const follow: Shell['follow'] = async (text, options) => {
      const node = byPort(text, host);
      const input = String(options.input ?? '');
      const session: Session = new Map();
      for (const part of input.split(/\\echo (ogdc-\w+)(?:\n|$)/)) {
        if (/^ogdc-\w+$/.test(part)) {
          options.onStdout(`${part}\n`);
          continue;
        }
        const statement = part
          .replace(/^--\n/, '')
          .replace(/\n?;\s*$/, '')
          .replace(/^select \* from \(\n([^]*)\n\) as q limit \d+$/, '$1')
          .trim();
        if (statement === '') {
          continue;
        }
        const answer =
          (await answers.sql?.(node, statement, session)) ?? asked(node, statement, session);
        if (answer === 'gone') {
          return 137;
        }
        if ('error' in answer) {
          options.onStderr?.(`ERROR:  ${answer.error}\n`);
          return 3;
        }
        options.onStdout('rows' in answer ? table(answer.rows) : `${answer.tag}\n`);
      }
      return 0;
    };
    const unsupported = (): never => {
      throw new Error('The scripted shell has no files.');
    };
    return {
      host,
      run,
      runBatch,
      follow,
      readFile: unsupported,
      writeFile: unsupported,
      stat: unsupported,
      readDirectory: unsupported,
    };
  };
  return {
    shell: async (host) => {
      await Promise.resolve();
      return shellOf(host);
    },
    state: () => 'idle',
    close: () => Promise.resolve(),
  };
}

/** The sum of the rows that verification writes into its schema. */
export function proofSum(schema: string, more = ''): string {
  const rows = Array.from(
    { length: 100 },
    (_, index) => `${index + 1}:${md5(`${index + 1}${schema}`)}`,
  );
  return md5(rows.join(',') + more);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function table(rows: readonly (readonly (string | null)[])[]): string {
  const lines = rows.map((row) => row.map((value) => value ?? nullMarker).join(fieldSeparator));
  const count = `(${rows.length} row${rows.length === 1 ? '' : 's'})\n`;
  return [(rows[0] ?? []).map(() => 'c').join(fieldSeparator), ...lines, count].join(
    recordSeparator,
  );
}

function result(stdout: string): RunResult {
  return { stdout, stderr: '', code: 0 };
}
