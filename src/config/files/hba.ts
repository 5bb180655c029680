import type { TextRange } from '../../base/finding.ts';
import { type AddressRange, parseAddress, prefixMask } from './addresses.ts';
import { type Line, linesOf } from './lines.ts';

/** A word of a field. Quoted words are never keywords. */
export interface HbaToken {
  readonly text: string;
  readonly quoted: boolean;
  readonly range: TextRange;
}

/** A field: words joined by commas. */
export interface HbaField {
  readonly tokens: readonly HbaToken[];
  readonly range: TextRange;
}

/** A line that is neither blank nor a comment. */
export interface HbaLine {
  readonly line: Line;
  readonly fields: readonly HbaField[];
  /** From the first field to the last one. */
  readonly range: TextRange;
}

export interface HbaDocument {
  readonly text: string;
  readonly lines: readonly HbaLine[];
}

/**
 * Reads `pg_hba.conf` as the server does (`hba.cpp`, next_token): fields are separated by blanks, words of a field by
 * commas, blanks may follow a comma; `"` quotes and is doubled inside; `#` outside quotes begins a comment, and a
 * quote that is not closed reaches to the end of its line.
 */
export function parseHba(text: string): HbaDocument {
  const lines: HbaLine[] = [];
  for (const line of linesOf(text)) {
    const fields = fieldsOf(text, line);
    const first = fields[0];
    const last = fields.at(-1);
    if (first !== undefined && last !== undefined) {
      lines.push({ line, fields, range: { start: first.range.start, end: last.range.end } });
    }
  }
  return { text, lines };
}

function fieldsOf(text: string, line: Line): HbaField[] {
  const fields: HbaField[] = [];
  let at = line.start;
  while (at < line.end) {
    const tokens: HbaToken[] = [];
    let comma = true;
    while (comma) {
      const token = nextToken(text, at, line.end);
      if (token === undefined) {
        at = line.end;
        break;
      }
      tokens.push(token.token);
      at = token.next;
      comma = token.comma;
    }
    const first = tokens[0];
    const last = tokens.at(-1);
    if (first === undefined || last === undefined) {
      break;
    }
    fields.push({ tokens, range: { start: first.range.start, end: last.range.end } });
  }
  return fields;
}

function nextToken(
  text: string,
  from: number,
  end: number,
): { readonly token: HbaToken; readonly next: number; readonly comma: boolean } | undefined {
  let at = from;
  while (at < end && (isBlank(text[at]) || text[at] === ',')) {
    at += 1;
  }
  const start = at;
  let word = '';
  let inQuote = false;
  let wasQuote = false;
  let quoted = false;
  let sawQuote = false;
  while (at < end && (inQuote || !isBlank(text[at]))) {
    const character = text[at] ?? '';
    if (!inQuote && (character === '#' || character === ',')) {
      break;
    }
    if (character === '"') {
      // A second quote right after one stands for the character itself.
      if (wasQuote) {
        word += '"';
      }
      wasQuote = inQuote && !wasQuote;
      inQuote = !inQuote;
      quoted ||= word === '' && !sawQuote;
      sawQuote = true;
    } else {
      word += character;
      wasQuote = false;
    }
    at += 1;
  }
  if (word === '' && !sawQuote) {
    return undefined;
  }
  return {
    token: { text: word, quoted, range: { start, end: at } },
    next: at,
    comma: text[at] === ',' && at < end,
  };
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r';
}

/** The parts of a line by their meaning. Parts that are missing are undefined. */
export interface HbaEntry {
  readonly source: HbaLine;
  readonly type: HbaToken;
  readonly databases: HbaField | undefined;
  readonly users: HbaField | undefined;
  readonly address: HbaField | undefined;
  /** The separate netmask, when the address has no `/`. */
  readonly mask: HbaField | undefined;
  readonly method: HbaField | undefined;
  readonly options: readonly HbaField[];
}

export const hbaTypes = ['local', 'host', 'hostssl', 'hostnossl'] as const;

/** Whether an address field is one that the server takes as numbers, so that a mask must follow. */
export function isNumericAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) || (text.includes(':') && /^[0-9a-f:.]+(%\w+)?$/i.test(text));
}

/** Gives the fields of a line their meaning. */
export function hbaEntry(source: HbaLine): HbaEntry | undefined {
  const [type, databases, users, ...rest] = source.fields;
  const typeToken = type?.tokens[0];
  if (typeToken === undefined) {
    return undefined;
  }
  if (typeToken.text === 'local') {
    const [method, ...options] = rest;
    return {
      source,
      type: typeToken,
      databases,
      users,
      address: undefined,
      mask: undefined,
      method,
      options,
    };
  }
  const address = rest.shift();
  const text = address?.tokens[0]?.text ?? '';
  const mask = isNumericAddress(text) ? rest.shift() : undefined;
  const [method, ...options] = rest;
  return { source, type: typeToken, databases, users, address, mask, method, options };
}

/** The addresses of an entry; undefined for `all`, `samehost`, `samenet` and host names. */
export function hbaRange(entry: HbaEntry): AddressRange | undefined {
  const text = entry.address?.tokens[0]?.text ?? '';
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) {
    return undefined;
  }
  const maskText = entry.mask?.tokens[0]?.text ?? '';
  const mask =
    slash < 0 ? parseAddress(maskText)?.bits : prefixMask(address.family, text.slice(slash + 1));
  return mask === undefined ? undefined : { ...address, mask };
}
