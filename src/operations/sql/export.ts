import type { SqlResult } from './run.ts';

/** RFC 4180 with `\n`; NULL is an empty field and the empty text is `""`, as COPY … CSV writes them. */
export function resultCsv(result: SqlResult): string {
  const field = (value: string | null): string =>
    value === null
      ? ''
      : value === '' || /[",\r\n]/.test(value)
        ? `"${value.replaceAll('"', '""')}"`
        : value;
  return [(result.columns ?? []).map((column) => column.name), ...result.rows]
    .map((row) => `${row.map(field).join(',')}\n`)
    .join('');
}

/** An array of objects; columns of the same name get `_2`, `_3` … Values stay texts, since numbers may be larger than JSON's. */
export function resultJson(result: SqlResult): string {
  const names: string[] = [];
  for (const { name } of result.columns ?? []) {
    let unique = name;
    for (let count = 2; names.includes(unique); count += 1) {
      unique = `${name}_${count}`;
    }
    names.push(unique);
  }
  const rows = result.rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])),
  );
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}
