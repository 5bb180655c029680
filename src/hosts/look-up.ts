import { quote } from './quote.ts';

/**
 * A command line that tells of each path on a line of its own whether it exists: `1`, `0`, or `?` where the account may not
 * look. Answers are read by `readLookUp`.
 */
export function lookUpCommand(paths: readonly string[]): string {
  return [
    `for f in ${paths.map(quote).join(' ')}; do`,
    'm=$(LC_ALL=C ls -d -- "$f" 2>&1 >/dev/null);',
    `case $m in '') echo 1;; *'No such file'*|*'Not a directory'*) echo 0;; *) echo '?';; esac;`,
    'done',
  ].join(' ');
}

/** What the command answered, in the order of the paths; undefined where nobody can tell. */
export function readLookUp(output: string, count: number): readonly (boolean | undefined)[] {
  const lines = output.split('\n');
  return Array.from({ length: count }, (_, index) =>
    lines[index] === '1' ? true : lines[index] === '0' ? false : undefined,
  );
}
