/** One statement of a script, without its terminator. */
export interface Statement {
  readonly text: string;
  /** UTF-16 offset of the text in the script. */
  readonly offset: number;
  /** How it must be ended for gsql: a PL/SQL block ends with a line that is only `/`. */
  readonly terminator: ';' | '/';
}

/** Something in a script that we do not hand to gsql. */
export interface Refusal {
  readonly reason: 'meta-command' | 'copy-from-stdin' | 'unterminated';
  readonly offset: number;
  readonly text: string;
}

export interface Script {
  readonly statements: readonly Statement[];
  readonly refusals: readonly Refusal[];
}

/**
 * Splits a script into statements as gsql does: quotes, dollar quotes, nested comments and parentheses are respected,
 * and routines and anonymous blocks in openGauss's own form run to a line with only `/`.
 * A backslash outside of quotes would be a command of gsql itself (`\!` runs a shell); it is refused.
 */
export function splitScript(text: string): Script {
  const statements: Statement[] = [];
  const refusals: Refusal[] = [];
  let start = 0;
  let depth = 0;
  let position = 0;
  let words: string[] = [];
  let dollarQuoted = false;

  const finish = (end: number, terminator: Statement['terminator']): void => {
    const raw = text.slice(start, end);
    const code = withoutLeadingBlanks(raw);
    if (code.text !== '') {
      if (/^copy\b[\s\S]*\bfrom\s+stdin\b/i.test(code.text)) {
        refusals.push({ reason: 'copy-from-stdin', offset: start + code.skipped, text: code.text });
      }
      statements.push({ text: code.text, offset: start + code.skipped, terminator });
    }
    start = end + 1;
    depth = 0;
    words = [];
    dollarQuoted = false;
  };

  while (position < text.length) {
    const skipped = skipQuoted(text, position);
    if (skipped !== undefined) {
      if (skipped.unterminated) {
        refusals.push({
          reason: 'unterminated',
          offset: position,
          text: text.slice(position, position + 20),
        });
      }
      dollarQuoted ||= skipped.kind === 'dollar';
      position = skipped.end;
      continue;
    }
    const character = text.charAt(position);
    if (/[A-Za-z_\u0080-\uffff]/.test(character)) {
      const word =
        /^[A-Za-z_0-9$\u0080-\uffff]+/.exec(text.slice(position, position + 128))?.[0] ?? character;
      if (words.length < 6) {
        words.push(word.toLowerCase());
      }
      position += word.length;
      continue;
    }
    if (character === '(') {
      depth += 1;
    } else if (character === ')') {
      depth = Math.max(0, depth - 1);
    } else if (character === '\\') {
      refusals.push({ reason: 'meta-command', offset: position, text: lineAt(text, position) });
    } else if (character === '/' && isAloneOnLine(text, position)) {
      finish(position, '/');
    } else if (
      character === ';' &&
      depth === 0 &&
      (dollarQuoted || !isBlock(words, text, position))
    ) {
      finish(position, ';');
    }
    position += 1;
  }
  finish(text.length, isBlock(words, text, text.length) && !dollarQuoted ? '/' : ';');
  return { statements, refusals };
}

interface Skipped {
  readonly kind: 'quote' | 'dollar' | 'comment';
  readonly end: number;
  readonly unterminated: boolean;
}

