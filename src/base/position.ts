/** A place in a text. Lines and columns count from 1; a column counts UTF-16 units, as editors do. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns of offsets in one text. Lines end with `\n`, `\r\n` or `\r`. */
export class LineIndex {
  private readonly starts: readonly number[];
  private readonly length: number;

  constructor(text: string) {
    const starts = [0];
    for (const match of text.matchAll(/\r\n|\n|\r/g)) {
      starts.push(match.index + match[0].length);
    }
    this.starts = starts;
    this.length = text.length;
  }

  get lineCount(): number {
    return this.starts.length;
  }

  /** The place of an offset; offsets outside the text are taken to its nearest end. */
  at(offset: number): LineColumn {
    const wanted = Math.min(Math.max(offset, 0), this.length);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= wanted) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: wanted - (this.starts[low] ?? 0) + 1 };
  }

  /** The offset of a place; a line behind the last one means the text's end. */
  offset(place: LineColumn): number {
    const start = this.starts[place.line - 1];
    return start === undefined ? this.length : Math.min(start + place.column - 1, this.length);
  }
}
