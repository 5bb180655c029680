/**
 * Translation without the editor. English texts are the keys, as in `vscode.l10n`; the extension hands over
 * VS Code's bundle when it starts and the CLI loads one by the user's locale.
 */
let bundle: Readonly<Record<string, string>> = {};

/** Sets the texts of the user's language: English text → translated text. Texts that are missing stay English. */
export function setBundle(texts: Readonly<Record<string, string>>): void {
  bundle = texts;
}

/**
 * The text in the user's language with `{0}`, `{1}` … replaced by the arguments.
 * The first argument must be a literal, so that `npm run l10n` finds it.
 */
export function t(text: string, ...args: readonly (string | number | boolean)[]): string {
  const translated = bundle[text] ?? text;
  return args.length === 0 ? translated : fill(translated, args);
}

/** By hand: a replacement by a regular expression and a function takes ten times as long, and lint asks for many. */
function fill(text: string, args: readonly (string | number | boolean)[]): string {
  let filled = '';
  let from = 0;
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const close = text.indexOf('}', open);
    const value = args[place(text, open + 1, close)];
    if (value !== undefined) {
      filled += text.slice(from, open) + String(value);
      from = close + 1;
    }
  }
  return filled + text.slice(from);
}

/** The number whose digits stand between two offsets; -1 when something else stands there. */
function place(text: string, start: number, end: number): number {
  let number = start < end ? 0 : -1;
  for (let index = start; index < end; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) {
      return -1;
    }
    number = number * 10 + digit;
  }
  return number;
}
