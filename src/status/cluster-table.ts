/** A row of `[  Datanode State   ]`, or one side of a row that shows several nodes. Values as printed. */
export interface DatanodeRow {
  readonly az: string | null;
  readonly nodeId: string;
  readonly node: string;
  readonly nodeIp: string | null;
  readonly instance: string | null;
  readonly port: string | null;
  readonly path: string | null;
  /** P primary, S standby, C cascade standby, R dummy standby: what was configured. */
  readonly staticRole: string;
  /** What it is now: `Primary`, `Main Standby`, `Down` … */
  readonly role: string;
  /** `Normal`, `Need repair`, `Manually stopped` …; without what stands in brackets. */
  readonly state: string;
  /** What stands in brackets behind the state: a percentage or a reason. */
  readonly detail: string | null;
}

/** Roles of several words come first, so that the longest is found. */
const roles = [
  'Main Standby',
  'Cascade Standby',
  'Cascade',
  'Primary',
  'Standby',
  'Secondary',
  'Pending',
  'Normal',
  'Down',
  'Deleted',
  'ReadOnly',
  'Offline',
  'Unknown',
];

/** The nodes that a line of a datanode table shows, one for each side of ` | `. Empty for any other line. */
export function datanodesOf(line: string, portFirst: boolean): readonly DatanodeRow[] {
  return line.split('|').flatMap((side) => datanodeOf(side, portFirst) ?? []);
}

function datanodeOf(side: string, portFirst: boolean): DatanodeRow | undefined {
  const head = nodeOf(words(side));
  if (head === undefined) {
    return undefined;
  }
  const { az, nodeId, node, rest } = head;
  const at = rest.findIndex((word) => /^[PSCR]$/.test(word));
  const tail = rest.slice(at + 1);
  if (at < 0 || tail.length === 0) {
    return undefined;
  }
  const middle = rest.slice(0, at);
  const address = takeFirst(middle, (word) => !/^\d+$/.test(word) && !word.includes('/'));
  const path = takeFirst(middle, (word) => word.includes('/'));
  const numbers = middle.filter((word) => /^\d+$/.test(word));
  const [port, instance] =
    numbers.length > 1 && portFirst ? [numbers[0], numbers[1]] : [numbers[1], numbers[0]];
  if (instance === undefined && path === undefined && address === undefined) {
    return undefined;
  }
  return {
    az,
    nodeId,
    node,
    nodeIp: address ?? null,
    instance: instance ?? null,
    port: port ?? null,
    path: path ?? null,
    staticRole: rest[at] ?? '',
    ...roleAndState(tail.join(' ')),
  };
}

/** `Main Standby Need repair(WAL)` → role, state and detail. */
function roleAndState(text: string): Pick<DatanodeRow, 'role' | 'state' | 'detail'> {
  const role =
    roles.find((name) => text === name || text.startsWith(`${name} `)) ?? text.split(' ')[0] ?? '';
  const rest = text.slice(role.length).trim();
  const bracket = rest.indexOf('(');
  return bracket < 0
    ? { role, state: rest, detail: null }
    : {
        role,
        state: rest.slice(0, bracket).trim(),
        detail: rest.slice(bracket + 1).replace(/\)\s*$/, ''),
      };
}

/** The words that begin a row of every table: `[az] id name`; the others follow. */
export function nodeOf(row: readonly string[]):
  | {
      readonly az: string | null;
      readonly nodeId: string;
      readonly node: string;
      readonly rest: string[];
    }
  | undefined {
  const [first = '', second = '', third = ''] = row;
  if (/^\d+$/.test(first) && second !== '') {
    return { az: null, nodeId: first, node: second, rest: row.slice(2) };
  }
  return /^[A-Za-z]\w*$/.test(first) && /^\d+$/.test(second) && third !== ''
    ? { az: first, nodeId: second, node: third, rest: row.slice(3) }
    : undefined;
}

export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Takes the first word that fits out of a list. */
export function takeFirst(list: string[], fits: (word: string) => boolean): string | undefined {
  const at = list.findIndex(fits);
  return at < 0 ? undefined : list.splice(at, 1)[0];
}
