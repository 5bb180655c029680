/**
 * Text of people, files and servers in a Markdown paragraph or a cell of a table: its own marks are shown as they are, so
 * that nothing in it becomes a link, an image, markup, a formula or another cell. One line.
 */
export function plain(text: string): string {
  return text
    .trim()
    .replace(/[\\`*[\]<>#|~$]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)/g, (mark) => `\\${mark}`)
    .replace(/\s+/g, ' ');
}

/** As `plain`, in one line however narrow the cell is: Chinese may be broken after every character. */
export function unbroken(text: string): string {
  return `<span style="white-space:nowrap">${plain(text)}</span>`;
}

/** As `plain`, with the lines of the text kept apart. For cells of tables. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('<br>');
}

/** A few words as code; their own backticks become apostrophes. */
export function inlineCode(text: string): string {
  return `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ').trim()}\``;
}

/** A block of code, with a fence longer than any row of backticks in the text, so that the text cannot leave it. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n?$/, '\n')}${fence}`;
}

/** A row of a table: its label and its value. */
export type Line = readonly [label: string, value: string];

/** A Markdown table of two columns whose cells hold any text; lines without a value are left out. */
export function table(lines: readonly Line[]): string {
  const rows = lines
    .filter(([, value]) => value !== '')
    .map(([label, value]) => `| ${plain(label)} | ${plain(value)} |`);
  return ['| | |', '| --- | --- |', ...rows].join('\n');
}
