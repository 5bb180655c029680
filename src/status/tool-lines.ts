/** A line of a tool's output: with the tool's own prefix taken off it is a message, else text. */
export interface ToolLine {
  readonly text: string;
  /** It carried the prefix of a tool, such as `[2023-04-18 09:38:34.397][1498175][][gs_ctl]: `. */
  readonly prefixed: boolean;
}

/** `[time][pid][nodename][tool]: ` since 2.0, `time  pid tool:` before (logging.cpp and its ancestor). */
const prefix =
  /^\s*(?:\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\]\[\d+\]\[[^\]]*\]\[\w+\]: ?|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\s+\d+ \w+: ?)/;

/** No tool prints longer lines; what comes behind is not looked at, so that no text takes long to read. */
const longestLine = 8192;

/** The lines of an output, of any line end. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => (line.length > longestLine ? line.slice(0, longestLine) : line));
}

/** The lines of an output without the prefixes of the tools. */
export function toolLines(text: string): ToolLine[] {
  return linesOf(text).map((line) => {
    const found = prefix.exec(line);
    return found === null
      ? { text: line, prefixed: false }
      : { text: line.slice(found[0].length), prefixed: true };
  });
}

/** The value of `datadir is …`: older tools print `-D "…"`, and `(null)` when PGDATA decides. */
export function dataDirOf(printed: string): string | null {
  const value = printed.trim();
  const quoted = /^-D "(.*)"$/.exec(value);
  const path = quoted?.[1] ?? value;
  return path === '' || path === '(null)' ? null : path;
}

/** `receiver_replay_location` → `receiverReplayLocation`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
