/**
 * The form in which we ask gsql for its answers: unaligned, with separators that do not occur in texts, so that
 * blanks, line ends, `|` and NULL come through unharmed.
 */
export const fieldSeparator = '\u001f';
export const recordSeparator = '\u001e';
export const nullMarker = '\u0001NULL\u0001';

/** What gsql printed for one statement. */
export interface StatementOutput {
  readonly columns: readonly string[] | null;
  readonly rows: readonly (readonly (string | null)[])[];
  /** Command tags such as `INSERT 0 1`. */
  readonly tags: readonly string[];
}

/**
 * Reads what gsql printed in our form for one statement. Text that does not look like a result is kept as tags.
 * `rowLimit` rows are kept at most.
 */
export function parseStatementOutput(text: string, rowLimit = Infinity): StatementOutput {
  const footer = new RegExp(`${recordSeparator}\\((\\d+) rows?\\)\\n?$`).exec(text);
  if (footer === null) {
    return { columns: null, rows: [], tags: text.split('\n').filter((line) => line !== '') };
  }
  // A notice or a tag of a statement before may stand on lines of its own ahead of the header.
  const body = text.slice(0, footer.index);
  const records = body.split(recordSeparator);
  const header = records[0] ?? '';
  const rows: (string | null)[][] = [];
  for (const record of records.slice(1)) {
    if (rows.length >= rowLimit) {
      break;
    }
    rows.push(record.split(fieldSeparator).map((value) => (value === nullMarker ? null : value)));
  }
  return { columns: header.split(fieldSeparator), rows, tags: [] };
}

/** An error or notice of the server as gsql prints it on its standard error. */
export interface ServerMessage {
  /** `ERROR`, `FATAL`, `NOTICE`, `WARNING` … */
  readonly severity: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly context?: string;
  /** The line of the statement that the message points at, from 1. */
  readonly line?: number;
  /** The text that gsql printed of that line; long lines are cut and begin or end with `...`. */
  readonly lineText?: string;
  /** Where in `lineText` the message points at, in UTF-16 units from 1. */
  readonly column?: number;
}

/** Reads the messages of gsql's standard error, in order. */
export function parseServerMessages(text: string): readonly ServerMessage[] {
  const messages: { -readonly [K in keyof ServerMessage]: ServerMessage[K] }[] = [];
  const lines = text.replace(/^Password: /, '').split('\n');
  let part: 'message' | 'detail' | 'hint' | 'context' = 'message';
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const start =
      /^(?:gsql:(?:[^:]*:\d+:)? *)?(ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|LOG): {1,2}(.*)$/.exec(
        line,
      );
    const current = messages.at(-1);
    if (start !== null) {
      messages.push({ severity: start[1] ?? 'ERROR', message: start[2] ?? '' });
      part = 'message';
      continue;
    }
    if (current === undefined) {
      const other = line.trim();
      if (other !== '') {
        messages.push({ severity: 'ERROR', message: other.replace(/^gsql: /, '') });
        part = 'message';
      }
      continue;
    }
    const place = /^LINE (\d+): /.exec(line);
    if (place !== null) {
      current.line = Number(place[1]);
      current.lineText = line.slice(place[0].length);
      const caret = /^ *\^/.exec(lines[index + 1] ?? '');
      if (caret !== null) {
        current.column = 1 + unitsOf(current.lineText, caret[0].length - place[0].length - 1);
        index += 1;
      }
      continue;
    }
    const extra = /^(DETAIL|HINT|CONTEXT): {1,2}(.*)$/.exec(line);
    if (extra !== null) {
      part = (extra[1] ?? '').toLowerCase() as 'detail' | 'hint' | 'context';
      current[part] = extra[2] ?? '';
    } else if (line !== '') {
      current[part] = `${current[part] ?? ''}\n${line}`;
    }
  }
  return messages;
}

/** gsql sets its caret by columns of the terminal, of which a Chinese character takes two; here they become UTF-16 units. */
function unitsOf(text: string, columns: number): number {
  let units = 0;
  let taken = 0;
  for (const character of text) {
    if (taken >= columns) {
      break;
    }
    taken += wide.test(character) ? 2 : 1;
    units += character.length;
  }
  return units + Math.max(0, columns - taken);
}

/** Characters that take two columns of a terminal. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
