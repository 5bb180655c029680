/**
 * The lines of an ssh_config file as OpenSSH takes them apart (readconf.c and misc.c of OpenSSH 9): a keyword, then
 * blanks or one `=`, then words with quotes, escapes and comments.
 */

/** The first word and what follows it, split as OpenSSH's `strdelim` does: at blanks, at one `=`, quotes respected. */
export function takeWord(text: string): { word: string; rest: string } | undefined {
  const found = /[ \t\r\n"=]/.exec(text);
  if (found === null) {
    return { word: text, rest: '' };
  }
  const at = found.index;
  const before = text.slice(0, at);
  if (found[0] === '"') {
    const end = text.indexOf('"', at + 1);
    return end < 0
      ? undefined
      : {
          word: before + text.slice(at + 1, end),
          rest: text.slice(end + 1).replace(/^[ \t\r\n]+/, ''),
        };
  }
  let rest = text.slice(at + 1).replace(/^[ \t\r\n]+/, '');
  if (found[0] !== '=' && rest.startsWith('=')) {
    rest = rest.slice(1).replace(/^[ \t\r\n]+/, '');
  }
  return { word: before, rest };
}

/** The words of a line, as OpenSSH's `argv_split` does it; `undefined` when a quote is not closed. */
export function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ' ' || character === '\t') {
      at++;
      continue;
    }
    if (character === '#') {
      break;
    }
    let word = '';
    let quoted = '';
    for (; at < text.length; at++) {
      const here = text.charAt(at);
      const next = text.charAt(at + 1);
      if (
        here === '\\' &&
        ((`'"\\`.includes(next) && next !== '') || (quoted === '' && next === ' '))
      ) {
        word += next;
        at++;
      } else if (quoted === '' && (here === ' ' || here === '\t')) {
        break;
      } else if (quoted === '' && (here === '"' || here === "'")) {
        quoted = here;
      } else if (here === quoted) {
        quoted = '';
      } else {
        word += here;
      }
    }
    if (quoted !== '') {
      return undefined;
    }
    words.push(word);
  }
  return words;
}

/** One line that says something. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  /** What follows the keyword, as it stands. */
  readonly rest: string;
  /** Counts from 1. */
  readonly line: number;
}

/** The lines of a file without the empty ones and the comments. */
export function configLines(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  text.split('\n').forEach((whole, index) => {
    let first = takeWord(whole.replace(/[ \t\r\n\f]+$/, ''));
    if (first?.word === '') {
      first = takeWord(first.rest);
    }
    if (first !== undefined && first.word !== '' && !first.word.startsWith('#')) {
      lines.push({
        keyword: first.word.toLowerCase(),
        rest: first.rest.replace(/^[ \t\r\n]+/, ''),
        line: index + 1,
      });
    }
  });
  return lines;
}
