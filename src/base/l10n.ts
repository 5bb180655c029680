/**
 * Translation without the editor. English texts are the keys, as in `vscode.l10n`; the extension hands over
 * VS Code's bundle when it starts and the CLI loads one by the user's locale.
 */
let bundle: Readonly<Record<string, string>> = {};
let locale: string | undefined;

/**
 * Sets the texts of the user's language: English text → translated text. Texts that are missing stay English.
 * @param language a BCP 47 tag, by which times are written; without one, and for English, as the machine writes them
 */
export function setBundle(texts: Readonly<Record<string, string>>, language?: string): void {
  bundle = texts;
  locale = language === undefined || /^en\b/i.test(language) ? undefined : language;
}

/** The clock time of milliseconds since 1970, in the user's own zone. */
export function clockTime(time: number): string {
  return new Date(time).toLocaleTimeString(locale);
}

/** Day and clock time of milliseconds since 1970, in the user's own zone. */
export function dateTime(time: number): string {
  return new Date(time).toLocaleString(locale);
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
      const word = String(value);
      filled = joined(filled + text.slice(from, open), word);
      from = close + 1;
      if (text[from] === ' ' && isHan(word, word.length - 1) && isHan(text, from + 1)) {
        from += 1;
      }
    }
  }
  return filled + text.slice(from);
}

/** Chinese is written with a blank before and after Latin words, and without one between its own. */
function joined(before: string, word: string): string {
  const blank = before.length - 1;
  return before[blank] === ' ' && isHan(before, blank - 1) && isHan(word, 0)
    ? before.slice(0, blank) + word
    : before + word;
}

/** Whether a Chinese character or its punctuation stands there. */
function isHan(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return (code >= 0x3000 && code <= 0x9fff) || (code >= 0xff00 && code <= 0xffef);
}

/** Sentences one after the other; there is no blank after a Chinese full stop. Those that are empty or missing are left out. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  let text = '';
  for (const part of parts) {
    if (part !== undefined && part !== '') {
      text += text === '' || isHan(text, text.length - 1) ? part : ` ${part}`;
    }
  }
  return text;
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
