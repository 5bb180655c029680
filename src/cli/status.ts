import { t } from '../base/l10n.ts';
import { Monitor } from '../monitor/monitor.ts';
import type { Snapshot } from '../status/types.ts';
import type { Topology } from '../topology/types.ts';
import { takeArguments, wordOption } from './args.ts';
import { usageError } from './errors.ts';
import { readTopology, topologyFile } from './files.ts';
import type { CliCommand, CliIo, ExitCode } from './io.ts';
import { openPool } from './pool.ts';
import { statusJson, statusText } from './status-print.ts';

type Format = 'text' | 'json';

/** `status`: reads all nodes once, or again and again, and says whether the dual cluster is healthy. */
export const statusCommand: CliCommand = {
  name: 'status',
  summary: () => t('Show the nodes of both clusters and whether they are healthy'),
  usage: () =>
    `status [--topology FILE] [--ssh-config FILE] [--format text|json] [--watch] [--interval SECONDS]\n\n${t('Reads all nodes with gs_ctl query. Exit code 1 when the dual cluster is not healthy. --watch goes on until Ctrl-C; with --format json each reading is one line. --ssh-config is read instead of ~/.ssh/config.')}`,
  async run(args, io) {
    const { values, operands } = takeArguments('status', args, {
      topology: { type: 'string' },
      'ssh-config': { type: 'string' },
      format: { type: 'string' },
      watch: { type: 'boolean' },
      interval: { type: 'string' },
    });
    if (operands[0] !== undefined) {
      throw usageError(t('"{0}" is not expected here.', operands[0]), 'status');
    }
    const format = wordOption<Format>('status', 'format', values.format, ['text', 'json']);
    const interval = secondsOf(values.interval);
    const topology = await readTopology(topologyFile(values.topology, io), io);
    if (topology === undefined) {
      return 1;
    }
    const pool = await openPool(topology, io, values['ssh-config']);
    const monitor = new Monitor({
      topology,
      pool,
      interval,
      // Once only: patience costs nothing, and the server's own words are worth it.
      ...(values.watch !== true && { timeout: 8000 }),
    });
    try {
      return values.watch === true
        ? await watch(monitor, topology, format, io)
        : await once(monitor, topology, format, io);
    } finally {
      monitor.dispose();
      await pool.close();
    }
  },
};

function secondsOf(value: string | undefined): number {
  const seconds = value === undefined ? 2 : Number(value);
  if (!(seconds >= 0.5 && seconds <= 3600)) {
    throw usageError(t('--interval is a number of seconds from 0.5 to 3600.'), 'status');
  }
  return seconds * 1000;
}

async function once(
  monitor: Monitor,
  topology: Topology,
  format: Format,
  io: CliIo,
): Promise<ExitCode> {
  const stopped = aborted(io.signal);
  const snapshot = await Promise.race([monitor.refresh(), stopped.promise]);
  stopped.forget();
  if (snapshot === undefined) {
    return 1;
  }
  print(monitor, topology, snapshot, format, io, 2);
  return exitCode(monitor);
}

async function watch(
  monitor: Monitor,
  topology: Topology,
  format: Format,
  io: CliIo,
): Promise<ExitCode> {
  monitor.onSnapshot((snapshot) => {
    if (format === 'text' && io.terminal) {
      // To the upper left corner, and away with what was there.
      io.out('\u001b[H\u001b[2J');
    }
    print(monitor, topology, snapshot, format, io, 0);
  });
  monitor.start();
  await aborted(io.signal).promise;
  return exitCode(monitor);
}

function print(
  monitor: Monitor,
  topology: Topology,
  snapshot: Snapshot,
  format: Format,
  io: CliIo,
  indent: number,
): void {
  const { health } = monitor;
  if (health !== undefined) {
    io.out(
      format === 'json'
        ? `${JSON.stringify(statusJson(topology, snapshot, health), undefined, indent)}\n`
        : statusText(topology, snapshot, health),
    );
  }
}

function exitCode(monitor: Monitor): ExitCode {
  return monitor.health?.level === 'ok' ? 0 : 1;
}

function aborted(signal: AbortSignal): {
  readonly promise: Promise<undefined>;
  readonly forget: () => void;
} {
  let stop: () => void = () => undefined;
  const promise = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    if (signal.aborted) {
      stop();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
  return { promise, forget: () => signal.removeEventListener('abort', stop) };
}
