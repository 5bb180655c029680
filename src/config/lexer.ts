/**
 * The tokens of postgresql.conf, as the server's flex scanner finds them (guc-file.l): the longest match wins, of equally
 * long ones the rule that stands first. Written by hand, because a regular expression of V8 can overflow its stack on a
 * line of some megabytes. Every character from U+0080 up counts as a letter, since the scanner takes every byte above 127
 * for one.
 */
export type TokenKind =
  | 'id'
  | 'qualified-id'
  | 'string'
  | 'unquoted'
  | 'integer'
  | 'real'
  | 'equals'
  | 'comment'
  | 'error';

/** A token; offsets are in UTF-16 units from the start of its line, end exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const letter = 1;
const digit = 2;
const hex = 4;
const unit = 8;
const unquotedExtra = 16;

/** What the characters below U+0080 may be. */
const classes = ((): Uint8Array => {
  const table = new Uint8Array(128);
  const add = (characters: string, bit: number): void => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      table[code] = (table[code] ?? 0) | bit;
    }
  };
  const lower = 'abcdefghijklmnopqrstuvwxyz';
  add(lower + lower.toUpperCase(), letter | unit);
  add('_', letter);
  add('0123456789', digit | hex);
  add('abcdefABCDEF', hex);
  add('-._:/', unquotedExtra);
  return table;
})();

function is(text: string, at: number, bits: number): boolean {
  const code = text.charCodeAt(at);
  // NaN, the code behind the end, fails both comparisons.
  return code < 128 ? ((classes[code] ?? 0) & bits) !== 0 : code >= 128 && (bits & letter) !== 0;
}

function skip(text: string, at: number, bits: number): number {
  let end = at;
  while (is(text, end, bits)) {
    end += 1;
  }
  return end;
}

const tab = 9;
const carriageReturn = 13;
const space = 32;
const quote = 39;
const backslash = 92;
const newline = 10;

function isBlank(code: number): boolean {
  return code === space || code === tab || code === carriageReturn;
}

/** The end of the quoted string that begins at `at`, or -1 when it is not closed on this line. */
function stringEnd(text: string, at: number): number {
  let index = at + 1;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      if (text.charCodeAt(index + 1) !== quote) {
        return index + 1;
      }
      index += 2;
    } else if (code === backslash) {
      const next = text.charCodeAt(index + 1);
      if (Number.isNaN(next) || next === newline) {
        return lastQuoteBefore(text, at, index);
      }
      index += 2;
    } else if (Number.isNaN(code) || code === newline) {
      return lastQuoteBefore(text, at, index);
    } else {
      index += 1;
    }
  }
}

/**
 * Flex backs up to the longest match: of `'a''b` it takes `'a'`. The closing quote is then the first of the last pair
 * of doubled quotes, looked for only when the scan ran to the end of the line.
 */
function lastQuoteBefore(text: string, at: number, end: number): number {
  let found = -1;
  let index = at + 1;
  while (index < end) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      found = index + 1;
      index += 2;
    } else {
      index += code === backslash ? 2 : 1;
    }
  }
  return found;
}

function numberEnd(text: string, at: number): { readonly end: number; readonly real: boolean } {
  const first = text.charCodeAt(at);
  const start = first === 43 || first === 45 ? at + 1 : at;
  const digits = skip(text, start, digit);
  if (text[digits] === '.') {
    let end = skip(text, digits + 1, digit);
    const exponent = text[end];
    if (exponent === 'e' || exponent === 'E') {
      const sign = text[end + 1];
      const from = sign === '+' || sign === '-' ? end + 2 : end + 1;
      const to = skip(text, from, digit);
      if (to > from) {
        end = to;
      }
    }
    return { end: skip(text, end, unit), real: true };
  }
  if (digits === start) {
    return { end: -1, real: false };
  }
  if (digits === start + 1 && text[start] === '0' && text[digits] === 'x') {
    const hexEnd = skip(text, digits + 1, hex);
    if (hexEnd > digits + 1) {
      return { end: skip(text, hexEnd, unit), real: false };
    }
  }
  return { end: skip(text, digits, unit), real: false };
}

function tokenOf(line: string, start: number, end: number, kind: TokenKind): Token {
  return { kind, start, end, text: line.slice(start, end) };
}

function wordToken(text: string, start: number): Token {
  const idEnd = skip(text, start, letter | digit);
  const unquotedEnd = skip(text, idEnd, letter | digit | unquotedExtra);
  if (unquotedEnd === idEnd) {
    return tokenOf(text, start, idEnd, 'id');
  }
  const qualified =
    text[idEnd] === '.' &&
    is(text, idEnd + 1, letter) &&
    skip(text, idEnd + 1, letter | digit) === unquotedEnd;
  return tokenOf(text, start, unquotedEnd, qualified ? 'qualified-id' : 'unquoted');
}

/** The next token of a line at or after `at`, or undefined at the line's end. */
export function nextToken(line: string, at: number): Token | undefined {
  let start = at;
  while (isBlank(line.charCodeAt(start))) {
    start += 1;
  }
  const code = line.charCodeAt(start);
  if (Number.isNaN(code) || code === newline) {
    return undefined;
  }
  if (is(line, start, letter)) {
    return wordToken(line, start);
  }
  switch (line[start]) {
    case '#':
      return tokenOf(line, start, contentEnd(line), 'comment');
    case '=':
      return tokenOf(line, start, start + 1, 'equals');
    case "'": {
      const end = stringEnd(line, start);
      return end < 0
        ? tokenOf(line, start, start + 1, 'error')
        : tokenOf(line, start, end, 'string');
    }
    default: {
      const { end, real } = numberEnd(line, start);
      return end < 0
        ? tokenOf(line, start, start + 1, 'error')
        : tokenOf(line, start, end, real ? 'real' : 'integer');
    }
  }
}

/** Where a line's content ends: before `\n` or `\r\n`. */
export function contentEnd(line: string): number {
  let end = line.length;
  if (line.charCodeAt(end - 1) === newline) {
    end -= 1;
    if (line.charCodeAt(end - 1) === carriageReturn) {
      end -= 1;
    }
  }
  return end;
}

/**
 * The value of a quoted string as the server stores it (GUC_scanstr): `''` is a quote, `\b \f \n \r \t` and octal bytes
 * are resolved, any other character behind a backslash stands for itself, and the text ends at a NUL.
 */
export function unquoteString(text: string): string {
  const inner = text.slice(1, -1);
  if (!inner.includes('\\') && !inner.includes("'") && !inner.includes('\0')) {
    return inner;
  }
  const named: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
  const value = inner.replace(
    /\\([0-7]{1,3})|\\([^])|''/g,
    (_whole, octal: string | undefined, escaped: string | undefined) => {
      if (octal !== undefined) {
        return String.fromCharCode(parseInt(octal, 8) & 0xff);
      }
      return escaped === undefined ? "'" : (named[escaped] ?? escaped);
    },
  );
  const end = value.indexOf('\0');
  return end < 0 ? value : value.slice(0, end);
}

/** A value in single quotes that the server and, as far as they can, its tools read back as the same text. */
export function quoteString(value: string): string {
  const named: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\r': '\\r',
    '\\': '\\\\',
    "'": "''",
  };
  return `'${value.replace(/[\n\r\\']/g, (character) => named[character] ?? character)}'`;
}
