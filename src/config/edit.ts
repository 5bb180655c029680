/** Changes of a postgresql.conf that touch as little text as possible. They mean what `gs_guc set` means. */
import type { TextEdit } from '../base/finding.ts';
import type { Parameter } from './catalogue.ts';
import { foldName, rangeIn } from './document.ts';
import type { ConfDocument, ConfLine } from './document.ts';
import { contentEnd, quoteString } from './lexer.ts';
import { findAsGsGuc } from './readers/tools.ts';

/** How a value is written for a parameter: strings in quotes, as the tools want them, the rest bare where it can be. */
export function writeValue(parameter: Pick<Parameter, 'type'> | undefined, value: string): string {
  const bare = /^(?:[-+]?[0-9]+[A-Za-z]*|[-+]?[0-9]+\.[0-9]*|[A-Za-z_][A-Za-z0-9_]*)$/;
  return parameter !== undefined && parameter.type !== 'string' && bare.test(value)
    ? value
    : quoteString(value);
}

function lineEnd(document: ConfDocument): string {
  return document.lines[0]?.text.endsWith('\r\n') === true ? '\r\n' : '\n';
}

function isNamed(line: ConfLine, name: string): boolean {
  return line.name !== undefined && line.kind !== 'include' && foldName(line.name.text) === name;
}

/** The active lines of a parameter in file order, counted from 0; broken ones included. */
export function linesOf(document: ConfDocument, name: string): readonly number[] {
  const folded = foldName(name);
  return document.lines.flatMap((line, index) => (isNamed(line, folded) ? [index] : []));
}

/**
 * The edits that set a parameter: the value of the last active line is replaced, else the last commented line is made
 * active, else a line is added at the end. `literal` is the text to write, see `writeValue`.
 */
export function setParameter(
  document: ConfDocument,
  name: string,
  literal: string,
): readonly TextEdit[] {
  const last = linesOf(document, name).at(-1);
  if (last !== undefined) {
    return [replaceLine(document, last, name, literal)];
  }
  const commented = findAsGsGuc(document, name);
  if (commented?.commented === true) {
    const text = document.lines[commented.line]?.text ?? '';
    const start = text.length - text.trimStart().length;
    const rest = / #.*$/.exec(text.slice(start + 1, contentEnd(text)))?.[0] ?? '';
    return [
      {
        range: rangeIn(document, commented.line, { start, end: contentEnd(text) }),
        newText: `${name} = ${literal}${rest}`,
      },
    ];
  }
  const eol = lineEnd(document);
  const glued = (document.lines.at(-1)?.text ?? '') !== '';
  return [
    {
      range: { start: document.length, end: document.length },
      newText: `${glued ? eol : ''}${name} = ${literal}${eol}`,
    },
  ];
}

function replaceLine(
  document: ConfDocument,
  index: number,
  name: string,
  literal: string,
): TextEdit {
  const line = document.lines[index];
  if (line?.kind === 'setting' && line.value !== undefined) {
    return { range: rangeIn(document, index, line.value), newText: literal };
  }
  const text = line?.text ?? '';
  const start = line?.name?.start ?? 0;
  return {
    range: rangeIn(document, index, { start, end: contentEnd(text) }),
    newText: `${name} = ${literal}`,
  };
}

/** The edit that takes a line out with its line end. */
export function removeLine(document: ConfDocument, index: number): TextEdit {
  const text = document.lines[index]?.text ?? '';
  const start = document.starts[index] ?? document.length;
  return { range: { start, end: start + text.length }, newText: '' };
}

/** The edit that makes a line a comment. A blank follows the `#`, so that gs_ctl does not take the line as a setting. */
export function commentLine(document: ConfDocument, index: number): TextEdit {
  const text = document.lines[index]?.text ?? '';
  const start = text.length - text.trimStart().length;
  const at = rangeIn(document, index, { start, end: start });
  return { range: at, newText: '# ' };
}

/** The edits that remove every active line of a parameter. */
export function removeParameter(document: ConfDocument, name: string): readonly TextEdit[] {
  return linesOf(document, name).map((index) => removeLine(document, index));
}

/** The edits that comment out every active line of a parameter. */
export function commentParameter(document: ConfDocument, name: string): readonly TextEdit[] {
  return linesOf(document, name).map((index) => commentLine(document, index));
}
