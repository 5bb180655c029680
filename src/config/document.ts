import type { TextRange } from '../base/finding.ts';
import { contentEnd, nextToken, unquoteString } from './lexer.ts';
import type { Token } from './lexer.ts';

/**
 * `broken`: the server's scanner finds a syntax error in it. `include`: `include` or `include_if_exists`. Comments and
 * blank lines mean nothing to the server; gs_ctl and gs_guc do look at comments.
 */
export type LineKind = 'blank' | 'comment' | 'setting' | 'include' | 'broken';

/** One line with its line end. Positions in it count from its start, so that a line stays true when it moves. */
export interface ConfLine {
  readonly kind: LineKind;
  /** The whole text, line end included. Lines end at `\n` only, as in the server; `\r` is a blank. */
  readonly text: string;
  readonly name: Token | undefined;
  readonly equals: Token | undefined;
  readonly value: Token | undefined;
  readonly comment: Token | undefined;
  /** The value as the server stores it: quotes and escapes resolved. Only for `setting` and `include`. */
  readonly content: string | undefined;
  /** Only for `broken`: the token at which the server stops, or undefined when it misses one at the end of the line. */
  readonly unexpected: Token | undefined;
}

/** A postgresql.conf, without loss: the lines' texts joined are the text. */
export interface ConfDocument {
  readonly lines: readonly ConfLine[];
  /** Where each line starts in the text. */
  readonly starts: readonly number[];
  readonly length: number;
}

/** A replacement of the text between two offsets. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A name in ASCII lower case, as the server compares names. */
export function foldName(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (part) => part.toLowerCase()) : name;
}

const values: ReadonlySet<string> = new Set(['id', 'string', 'integer', 'real', 'unquoted']);

function isInclude(name: string): boolean {
  const folded = foldName(name);
  return folded === 'include' || folded === 'include_if_exists';
}

/** Reads one line; `text` holds at most one `\n`, as its last character. */
export function parseLine(text: string): ConfLine {
  const name = nextToken(text, 0);
  const parts = {
    text,
    name: undefined,
    equals: undefined,
    value: undefined,
    comment: undefined,
    content: undefined,
    unexpected: undefined,
  };
  if (name === undefined) {
    return { ...parts, kind: 'blank' };
  }
  if (name.kind === 'comment') {
    return { ...parts, kind: 'comment', comment: name };
  }
  if (name.kind !== 'id' && name.kind !== 'qualified-id') {
    return { ...parts, kind: 'broken', unexpected: name };
  }
  const second = nextToken(text, name.end);
  const equals = second?.kind === 'equals' ? second : undefined;
  const value = equals === undefined ? second : nextToken(text, equals.end);
  if (value === undefined || !values.has(value.kind)) {
    const comment = value?.kind === 'comment' ? value : undefined;
    const unexpected = comment === undefined ? value : undefined;
    return { ...parts, kind: 'broken', name, equals, comment, unexpected };
  }
  const rest = nextToken(text, value.end);
  const comment = rest?.kind === 'comment' ? rest : undefined;
  if (rest !== undefined && comment === undefined) {
    return { ...parts, kind: 'broken', name, equals, value, unexpected: rest };
  }
  return {
    text,
    name,
    equals,
    value,
    comment,
    content: value.kind === 'string' ? unquoteString(value.text) : value.text,
    unexpected: undefined,
    kind: isInclude(name.text) ? 'include' : 'setting',
  };
}

/**
 * Reads a whole text in slices: each step yields after some thousand lines, so that a caller may let others run.
 * The text of the finished document is the given one, whatever it holds.
 */
export function* parseSteps(text: string): Generator<undefined, ConfDocument> {
  const lines: ConfLine[] = [];
  const starts: number[] = [];
  let start = 0;
  let cost = 0;
  do {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    starts.push(start);
    lines.push(parseLine(text.slice(start, end)));
    cost += 60 + end - start;
    if (cost > 100_000) {
      cost = 0;
      yield undefined;
    }
    start = end;
    if (newline < 0) {
      break;
    }
  } while (start <= text.length);
  return { lines, starts, length: text.length };
}

/** Runs a computation in slices to its end at once. */
export function drain<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** Reads a postgresql.conf. Never fails: what the server would refuse becomes `broken` lines. */
export function parseConf(text: string): ConfDocument {
  return drain(parseSteps(text));
}

/** The text that the document was read from, character for character. */
export function printConf(document: ConfDocument): string {
  return document.lines.map((line) => line.text).join('');
}

/** The line on which an offset stands, counted from 0. */
export function lineAt(document: ConfDocument, offset: number): number {
  let low = 0;
  let high = document.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((document.starts[middle] ?? 0) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** The document after a change. Lines that the change does not touch are the same objects as before. */
export function updateConf(document: ConfDocument, change: TextChange): ConfDocument {
  const first = lineAt(document, change.start);
  const last = lineAt(document, change.end);
  const from = document.starts[first] ?? 0;
  const old = document.lines
    .slice(first, last + 1)
    .map((line) => line.text)
    .join('');
  const middle = parseConf(
    old.slice(0, change.start - from) + change.text + old.slice(change.end - from),
  );
  // A text that ends with a newline ends with an empty line; the one of the middle is the first of the rest.
  const followed = last + 1 < document.lines.length;
  const lines = [
    ...document.lines.slice(0, first),
    ...(followed ? middle.lines.slice(0, -1) : middle.lines),
    ...(followed && lastText(middle) !== '' ? joined(middle, document.lines[last + 1]) : []),
    ...document.lines.slice(last + (followed && lastText(middle) !== '' ? 2 : 1)),
  ];
  return { lines, starts: startsOf(lines), length: document.length + lengthChange(change) };
}

function lastText(document: ConfDocument): string {
  return document.lines.at(-1)?.text ?? '';
}

/** When the change took the line end away, the next line is glued to the last one. */
function joined(middle: ConfDocument, next: ConfLine | undefined): readonly ConfLine[] {
  return [parseLine(lastText(middle) + (next?.text ?? ''))];
}

function lengthChange(change: TextChange): number {
  return change.text.length - (change.end - change.start);
}

function startsOf(lines: readonly ConfLine[]): readonly number[] {
  const starts = new Array<number>(lines.length);
  let start = 0;
  for (let index = 0; index < lines.length; index += 1) {
    starts[index] = start;
    start += lines[index]?.text.length ?? 0;
  }
  return starts;
}

/** The range in the text of a token, or of anything else with offsets, of the line with this number. */
export function rangeIn(
  document: ConfDocument,
  line: number,
  part: { readonly start: number; readonly end: number },
): TextRange {
  const start = document.starts[line] ?? document.length;
  return { start: start + part.start, end: start + part.end };
}

/** The range of a line's content without its line end and surrounding blanks. */
export function lineRange(document: ConfDocument, line: number): TextRange {
  const text = document.lines[line]?.text ?? '';
  const end = text.slice(0, contentEnd(text)).trimEnd().length;
  const start = Math.min(text.length - text.trimStart().length, end);
  return rangeIn(document, line, { start, end });
}
