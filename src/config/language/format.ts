import type { TextEdit } from '../../base/finding.ts';
import { type ConfDocument, rangeIn } from '../document.ts';
import { parseIni } from '../files/ini.ts';
import type { FileKind } from '../files/kinds.ts';
import { linesOf } from '../files/lines.ts';
import { parseVgConf } from '../files/vg-conf.ts';

/**
 * Tidies a `postgresql.conf`: one blank around `=`, none before a name and at the end of a line. Nothing but blanks
 * changes, so that neither the server nor a tool reads anything else than before.
 */
export function formatConf(document: ConfDocument): TextEdit[] {
  return document.lines.flatMap((line, index): TextEdit[] => {
    const { name, equals, value } = line;
    const edits: TextEdit[] = [];
    const replace = (start: number, end: number, newText: string): void => {
      if (line.text.slice(start, end) !== newText) {
        edits.push({ range: rangeIn(document, index, { start, end }), newText });
      }
    };
    const content = line.text.replace(/[ \t\r]*\n?$/, '').length;
    if (
      (line.kind === 'setting' || line.kind === 'include') &&
      name !== undefined &&
      value !== undefined
    ) {
      replace(0, name.start, '');
      replace(name.end, value.start, equals === undefined ? ' ' : ' = ');
    }
    const eol = /\r?\n?$/.exec(line.text)?.[0] ?? '';
    // A blank that ends a broken line may be what is being typed.
    if (line.kind !== 'broken') {
      replace(content, line.text.length - eol.length, '');
    }
    return edits;
  });
}

/** Tidies a small file. */
export function formatFile(kind: FileKind, text: string): TextEdit[] {
  const edits: TextEdit[] = [];
  const replace = (start: number, end: number, newText: string): void => {
    if (text.slice(start, end) !== newText) {
      edits.push({ range: { start, end }, newText });
    }
  };
  if (kind === 'dss-inst' || kind === 'cm-config') {
    for (const { line, keyRange, valueRange, hasEquals, value } of parseIni(text).entries) {
      if (hasEquals) {
        replace(line.start, keyRange.start, '');
        replace(
          keyRange.end,
          value === '' ? line.end : valueRange.start,
          value === '' ? ' =' : ' = ',
        );
      }
    }
  } else if (kind === 'dss-vg-conf') {
    for (const { line, nameRange, pathRange, hasColon, path } of parseVgConf(text).groups) {
      if (hasColon && path !== '') {
        replace(line.start, nameRange.start, '');
        replace(nameRange.end, pathRange.start, ':');
      }
    }
  }
  for (const line of linesOf(text)) {
    const content = line.start + text.slice(line.start, line.end).trimEnd().length;
    if (
      content < line.end &&
      !edits.some((edit) => edit.range.end === line.end && edit.range.start < line.end)
    ) {
      replace(content, line.end, '');
    }
  }
  return edits.sort((one, other) => one.range.start - other.range.start);
}
