import { badWord } from './errors.ts';

/** Words that the shell's grammar takes for its own when they stand unquoted in the place of a command. */
const reserved = new Set(
  'if then else elif fi do done case esac while until for in function select time coproc'.split(
    ' ',
  ),
);

/**
 * One word for `sh`, so that the shell hands over exactly these bytes. Everything that becomes part of a remote
 * command goes through here. Plain words stay as they are, so that previews are easy to read. The answer is right
 * inside any POSIX shell in the place of a whole word; it is never to be put inside other quotes.
 * Refuses NUL (`bad-word`): no process can receive it.
 */
export function quote(word: string): string {
  if (word.includes('\0')) {
    throw badWord(word, 'nul');
  }
  return /^[\w@%+:,./-]+$/.test(word) && !reserved.has(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line of the words given, each quoted. Put `--` before operands where the program knows it. */
export function command(...words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/**
 * A value that a user or a file chose and that a program takes as an operand: host, user, path, name. Refused
 * (`bad-word`) when it is empty, has a NUL or begins with `-`, since programs would read it as an option.
 * Answers the value unquoted, for `command` or `quote`.
 */
export function operand(value: string): string {
  if (value === '') {
    throw badWord(value, 'empty');
  }
  if (value.startsWith('-')) {
    throw badWord(value, 'option');
  }
  if (value.includes('\0')) {
    throw badWord(value, 'nul');
  }
  return value;
}

/** `export A='x'; …` for the variables given; empty for none. Names that no shell takes are refused (`bad-word`). */
export function exports(env: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(env ?? {})
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw badWord(name, 'variable');
      }
      return `export ${name}=${quote(value)}; `;
    })
    .join('');
}
