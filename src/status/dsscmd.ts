import { words } from './cluster-table.ts';
import { linesOf } from './tool-lines.ts';

/** What `dsscmd getstatus` said, values as printed; `unrecognised` keeps the text in `message`. */
export interface DssStatus {
  readonly kind: 'status' | 'no-server' | 'unrecognised';
  readonly instance: string | null;
  /** `open`, `recovery`, `prepare` … */
  readonly state: string | null;
  /** `READWRITE` or `READONLY`. */
  readonly mode: string | null;
  /** The instance id of the DSS server that may change metadata. */
  readonly master: string | null;
  readonly maintain: string | null;
  readonly message: string;
}

/** What a dsscmd says when there is no dssserver behind the socket. */
const noServer = /Failed to get uds connection|Could not connect dssserver/;

/** Reads the output of `dsscmd getstatus`. Never throws. */
export function parseDssStatus(text: string): DssStatus {
  const status = /Server status of instance (\d+) is (\S+) and (\S+?)\.?\s/.exec(`${text}\n`);
  return {
    kind: status !== null ? 'status' : noServer.test(text) ? 'no-server' : 'unrecognised',
    instance: status?.[1] ?? null,
    state: status?.[2] ?? null,
    mode: status?.[3] ?? null,
    master: /Master id is (\d+)/.exec(text)?.[1] ?? null,
    maintain: /DSS_MAINTAIN is (\w+)/.exec(text)?.[1] ?? null,
    message: status === null ? text : '',
  };
}

/** A table of dsscmd: a row for each line below its header, by the header's names. */
export interface DssTable {
  readonly kind: 'table' | 'no-server' | 'unrecognised';
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly message: string;
}

/** Reads the output of `dsscmd lsvg`: `vg_name`, `volume_count`, `size`, `free`, `used`, `percent(%)`. Never throws. */
export function parseDssVolumeGroups(text: string): DssTable {
  return table(text, 'vg_name');
}

/** Reads the output of `dsscmd lscli`: `cli_pid`, `start_time`, `process_name`. Never throws. */
export function parseDssClients(text: string): DssTable {
  return table(text, 'cli_pid');
}

function table(text: string, firstColumn: string): DssTable {
  const lines = linesOf(text).map(words);
  const header = lines.findIndex((line) => line[0] === firstColumn);
  const columns = lines[header];
  if (columns === undefined) {
    return { kind: noServer.test(text) ? 'no-server' : 'unrecognised', rows: [], message: text };
  }
  const rows = lines
    .slice(header + 1)
    .filter((line) => line.length >= columns.length)
    .filter(([first]) => !/^(Succeed|Failed)$/.test(first ?? ''))
    .map((line) => {
      // A time of two words stands in one column.
      const extra = line.length - columns.length;
      const at = columns.indexOf('start_time');
      const cells =
        extra > 0 && at >= 0
          ? [
              ...line.slice(0, at),
              line.slice(at, at + extra + 1).join(' '),
              ...line.slice(at + extra + 1),
            ]
          : line;
      return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
    });
  return { kind: 'table', rows, message: '' };
}
