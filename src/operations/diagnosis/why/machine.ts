import { formatBytes } from '../../../base/bytes.ts';
import { t } from '../../../base/l10n.ts';
import { nodePrelude } from '../../../hosts/node-command.ts';
import { quote } from '../../../hosts/quote.ts';
import type { BatchResult, Shell } from '../../../hosts/shell.ts';
import { findServer } from '../../host/node-query.ts';
import type { NodeSpec } from '../../../topology/types.ts';
import type { Fact } from './types.ts';

/** Milliseconds for each question. */
const toolLimit = 10_000;

/** Processes, ports and disks, in one round trip. */
export async function askMachine(
  shell: Shell,
  node: NodeSpec,
  signal: AbortSignal,
): Promise<readonly Fact[]> {
  const data = quote(node.dataDir);
  const dss = node.dssHome === undefined ? undefined : quote(node.dssHome);
  const ports = [node.port, node.port + 1, node.dmsPort, node.dssPort].filter(
    (port) => port !== undefined,
  );
  const commands = [
    `if ${findServer(node)}; then ps -o pid=,stat=,etime=,args= -p "$P"; elif [ -z "$P" ]; then echo none; elif kill -0 "$P" 2>/dev/null; then echo "other $P $(ps -o comm= -p "$P")"; else echo "dead $P"; fi`,
    `ls -ld -- ${data} 2>&1; [ -e ${data}/build_completed.start ] && echo build_completed.start; true`,
    `df -P -k -- ${data} 2>&1 | tail -n 1`,
    `if command -v ss >/dev/null 2>&1; then ss -ltnpH 2>/dev/null; else awk 'NR>1 && $4=="0A"{print $2}' /proc/net/tcp /proc/net/tcp6; fi`,
    dss === undefined
      ? 'true'
      : `[ -S ${dss}/.dss_unix_d_socket ] && echo socket || echo "no socket"; ${nodePrelude(node)}dsscmd getstatus -D ${dss} 2>&1 | head -n 3`,
  ];
  const answers = await shell.runBatch(
    commands.map((command) => ({ command, timeout: toolLimit })),
    { signal, timeout: toolLimit },
  );
  const [process, folder, disk, listening, dssStatus] = answers.map(textOf);
  return [
    processFact(process ?? ''),
    folderFact(node, folder ?? ''),
    diskFact(disk ?? ''),
    portsFact(ports, listening ?? '', process ?? ''),
    ...(dss === undefined ? [] : [dssFact(dssStatus ?? '')]),
  ];
}

function textOf(answer: BatchResult): string {
  return answer.timedOut ? t('no answer') : `${answer.stdout}${answer.stderr}`.trim();
}

function processFact(text: string): Fact {
  const title = t('Process');
  if (text === 'none') {
    return {
      title,
      text: t('There is no postmaster.pid: the server was never started or was stopped in order.'),
      remedy: t('Start the node.'),
    };
  }
  const gone = /^(?:dead|other) (\S+) ?(.*)/.exec(text);
  if (gone !== null) {
    const [, number = '', program = ''] = gone;
    return {
      title,
      text:
        program === ''
          ? t(
              'postmaster.pid names process {0}, which is gone: the server was killed or crashed.',
              number,
            )
          : t(
              'postmaster.pid names process {0}, which is another program by now ({1}): the server was killed or crashed.',
              number,
              program,
            ),
      remedy: t(
        'Look for the reason in the logs below and in the kernel log (out of memory?), then start the node.',
      ),
    };
  }
  return /^\s*\d+\s+T/.test(text)
    ? {
        title,
        text: t('The process is stopped (SIGSTOP): {0}', text),
        remedy: t('Find out who stopped it; kill -CONT lets it go on.'),
      }
    : { title, text };
}

function folderFact(node: NodeSpec, text: string): Fact {
  const title = t('Data directory');
  if (text.includes('build_completed.start')) {
    return {
      title,
      text: t(
        'A build was begun and not completed: build_completed.start is in {0}.',
        node.dataDir,
      ),
      remedy: t('Build the standby again.'),
    };
  }
  const missing = /No such file|Permission denied/.test(text);
  return {
    title,
    text: text.split('\n')[0] ?? '',
    ...(missing
      ? { remedy: t('Correct the path in opengauss.yaml, or its owner on the host.') }
      : {}),
  };
}

function diskFact(text: string): Fact {
  const title = t('Disk');
  const match = /\s(\d+)\s+(\d+)\s+(\d+)%\s+(\S+)$/.exec(text);
  if (match === null) {
    return { title, text };
  }
  const used = Number(match[3]);
  return {
    title,
    text: t(
      '{0} % used, {1} free on {2}',
      used,
      formatBytes(Number(match[2]) * 1024),
      match[4] ?? '',
    ),
    // openGauss turns read-only at 85 % by default (datastorage_threshold_value_check).
    ...(used >= 85 ? { remedy: t('Make room or extend the file system.') } : {}),
  };
}

function portsFact(ports: readonly number[], listening: string, process: string): Fact {
  const own = /^\s*(\d+)/.exec(process)?.[1];
  const seen = ports.map((port) => ({ port, line: listenerOf(port, listening) }));
  const foreign = seen.slice(0, 2).some(({ line }) => {
    // A port that is taken while the server is down belongs to somebody else. DSS's own ports are not the server's.
    const pid = pidIn(line);
    return line !== undefined && (own === undefined || (pid !== undefined && pid !== own));
  });
  return {
    title: t('Ports'),
    ...(foreign ? { remedy: t('Stop what listens there, or give the node another port.') } : {}),
    text: seen
      .map(({ port, line }) => {
        const pid = pidIn(line);
        const state =
          line === undefined
            ? t('free')
            : pid === undefined
              ? t('taken')
              : t('taken by process {0}', pid);
        return t('{0}: {1}', port, state);
      })
      .join(', '),
  };
}

/** The line of `ss -ltnp`, or the `address:port` of /proc/net/tcp in hexadecimal, that listens on a port. */
function listenerOf(port: number, listening: string): string | undefined {
  const hexadecimal = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return listening
    .split('\n')
    .find((line) =>
      line.split(/\s+/).includes('LISTEN')
        ? line.split(/\s+/)[3]?.endsWith(`:${port}`) === true
        : line.trim().endsWith(hexadecimal),
    );
}

function pidIn(line: string | undefined): string | undefined {
  return /pid=(\d+)/.exec(line ?? '')?.[1];
}

function dssFact(text: string): Fact {
  const well = /^socket/.test(text) && !/no socket|Failed|not found|no answer/i.test(text);
  return {
    title: 'dssserver',
    text: text.split('\n').join(' · '),
    ...(well ? {} : { remedy: t('Start dssserver of this node before the database.') }),
  };
}
