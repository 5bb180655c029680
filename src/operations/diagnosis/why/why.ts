import { messageOf } from '../../../base/errors.ts';
import { t } from '../../../base/l10n.ts';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { parseConf } from '../../../config/document.ts';
import { readAsServer } from '../../../config/readers/server.ts';
import type { ServerReading } from '../../../config/readers/server.ts';
import type { Shell } from '../../../hosts/shell.ts';
import { probeNodes } from '../../../monitor/probe.ts';
import { lastReading } from '../../../status/replication.ts';
import type { NodeState } from '../../../status/types.ts';
import type { NodeSpec } from '../../../topology/types.ts';
import { lastLines } from '../../logs/follow.ts';
import { severityOf } from '../../logs/lines.ts';
import { findLogs } from '../../logs/sources.ts';
import type { LogFile } from '../../logs/sources.ts';
import { diagnose } from '../match.ts';
import { askMachine } from './machine.ts';
import type { ConfigurationFault, Fact, LogExcerpt, WhyOptions, WhyReport } from './types.ts';

const queryLimit = 12_000;
const excerptLines = 300;
/** Logs that are older than this before the newest one tell of another time. */
const sameTime = 24 * 3600_000;

/**
 * Collects what can be known of a node in a few round trips: its state, configuration, processes, ports, disks and the
 * ends of its logs, and matches all of it against the known failures. Changes nothing.
 */
export async function whyDown(
  shell: Shell,
  node: NodeSpec,
  options: WhyOptions,
): Promise<WhyReport> {
  const [state, machine, configuration] = await Promise.all([
    stateOf(shell, node, options.signal),
    askMachine(shell, node, options.signal),
    readConfiguration(shell, node, options),
  ]);
  const logs = await excerpts(shell, node, configuration.reading, options.signal);
  const said = [
    lastReading(state)?.raw ?? '',
    'reason' in state ? state.reason : '',
    // A server that refuses its file may not have a log yet.
    ...configuration.faults.map((fault) => fault.message),
    ...logs.map((log) => recent(log.text)),
  ].join('\n');
  return {
    node,
    time: Date.now(),
    state,
    diagnoses: diagnose(said),
    faults: configuration.faults,
    facts: [...machine, ...configuration.facts],
    logs,
  };
}

async function stateOf(shell: Shell, node: NodeSpec, signal: AbortSignal): Promise<NodeState> {
  const [probe] = await probeNodes(shell, [node], {
    timeout: queryLimit,
    signal,
    versionsOf: new Set(),
    now: () => Date.now(),
  });
  return probe?.state ?? { kind: 'unknown', time: Date.now(), reason: t('Not asked.') };
}

interface ReadConfiguration {
  readonly reading: ServerReading | undefined;
  readonly faults: readonly ConfigurationFault[];
  readonly facts: readonly Fact[];
}

async function readConfiguration(
  shell: Shell,
  node: NodeSpec,
  options: WhyOptions,
): Promise<ReadConfiguration> {
  const path = `${node.dataDir}/postgresql.conf`;
  try {
    const [file, catalogue] = await Promise.all([
      shell.readFile(path, { signal: options.signal }),
      loadCatalogue(options.version, options.build),
    ]);
    const reading = readAsServer(parseConf(new TextDecoder().decode(file.content)), catalogue);
    return {
      reading,
      faults: reading.problems.map((problem) => ({
        path,
        line: problem.line + 1,
        message: problem.message,
      })),
      facts: [],
    };
  } catch (thrown) {
    options.signal.throwIfAborted();
    return {
      reading: undefined,
      faults: [],
      facts: [
        {
          title: 'postgresql.conf',
          text: messageOf(thrown),
          remedy: t('See that the file is there and that the user may read it.'),
        },
      ],
    };
  }
}

async function excerpts(
  shell: Shell,
  node: NodeSpec,
  reading: ServerReading | undefined,
  signal: AbortSignal,
): Promise<readonly LogExcerpt[]> {
  const files = await findLogs(shell, node, {
    logDirectory: reading?.settings.get('log_directory')?.raw,
    signal,
  });
  const newest = new Map<string, LogFile>();
  for (const file of files) {
    if (!newest.has(file.kind) && file.mtime >= (files[0]?.mtime ?? 0) - sameTime) {
      newest.set(file.kind, file);
    }
  }
  return Promise.all(
    [...newest.values()].map(async (file) => {
      const text = await lastLines(shell, file.path, excerptLines, signal);
      const errors = text.split('\n').filter((line) => severityOf(line) === 'error');
      return { file, text, errors: errors.slice(-5) };
    }),
  );
}

/** Only what was said since the last start counts: what was wrong before it has been mended. */
function recent(log: string): string {
  const starts = [
    ...log.matchAll(
      /^.*(?:database system (?:was shut down|is ready)|gs_ctl started|DSS SERVER STARTED).*$/gm,
    ),
  ];
  const last = starts.at(-1);
  const rest = last === undefined ? log : log.slice(last.index + last[0].length);
  return rest.trim() === '' ? log : rest;
}
