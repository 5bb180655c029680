import type { TextEdit, TextRange } from '../../base/finding.ts';

export interface Line {
  /** Counts from 0. */
  readonly index: number;
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  /** With the line break. */
  readonly next: number;
}

/** The lines of a text as openGauss's readers cut it: `\n` ends a line, a `\r` before it is a blank. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let index = 0; start <= text.length; index += 1) {
    const found = text.indexOf('\n', start);
    const stop = found < 0 ? text.length : found;
    const end = stop > start && text[stop - 1] === '\r' ? stop - 1 : stop;
    lines.push({ index, start, end, next: found < 0 ? text.length : found + 1 });
    if (found < 0) {
      break;
    }
    start = found + 1;
  }
  return lines;
}

/** The range without blanks at its ends. An empty range stands where the text would begin. */
export function trimRange(text: string, range: TextRange): TextRange {
  let { start, end } = range;
  while (start < end && isBlank(text.charCodeAt(start))) {
    start += 1;
  }
  while (end > start && isBlank(text.charCodeAt(end - 1))) {
    end -= 1;
  }
  return { start, end };
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}

/** Removes a line with its line break. */
export function removeLine(text: string, line: Pick<Line, 'start' | 'next'>): TextEdit {
  // The last line has no break of its own; the one before it goes instead.
  const start =
    line.next === text.length && line.start > 0 && text[line.next - 1] !== '\n'
      ? line.start - (text[line.start - 2] === '\r' ? 2 : 1)
      : line.start;
  return { range: { start, end: line.next }, newText: '' };
}

/** Adds a line at the end, with the line break that the text uses. */
export function appendLine(text: string, line: string): TextEdit {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  return {
    range: { start: text.length, end: text.length },
    newText: gap + line + newline,
  };
}
