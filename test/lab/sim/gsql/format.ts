import type { Outcome, ServerNotice } from '../engine/database.ts';

/** How results are printed: gsql's options and `\pset`. */
export interface Format {
  aligned: boolean;
  tuplesOnly: boolean;
  expanded: boolean;
  separator: string;
  recordSeparator: string;
  nullText: string;
  footer: boolean;
}

export const defaultFormat: Format = {
  aligned: true,
  tuplesOnly: false,
  expanded: false,
  separator: '|',
  recordSeparator: '\n',
  nullText: '',
  footer: true,
};

/** Types whose values stand on the right: numbers, and what PostgreSQL treats so. */
const rightTypes: ReadonlySet<number> = new Set([20, 21, 23, 26, 28, 29, 700, 701, 790, 1700]);

/** The number of columns that a text takes on a terminal. */
function width(text: string): number {
  let sum = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    sum +=
      code >= 0x1100 &&
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return sum;
}

function count(rows: number): string {
  return `(${rows} ${rows === 1 ? 'row' : 'rows'})`;
}

function centred(text: string, columns: number): string {
  const room = columns - width(text);
  const left = Math.floor(room / 2);
  return ' '.repeat(left) + text + ' '.repeat(room - left);
}

function aligned(outcome: Outcome, format: Format): string {
  const fields = outcome.fields ?? [];
  const cells = outcome.rows.map((row) =>
    row.map((value) => (value ?? format.nullText).split('\n')),
  );
  const widths = fields.map((field, column) =>
    Math.max(
      format.tuplesOnly ? 0 : width(field.name),
      ...cells.map((row) => Math.max(...(row[column] ?? ['']).map(width))),
    ),
  );
  const last = fields.length - 1;
  const lines: string[] = [];
  if (!format.tuplesOnly) {
    lines.push(
      ` ${fields.map((field, column) => centred(field.name, widths[column] ?? 0)).join(' | ')} `,
      widths.map((columns) => '-'.repeat(columns + 2)).join('+'),
    );
  }
  for (const row of cells) {
    const height = Math.max(1, ...row.map((lines_) => lines_.length));
    for (let at = 0; at < height; at += 1) {
      const texts = fields.map((field, column) => {
        const part = row[column]?.[at] ?? '';
        const room = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(part)));
        const more = at < (row[column]?.length ?? 1) - 1;
        const right = rightTypes.has(field.type);
        const body = right ? room + part : part + (column === last && !more ? '' : room);
        return { body, mark: more ? '+' : ' ' };
      });
      lines.push(
        texts
          .map(({ body, mark }, column) =>
            column === last ? ` ${body}${mark === '+' ? '+' : ''}` : ` ${body}${mark}|`,
          )
          .join(''),
      );
    }
  }
  if (!format.tuplesOnly && format.footer) {
    lines.push(count(outcome.rows.length));
  }
  return `${lines.join('\n')}${lines.length === 0 ? '' : '\n'}\n`;
}

function unaligned(outcome: Outcome, format: Format): string {
  const records = outcome.rows.map((row) =>
    row.map((value) => value ?? format.nullText).join(format.separator),
  );
  if (!format.tuplesOnly) {
    records.unshift((outcome.fields ?? []).map(({ name }) => name).join(format.separator));
    if (format.footer) {
      records.push(count(outcome.rows.length));
    }
  }
  return records.length === 0 ? '' : `${records.join(format.recordSeparator)}\n`;
}

function expanded(outcome: Outcome, format: Format): string {
  const fields = outcome.fields ?? [];
  if (outcome.rows.length === 0) {
    return format.tuplesOnly ? '' : '(No rows)\n';
  }
  if (!format.aligned) {
    return `${outcome.rows
      .map((row) =>
        fields
          .map(({ name }, column) => `${name}${format.separator}${row[column] ?? format.nullText}`)
          .join('\n'),
      )
      .join('\n\n')}\n`;
  }
  const names = Math.max(...fields.map(({ name }) => width(name)));
  const values = Math.max(
    ...outcome.rows.flatMap((row) =>
      row.flatMap((value) => (value ?? format.nullText).split('\n').map(width)),
    ),
  );
  const lines: string[] = [];
  outcome.rows.forEach((row, index) => {
    if (!format.tuplesOnly) {
      const title = `-[ RECORD ${index + 1} ]`;
      const full = names + values + 3;
      const bar = names + 1;
      const padded = title.padEnd(full, '-');
      lines.push(title.length <= bar ? `${padded.slice(0, bar)}+${padded.slice(bar + 1)}` : padded);
    }
    fields.forEach(({ name }, column) => {
      const room = ' '.repeat(names - width(name));
      lines.push(`${name}${room} | ${row[column] ?? format.nullText}`);
    });
  });
  return `${lines.join('\n')}\n\n`;
}

/** A result as gsql prints it. */
export function resultText(outcome: Outcome, format: Format): string {
  if (outcome.fields === undefined) {
    return outcome.tag === '' || format.tuplesOnly ? tagText(outcome, format) : `${outcome.tag}\n`;
  }
  return format.expanded
    ? expanded(outcome, format)
    : format.aligned
      ? aligned(outcome, format)
      : unaligned(outcome, format);
}

function tagText(outcome: Outcome, format: Format): string {
  return outcome.tag === '' || format.tuplesOnly ? '' : `${outcome.tag}\n`;
}

/** An error or notice as gsql prints it, with the line that it points at. */
export function noticeText(
  notice: ServerNotice & { readonly context?: string },
  statement: string,
): string {
  let text = `${notice.severity}:  ${notice.message}\n`;
  if (notice.position !== undefined && notice.position > 0) {
    const before = [...statement].slice(0, notice.position - 1).join('');
    const number = before.split('\n').length;
    const column = width(before.slice(before.lastIndexOf('\n') + 1));
    const head = `LINE ${number}: `;
    text += `${head}${statement.split('\n')[number - 1] ?? ''}\n${' '.repeat(head.length + column)}^\n`;
  }
  text += notice.detail === undefined ? '' : `DETAIL:  ${notice.detail}\n`;
  text += notice.hint === undefined ? '' : `HINT:  ${notice.hint}\n`;
  text += notice.context === undefined ? '' : `CONTEXT:  ${notice.context}\n`;
  return text;
}
