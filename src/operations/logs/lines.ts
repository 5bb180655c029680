export type LogSeverity = 'error' | 'warning' | 'info' | 'debug';

const words: readonly (readonly [RegExp, LogSeverity])[] = [
  [/\b(?:PANIC|FATAL|ERROR)\b|\[?\bcore dumped\b/, 'error'],
  [/\b(?:WARNING|WARN)\b/, 'warning'],
  [/\b(?:DEBUG[1-5]?|TRACE)\b/, 'debug'],
];

/**
 * How bad a line of a server, DSS or gs_ctl log is. Only the head of the line counts: a statement or a value further on
 * may well hold the word ERROR.
 */
export function severityOf(line: string): LogSeverity {
  const head = line.slice(0, 240).replace(/'[^']*'|"[^"]*"/g, '');
  return words.find(([pattern]) => pattern.test(head))?.[1] ?? 'info';
}

/** The index of the first line that is an error, from a line on; undefined when there is none. */
export function firstError(lines: readonly string[], from = 0): number | undefined {
  const index = lines.findIndex((line, at) => at >= from && severityOf(line) === 'error');
  return index < 0 ? undefined : index;
}

/** Characters of a line that are kept, so that a log without line ends does not fill the memory. */
const longestLine = 4000;

/** Characters that are kept of all lines together; beyond it an editor becomes slow, and statements can be long. */
const mostCharacters = 8 * 1024 * 1024;

/** Keeps the last lines of a text that grows: so many of them, and 8 Mi characters at most. */
export class LogTail {
  private readonly capacity: number;
  private lines: string[] = [];
  private rest = '';
  private dropped = 0;
  /** Characters in `lines`, their ends included. */
  private size = 0;

  /** `capacity`: lines kept. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  add(chunk: string): void {
    const parts = (this.rest + chunk).split(/\r?\n/);
    this.rest = parts.pop() ?? '';
    if (this.rest.length > longestLine) {
      parts.push(this.rest);
      this.rest = '';
    }
    // Appending one by one, since a chunk may hold more lines than a call takes arguments.
    for (const part of parts) {
      const line = part.length > longestLine ? `${part.slice(0, longestLine)} …` : part;
      this.lines.push(line);
      this.size += line.length + 1;
    }
    let excess = 0;
    while (this.lines.length - excess > this.capacity || this.size > mostCharacters) {
      this.size -= (this.lines[excess] ?? '').length + 1;
      excess += 1;
    }
    if (excess > 0) {
      this.lines = this.lines.slice(excess);
      this.dropped += excess;
    }
  }

  /** All lines that have come so far. */
  get total(): number {
    return this.dropped + this.lines.length;
  }

  /** Lines that are no longer kept. */
  get missing(): number {
    return this.dropped;
  }

  get text(): string {
    return [...this.lines, this.rest].join('\n');
  }

  get all(): readonly string[] {
    return this.rest === '' ? this.lines : [...this.lines, this.rest];
  }
}