function skipQuoted(text: string, position: number): Skipped | undefined {
  const two = text.slice(position, position + 2);
  if (two === '--') {
    const end = text.indexOf('\n', position);
    return { kind: 'comment', end: end < 0 ? text.length : end, unterminated: false };
  }
  if (two === '/*') {
    return skipComment(text, position);
  }
  const character = text.charAt(position);
  if (character === "'" || character === '"') {
    return skipQuote(text, position, character === "'" && isEscapeString(text, position));
  }
  if (character === '$') {
    const tag = /^\$(?:[A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$/.exec(
      text.slice(position, position + 70),
    )?.[0];
    if (tag !== undefined) {
      const end = text.indexOf(tag, position + tag.length);
      return end < 0
        ? { kind: 'dollar', end: text.length, unterminated: true }
        : { kind: 'dollar', end: end + tag.length, unterminated: false };
    }
  }
  return undefined;
}

function skipComment(text: string, position: number): Skipped {
  let depth = 0;
  for (let at = position; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (two === '/*') {
      depth += 1;
      at += 1;
    } else if (two === '*/') {
      depth -= 1;
      at += 1;
      if (depth === 0) {
        return { kind: 'comment', end: at + 1, unterminated: false };
      }
    }
  }
  return { kind: 'comment', end: text.length, unterminated: true };
}

function skipQuote(text: string, position: number, escapes: boolean): Skipped {
  const quote = text.charAt(position);
  for (let at = position + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (escapes && character === '\\') {
      at += 1;
    } else if (character === quote) {
      if (text.charAt(at + 1) !== quote) {
        return { kind: 'quote', end: at + 1, unterminated: false };
      }
      at += 1;
    }
  }
  return { kind: 'quote', end: text.length, unterminated: true };
}

/** `E'…'`: the letter stands directly before the quote and does not end a longer word. */
function isEscapeString(text: string, position: number): boolean {
  return /(?:^|[^A-Za-z_0-9$\u0080-\uffff])[eE]$/.test(
    text.slice(Math.max(0, position - 2), position),
  );
}

/** Whether a statement that begins with these words is a routine or a block in openGauss's own form, whose `;` does not end it. */
function isBlock(words: readonly string[], text: string, position: number): boolean {
  const [first, second] = words;
  if (first === 'declare') {
    return second !== undefined && !words.includes('cursor');
  }
  if (first === 'begin') {
    return (
      second !== undefined &&
      !['transaction', 'work', 'isolation', 'read', 'not', 'deferrable'].includes(second)
    );
  }
  if (first !== 'create') {
    return false;
  }
  const rest = words
    .slice(1)
    .filter(
      (word) => !['or', 'replace', 'editionable', 'noneditionable', 'definer'].includes(word),
    );
  if (rest[0] === 'package') {
    return true;
  }
  if (rest[0] !== 'function' && rest[0] !== 'procedure') {
    return false;
  }
  // With `AS '…'` or `AS $$…$$` the body is a string; without, it is a block.
  return /\b(?:as|is)\b\s+(?!['$])\S/i.test(text.slice(Math.max(0, position - 100_000), position));
}

function isAloneOnLine(text: string, position: number): boolean {
  const before = text.lastIndexOf('\n', position - 1) + 1;
  const after = text.indexOf('\n', position);
  return (
    text.slice(before, position).trim() === '' &&
    text.slice(position + 1, after < 0 ? text.length : after).trim() === ''
  );
}

function lineAt(text: string, position: number): string {
  const end = text.indexOf('\n', position);
  return text.slice(position, end < 0 ? text.length : end);
}

/** The text from its first word on: blanks and comments before it are skipped, blanks after it cut off. */
function withoutLeadingBlanks(raw: string): { readonly text: string; readonly skipped: number } {
  let skipped = 0;
  for (;;) {
    const blanks = /^[\s;]+/.exec(raw.slice(skipped));
    if (blanks !== null) {
      skipped += blanks[0].length;
      continue;
    }
    const comment = skipQuoted(raw, skipped);
    if (comment?.kind !== 'comment') {
      break;
    }
    skipped = comment.end;
  }
  return { text: raw.slice(skipped).trimEnd(), skipped };
}

/**
 * Whether a statement only reads and can stand in a subquery, so that the number of its rows can be limited on the server
 * and the types of its columns asked for.
 */
export function isPlainQuery(statement: string): boolean {
  const first = /^[\s(]*(\w+)/.exec(statement)?.[1]?.toLowerCase();
  if (first === undefined || !['select', 'values', 'table', 'with'].includes(first)) {
    return false;
  }
  const code = codeOnly(statement);
  return !/\b(?:into|insert|update|delete|merge|for\s+(?:update|share|no\s+key|key))\b/i.test(code);
}

/** The statement with quoted texts and comments blanked out. */
function codeOnly(statement: string): string {
  let code = '';
  let position = 0;
  while (position < statement.length) {
    const skipped = skipQuoted(statement, position);
    if (skipped === undefined) {
      code += statement.charAt(position);
      position += 1;
    } else {
      code += ' ';
      position = skipped.end;
    }
  }
  return code;
}
