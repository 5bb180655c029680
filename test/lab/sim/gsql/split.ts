/** What gsql finds in a script: statements, its own commands and empty lines. */
export type Part =
  | { readonly kind: 'statement'; readonly text: string; readonly line: number }
  | { readonly kind: 'command'; readonly text: string; readonly line: number };

/** Reads a script piece by piece, so that statements run as they come. */
export class Splitter {
  private text = '';
  private at = 0;
  private depth = 0;
  private line = 1;
  private startLine = 1;

  /** Adds text and answers what is complete now; `end`: nothing comes any more. */
  add(text: string, end = false): Part[] {
    this.text += text;
    const parts: Part[] = [];
    for (let part = this.next(end); part !== undefined; part = this.next(end)) {
      parts.push(part);
    }
    return parts;
  }

  private next(end: boolean): Part | undefined {
    for (;;) {
      const rest = this.text.slice(this.at);
      const begun = this.text.slice(0, this.at).trim() !== '';
      if (rest === '') {
        return end && begun && !/^(\s*--[^\n]*\n?)*\s*$/.test(this.text)
          ? this.cut(this.at, 'statement')
          : undefined;
      }
      if (!begun) {
        const blank = /^\s+/.exec(rest);
        if (blank !== null) {
          this.line += blank[0].split('\n').length - 1;
          this.text = rest.slice(blank[0].length);
          this.at = 0;
          this.startLine = this.line;
          continue;
        }
        const comment = /^--[^\n]*\n/.exec(rest);
        if (comment !== null) {
          this.text = rest.slice(comment[0].length);
          this.line += 1;
          this.at = 0;
          this.startLine = this.line;
          continue;
        }
      }
      if (rest.startsWith('\\')) {
        const stop = rest.indexOf('\n');
        if (stop < 0 && !end) {
          return undefined;
        }
        const command = stop < 0 ? rest : rest.slice(0, stop);
        this.text = this.text.slice(0, this.at) + (stop < 0 ? '' : rest.slice(stop));
        return { kind: 'command', text: command.trim(), line: this.line };
      }
      const hidden = this.hidden(rest, end);
      if (hidden === undefined) {
        return undefined;
      }
      if (hidden > 0) {
        this.at += hidden;
        continue;
      }
      const [character = ''] = rest;
      if (character === '(') {
        this.depth += 1;
      } else if (character === ')') {
        this.depth -= 1;
      } else if (character === ';' && this.depth <= 0) {
        return this.cut(this.at + 1, 'statement');
      }
      this.at += 1;
    }
  }

  /** The length of a quoted part or comment; 0: none begins here; undefined: its end is not here yet. */
  private hidden(rest: string, end: boolean): number | undefined {
    const openings: readonly (readonly [RegExp, RegExp])[] = [
      [/^[eE]?'/, /^(?:[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')/s],
      [/^"/, /^"(?:[^"]|"")*"/],
      [/^\$\w*\$/, /^\$(\w*)\$[\s\S]*?\$\1\$/],
      [/^--/, /^--[^\n]*(?:\n|$)/],
      [/^\/\*/, /^\/\*[\s\S]*?\*\//],
    ];
    for (const [opening, whole] of openings) {
      if (opening.test(rest)) {
        const found = whole.exec(rest);
        return found?.[0].length ?? (end ? rest.length : undefined);
      }
    }
    return 0;
  }

  private cut(length: number, kind: 'statement'): Part {
    const text = this.text.slice(0, length);
    const { startLine } = this;
    this.line += text.split('\n').length - 1;
    this.text = this.text.slice(length);
    this.at = 0;
    this.depth = 0;
    this.startLine = this.line;
    return { kind, text: text.trim(), line: startLine };
  }
}
