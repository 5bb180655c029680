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
  return args.length === 0
    ? translated
    : translated.replace(/\{(\d+)\}/g, (whole, index: string) => {
        const value = args[Number(index)];
        return value === undefined ? whole : String(value);
      });
}
