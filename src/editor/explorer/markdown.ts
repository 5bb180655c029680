/** A row of a table: its label and its value. */
export type Line = readonly [label: string, value: string];

/** A Markdown table of two columns whose cells hold any text. */
export function table(lines: readonly Line[]): string {
  const rows = lines
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `| ${cell(label)} | ${cell(value)} |`);
  return ['| | |', '| --- | --- |', ...rows].join('\n');
}

/** Text from machines, made harmless for Markdown: nothing in it becomes a link, an image or another cell. */
export function cell(text: string): string {
  return text
    .trim()
    .replace(/[\\`*_{}[\]()#+!|<>~&$-]/g, (sign) => `\\${sign}`)
    .replace(/\s+/g, ' ');
}
