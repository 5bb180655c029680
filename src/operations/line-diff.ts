/** A line of a difference: kept, removed or added. */
export interface DiffLine {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
}

function split(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') {
    lines.pop();
  }
  return lines;
}

/**
 * The lines of two texts, common ones in order (longest common subsequence after common ends are cut off). Meant for
 * configuration files: beyond 4000 differing lines on both sides all of the middle counts as changed.
 */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = split(before);
  const b = split(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) {
    start += 1;
  }
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end += 1;
  }
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: ' ', text }));
  return [
    ...same(a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > 16_000_000) {
    return [
      ...a.map((text): DiffLine => ({ kind: '-', text })),
      ...b.map((text): DiffLine => ({ kind: '+', text })),
    ];
  }
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: ' ', text: left });
      i += 1;
      j += 1;
    } else if (
      right === undefined ||
      (left !== undefined &&
        (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      lines.push({ kind: '-', text: left ?? '' });
      i += 1;
    } else {
      lines.push({ kind: '+', text: right });
      j += 1;
    }
  }
  return lines;
}

/** A difference in the unified form with three lines around each change; empty when the texts are equal. */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  const lines = diffLines(before ?? '', after);
  const shown = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind !== ' ') {
      for (let near = index - 3; near <= index + 3; near += 1) {
        shown.add(near);
      }
    }
  });
  if (shown.size === 0) {
    return '';
  }
  const out = [`--- ${before === undefined ? '/dev/null' : path}`, `+++ ${path}`];
  let [oldLine, newLine] = [1, 1];
  for (let index = 0; index < lines.length;) {
    if (!shown.has(index)) {
      oldLine += 1;
      newLine += 1;
      index += 1;
      continue;
    }
    let stop = index;
    while (stop < lines.length && shown.has(stop)) {
      stop += 1;
    }
    const hunk = lines.slice(index, stop);
    const olds = hunk.filter((line) => line.kind !== '+').length;
    const news = hunk.filter((line) => line.kind !== '-').length;
    out.push(
      `@@ -${olds === 0 ? oldLine - 1 : oldLine},${olds} +${news === 0 ? newLine - 1 : newLine},${news} @@`,
      ...hunk.map((line) => line.kind + line.text),
    );
    oldLine += olds;
    newLine += news;
    index = stop;
  }
  return `${out.join('\n')}\n`;
}
