import { t } from '../../base/l10n.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import { quote } from '../../hosts/quote.ts';
import type { Shell } from '../../hosts/shell.ts';
import type { NodeSpec } from '../../topology/types.ts';

/**
 * The logs of a node. `server`: gaussdb's own. `start`: what it said before its logger started. `dss`: dssserver's.
 * `dms`: reform and messages between the nodes. `tools`: gs_ctl's copies under GAUSSLOG.
 */
export const logKinds = ['server', 'start', 'dss', 'dms', 'tools'] as const;
export type LogKind = (typeof logKinds)[number];

export interface LogFile {
  readonly kind: LogKind;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

/** A kind of log in the user's language. */
export function logName(kind: LogKind): string {
  return {
    server: t('Server log'),
    start: t('Start log'),
    dss: t('DSS log'),
    dms: t('DMS log'),
    tools: t('gs_ctl log'),
  }[kind];
}

const limit = 15_000;

/**
 * Shell patterns, by kind, of where openGauss writes its logs. `log_directory` of postgresql.conf may lead elsewhere: a path in
 * it is looked at too. `GAUSSLOG` is the topology's.
 */
function patterns(
  node: NodeSpec,
  logDirectory: string | undefined,
): readonly (readonly [LogKind, string])[] {
  const data = quote(node.dataDir);
  const gaussLog = node.env['GAUSSLOG'];
  const own =
    logDirectory === undefined || logDirectory === ''
      ? `${data}/pg_log`
      : quote(logDirectory.startsWith('/') ? logDirectory : `${node.dataDir}/${logDirectory}`);
  return [
    ['server', `${own}/*.log`],
    ['server', `${data}/pg_log/*.log`],
    ['start', `${data}/DBstart.log`],
    ['start', `${data}/gaussdb.out`],
    ['start', `${data}/nohup.out`],
    ['start', `${data}/start.log`],
    ['dms', `${data}/pg_log/DMS/*/*.?log`],
    ...(node.dssHome === undefined
      ? []
      : ([
          ['dss', `${quote(node.dssHome)}/log/run/*.rlog`],
          ['start', `${quote(node.dssHome)}/*.out`],
        ] as const)),
    ...(gaussLog === undefined
      ? []
      : ([
          ['server', `${quote(gaussLog)}/pg_log/*/*.log`],
          ['dms', `${quote(gaussLog)}/pg_log/DMS/*/*.?log`],
          ['tools', `${quote(gaussLog)}/bin/gs_ctl/*-current.log`],
        ] as const)),
  ];
}

/** Finds the logs of a node, the newest of each kind first. One round trip; a missing folder is no failure. */
export async function findLogs(
  shell: Shell,
  node: NodeSpec,
  options: { readonly logDirectory?: string | undefined; readonly signal?: AbortSignal } = {},
): Promise<readonly LogFile[]> {
  const lines = patterns(node, options.logDirectory).map(
    ([kind, pattern]) =>
      `for f in ${pattern}; do [ -f "$f" ] && printf '%s %s\\n' ${kind} "$(stat -c '%Y %s %n' -- "$f")"; done`,
  );
  const answer = await shell.run(`${nodePrelude(node)}${lines.join('; ')}; true`, {
    timeout: limit,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const files = new Map<string, LogFile>();
  for (const line of answer.stdout.split('\n')) {
    const match = /^(\w+) (\d+) (\d+) (.+)$/.exec(line);
    const kind = logKinds.find((one) => one === match?.[1]);
    if (match !== null && kind !== undefined && !files.has(match[4] ?? '')) {
      const path = match[4] ?? '';
      files.set(path, { kind, path, mtime: Number(match[2]) * 1000, size: Number(match[3]) });
    }
  }
  return [...files.values()].sort((one, other) => other.mtime - one.mtime);
}
