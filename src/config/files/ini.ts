import type { TextRange } from '../../base/finding.ts';
import { type Line, linesOf, trimRange } from './lines.ts';

/** One `KEY = VALUE` line. */
export interface IniEntry {
  readonly line: Line;
  /** In capitals, as DSS compares them. */
  readonly key: string;
  readonly keyRange: TextRange;
  readonly value: string;
  readonly valueRange: TextRange;
  readonly hasEquals: boolean;
}

export interface IniDocument {
  readonly text: string;
  readonly lines: readonly Line[];
  readonly entries: readonly IniEntry[];
}

/**
 * Reads `dss_inst.ini` and `cm_config.ini` as DSS does: a line is trimmed, one that begins with `#` is a comment,
 * the first `=` separates name and value, names are compared in capitals, and of several lines the last one wins.
 * There are no sections, no quotes and no comments behind a value.
 */
export function parseIni(text: string): IniDocument {
  const lines = linesOf(text);
  const entries: IniEntry[] = [];
  for (const line of lines) {
    const whole = trimRange(text, line);
    if (whole.start === whole.end || text[whole.start] === '#') {
      continue;
    }
    const equals = text.indexOf('=', whole.start);
    const hasEquals = equals >= 0 && equals < whole.end;
    const keyRange = trimRange(text, { start: whole.start, end: hasEquals ? equals : whole.end });
    const valueRange = hasEquals
      ? trimRange(text, { start: equals + 1, end: whole.end })
      : { start: whole.end, end: whole.end };
    entries.push({
      line,
      key: text.slice(keyRange.start, keyRange.end).toUpperCase(),
      keyRange,
      value: text.slice(valueRange.start, valueRange.end),
      valueRange,
      hasEquals,
    });
  }
  return { text, lines, entries };
}

/** The entry that counts for a key (the last one). */
export function iniEntry(document: IniDocument, key: string): IniEntry | undefined {
  return document.entries.findLast((entry) => entry.key === key);
}
