import type { TextRange } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import { foldName } from '../document.ts';
import { completeChannel, wholeChannels } from './completion-channel.ts';
import { type LinePosition, isReplconninfo, lineOf } from './position.ts';
import type { Completion, ConfPosition, LanguageContext } from './types.ts';
import { proposeValues } from './values.ts';
import { defaultText, isDualClusterName, takesEffect } from './words.ts';

/** Proposals at a place of a `postgresql.conf`. */
export function completeConf(position: ConfPosition, context: LanguageContext): Completion[] {
  const at = lineOf(position);
  if (at === undefined || inComment(at)) {
    return [];
  }
  const before = at.line.text.slice(0, at.column);
  const name = /^[ \t]*([A-Za-z_][\w.]*)?$/.exec(before);
  if (name !== null) {
    return completeNames(at, name[1] ?? '', position, context);
  }
  const value = /^[ \t]*([A-Za-z_][\w.]*)[ \t]*(?:=|[ \t])[ \t]*(.*)$/.exec(before);
  const [, parameter = '', written = ''] = value ?? [];
  if (value === null) {
    return [];
  }
  const range = valueRange(at, written);
  if (isReplconninfo(parameter)) {
    return written.startsWith("'")
      ? completeChannel(contentRange(position.text, range), position, context)
      : wholeChannels(context).map((each) => ({
          ...each,
          insertText: `'${each.insertText}'`,
          range,
        }));
  }
  return proposeValues(
    foldName(parameter),
    range,
    position.text.slice(range.start, range.end),
    context,
  );
}

function inComment({ line, column }: LinePosition): boolean {
  return line.comment !== undefined && column > line.comment.start;
}

/** The value that is being written: the lexer's token when there is one, else what stands before the cursor. */
function valueRange(at: LinePosition, written: string): TextRange {
  const { value } = at.line;
  const from = at.column - written.length;
  if (
    value !== undefined &&
    value.start <= at.column &&
    value.end >= at.column &&
    value.start >= from
  ) {
    return { start: at.start + value.start, end: at.start + value.end };
  }
  return { start: at.start + from, end: at.start + at.column };
}

/** What is between the quotes; the second quote may be missing. */
function contentRange(text: string, range: TextRange): TextRange {
  const closed = range.end - range.start > 1 && text[range.end - 1] === "'";
  const rest = /^[^'\r\n]*/.exec(text.slice(range.start + 1))?.[0].length ?? 0;
  return { start: range.start + 1, end: closed ? range.end - 1 : range.start + 1 + rest };
}

function completeNames(
  at: LinePosition,
  typed: string,
  position: ConfPosition,
  context: LanguageContext,
): Completion[] {
  const start = position.offset - typed.length;
  const behind = /^[\w.]*/.exec(at.line.text.slice(at.column))?.[0].length ?? 0;
  const range = { start, end: position.offset + behind };
  const rest = at.line.text.slice(at.column + behind);
  const suffix = /^[ \t]*(?:#.*)?\r?\n?$/.test(rest) ? ' = ' : '';
  const set = new Set(
    position.document.lines.flatMap((line, index) =>
      line.kind === 'setting' && line.name !== undefined && index !== at.index
        ? foldName(line.name.text)
        : [],
    ),
  );
  return context.catalogue.names.flatMap((name): Completion[] => {
    const parameter = context.catalogue.get(name);
    if (parameter === undefined || parameter.context === 'internal') {
      return [];
    }
    const known = set.has(foldName(name));
    return [
      {
        label: name,
        kind: 'property',
        insertText: name + suffix,
        range,
        detail: known
          ? t('set in this file already')
          : `${parameter.type}, ${defaultText(parameter)}, ${takesEffect(parameter.context)}`,
        rank: (known ? 2 : 0) + (isDualClusterName(name) ? 0 : 1),
        parameter: name,
      },
    ];
  });
}
