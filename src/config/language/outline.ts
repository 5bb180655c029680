import { t } from '../../base/l10n.ts';
import { type ConfDocument, foldName, lineRange, rangeIn } from '../document.ts';
import type { Fold, OutlineSymbol } from './types.ts';

/** The line that counts of every parameter that the text sets, by name in lower case. Lines count from 0. */
export function winningLines(document: ConfDocument): ReadonlyMap<string, number> {
  const winners = new Map<string, number>();
  for (const [index, line] of document.lines.entries()) {
    if (line.kind === 'setting' && line.name !== undefined) {
      winners.set(foldName(line.name.text), index);
    }
  }
  return winners;
}

/** The line of a parameter that counts: the last active one. Lines count from 0. */
export function winningLine(document: ConfDocument, name: string): number | undefined {
  const found = document.lines.findLastIndex(
    (line) =>
      line.kind === 'setting' && line.name !== undefined && foldName(line.name.text) === name,
  );
  return found < 0 ? undefined : found;
}

interface Section {
  readonly title: string;
  readonly titleLine: number;
  readonly startLine: number;
  endLine: number;
  readonly settings: OutlineSymbol[];
}

/** The sample's headings: a comment in capitals between two lines of dashes. */
function sectionsOf(document: ConfDocument): Section[] {
  const sections: Section[] = [];
  const comment = (index: number): string | undefined => {
    const line = document.lines[index];
    return line?.kind === 'comment' ? line.text.trim() : undefined;
  };
  for (let index = 1; index + 1 < document.lines.length; index += 1) {
    const text = comment(index);
    const title = text === undefined ? undefined : /^#\s*(\S.*)$/.exec(text)?.[1];
    if (
      title !== undefined &&
      !/^[-=]+$/.test(title) &&
      /^#\s*[-=]{10,}$/.test(comment(index - 1) ?? '') &&
      /^#\s*[-=]{10,}$/.test(comment(index + 1) ?? '')
    ) {
      const last = sections.at(-1);
      if (last !== undefined) {
        last.endLine = index - 2;
      }
      sections.push({
        title,
        titleLine: index,
        startLine: index - 1,
        endLine: document.lines.length - 1,
        settings: [],
      });
    }
  }
  return sections;
}

/** Sections of the sample with their settings; settings outside of sections stand for themselves. */
export function outlineConf(document: ConfDocument): OutlineSymbol[] {
  const sections = sectionsOf(document);
  const loose: OutlineSymbol[] = [];
  let place = -1;
  for (const [index, line] of document.lines.entries()) {
    while (place + 1 < sections.length && index >= (sections[place + 1]?.startLine ?? Infinity)) {
      place += 1;
    }
    if ((line.kind !== 'setting' && line.kind !== 'include') || line.name === undefined) {
      continue;
    }
    const symbol: OutlineSymbol = {
      name: line.name.text,
      detail: line.content ?? '',
      kind: 'setting',
      range: lineRange(document, index),
      selection: rangeIn(document, index, line.name),
      children: [],
    };
    const section = sections[place];
    if (section === undefined) {
      loose.push(symbol);
    } else {
      section.settings.push(symbol);
    }
  }
  return [
    ...loose,
    ...sections.map((section): OutlineSymbol => ({
      name: section.title,
      detail: t('{0} settings', section.settings.length),
      kind: 'section',
      range: {
        start: lineRange(document, section.startLine).start,
        end: lineRange(document, Math.max(section.endLine, section.titleLine)).end,
      },
      selection: lineRange(document, section.titleLine),
      children: section.settings,
    })),
  ];
}

/** Sections and blocks of comments of at least three lines. */
export function foldsConf(document: ConfDocument): Fold[] {
  const folds: Fold[] = sectionsOf(document)
    .filter((section) => section.endLine > section.startLine)
    .map(({ startLine, endLine }) => ({ startLine, endLine, kind: 'region' }));
  const starts = new Set(folds.map((fold) => fold.startLine));
  let start: number | undefined;
  for (let index = 0; index <= document.lines.length; index += 1) {
    const isComment = document.lines[index]?.kind === 'comment' && !starts.has(index);
    if (isComment) {
      start ??= index;
    } else {
      if (start !== undefined && index - start >= 3) {
        folds.push({ startLine: start, endLine: index - 1, kind: 'comment' });
      }
      start = undefined;
    }
  }
  return folds;
}
