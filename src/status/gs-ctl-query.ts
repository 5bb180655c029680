import { camelCase, dataDirOf, toolLines } from './tool-lines.ts';
import type { ToolLine } from './tool-lines.ts';
import { replicationFields } from './types.ts';
import type { GsCtlQuery, HaState, ReplicationField, ReplicationTuple } from './types.ts';

type Section = 'none' | 'ha' | 'senders' | 'receivers' | 'other';

/** Names of the fields of `HA state:`. `sync_mode` exists only when the server did not answer. */
const haFields = [
  'localRole',
  'staticConnections',
  'dbState',
  'detailInformation',
  'syncMode',
] as const;
type HaField = (typeof haFields)[number];

const isHaField = memberOf<HaField>(haFields);
const isReplicationField = memberOf<ReplicationField>(replicationFields);

/** What gs_ctl says when there is no server for the data directory (do_query: CTL:2564-2572; `status`). */
const noServer = [
  /PID file ".*" does not exist/,
  /postmaster process \d+ is not running/,
  /process recorded in PID file ".*" is not current server/,
  /^\s*no server running\s*$/,
];

/**
 * Reads the output of `gs_ctl query` in the layout of an answering server, in the one that gs_ctl makes from
 * gaussdb.state when the server does not let it in, and its messages when there is no server. Copies that lost their
 * blanks are read too. Never throws; what is not understood comes back as `unrecognised` with the text as message.
 */
export function parseGsCtlQuery(text: string): GsCtlQuery {
  const reader = new QueryReader();
  for (const line of toolLines(text)) {
    if (!reader.read(line)) {
      break;
    }
  }
  return reader.result(text);
}

class QueryReader {
  private dataDir: string | null = null;
  private section: Section = 'none';
  private readonly ha = new Map<HaField, string>();
  private readonly senders: Map<ReplicationField, string>[] = [];
  private readonly receivers: Map<ReplicationField, string>[] = [];
  private readonly messages: string[] = [];
  /** The last field of `HA state:` may go on over several lines, as texts of libpq do. */
  private open: HaField | undefined;
  private haWithoutRows = false;
  private stopped = false;
  private buildQuery = false;

  /** Takes one line; false when a second output begins, of which nothing is read. */
  read(line: ToolLine): boolean {
    const banner = /gs_ctl (build )?query ,\s*datadir is(.*)$/.exec(line.text);
    if (banner !== null) {
      if (this.section !== 'none') {
        return false;
      }
      this.buildQuery = banner[1] !== undefined;
      this.dataDir = dataDirOf(banner[2] ?? '');
      return true;
    }
    const heading =
      /^\s*(ha state|senders? info|receivers? info|[a-z][a-z ]* (?:info|state))\s*[:：]\s*$/i.exec(
        line.text,
      );
    if (heading !== null) {
      return this.enter((heading[1] ?? '').toLowerCase());
    }
    if (noServer.some((pattern) => pattern.test(line.text))) {
      this.stopped = true;
    }
    if (/^\s*no information\b/i.test(line.text)) {
      this.haWithoutRows ||= this.section === 'ha' && this.ha.size === 0;
      return true;
    }
    if (line.prefixed) {
      this.messages.push(line.text.trim());
      this.haWithoutRows ||=
        this.section === 'ha' && this.ha.size === 0 && line.text.includes('exc_sql failed');
      return true;
    }
    this.field(line.text);
    return true;
  }

  result(text: string): GsCtlQuery {
    const empty = { dataDir: this.dataDir, haState: null, senders: [], receivers: [] };
    const localRole = this.ha.get('localRole');
    const dbState = this.ha.get('dbState');
    if (this.buildQuery) {
      return { ...empty, kind: 'unrecognised', message: text };
    }
    if (localRole !== undefined && dbState !== undefined) {
      const syncMode = this.ha.get('syncMode');
      const haState: HaState = {
        localRole,
        staticConnections: this.ha.get('staticConnections') ?? '',
        dbState,
        detailInformation: this.ha.get('detailInformation') ?? '',
        ...(syncMode !== undefined && { syncMode }),
      };
      return {
        kind: syncMode === undefined ? 'online' : 'offline',
        dataDir: this.dataDir,
        haState,
        senders: this.senders.map(tupleOf),
        receivers: this.receivers.map(tupleOf),
        message: [
          ...this.messages,
          ...(syncMode === undefined ? [] : [haState.detailInformation]),
        ].join('\n'),
      };
    }
    if (this.haWithoutRows) {
      return {
        ...empty,
        kind: 'online',
        senders: this.senders.map(tupleOf),
        receivers: this.receivers.map(tupleOf),
        message: this.messages.join('\n'),
      };
    }
    if (this.stopped && this.section === 'none') {
      return { ...empty, kind: 'not-running', message: this.messages.join('\n') || text.trim() };
    }
    // CTL:3021: the server runs, does not let gs_ctl in, and gaussdb.state cannot be read.
    if (/display query failed, could not get information from gaussdb\.state/.test(text)) {
      return { ...empty, kind: 'offline', message: this.messages.join('\n') || text.trim() };
    }
    return { ...empty, kind: 'unrecognised', message: text };
  }

  private enter(heading: string): boolean {
    this.open = undefined;
    if (heading === 'ha state') {
      if (this.section !== 'none') {
        return false;
      }
      this.section = 'ha';
    } else if (heading.startsWith('sender')) {
      this.section = 'senders';
    } else if (heading.startsWith('receiver')) {
      this.section = 'receivers';
    } else {
      this.section = 'other';
    }
    return true;
  }

  private field(text: string): void {
    const found = /^\s*(\w+)\s*[:：]\s?(.*)$/.exec(text);
    const name = found === null ? '' : camelCase(found[1] ?? '');
    const value = (found?.[2] ?? '').trim();
    switch (this.section) {
      case 'ha':
        if (isHaField(name)) {
          this.ha.set(name, value);
          this.open = name;
        } else if (this.open === 'detailInformation' && text.trim() !== '') {
          this.ha.set(this.open, [this.ha.get(this.open) ?? '', text.trim()].join('\n'));
        }
        break;
      case 'senders':
        if (isReplicationField(name)) {
          add(this.senders, name, value, 'senderPid');
        }
        break;
      case 'receivers':
        if (isReplicationField(name)) {
          add(this.receivers, name, value, 'receiverPid');
        }
        break;
      case 'none':
        if (text.trim() !== '' && this.stopped) {
          this.messages.push(text.trim());
        }
        break;
      case 'other':
        break;
    }
  }
}

/** A new tuple begins with its process id, or where a field comes a second time. */
function add(
  tuples: Map<ReplicationField, string>[],
  name: ReplicationField,
  value: string,
  first: ReplicationField,
): void {
  const last = tuples.at(-1);
  if (last === undefined || name === first || last.has(name)) {
    tuples.push(new Map([[name, value]]));
  } else {
    last.set(name, value);
  }
}

function tupleOf(fields: ReadonlyMap<ReplicationField, string>): ReplicationTuple {
  return Object.fromEntries(fields);
}

function memberOf<Word extends string>(words: readonly Word[]): (text: string) => text is Word {
  const known = new Set<string>(words);
  return (text): text is Word => known.has(text);
}
