import type { FileVersion, RemoteStat } from './shell.ts';
import { quote } from './quote.ts';

/** Exit codes that our texts use for what they find. */
export const exit = {
  missing: 44,
  notAFile: 45,
  unreadable: 46,
  changed: 47,
  incomplete: 48,
  large: 49,
  notPut: 50,
};

/** What a text with `content: 'beside'` is told when the content lies in its temporary file, and when it does not. */
export const told = { put: 'put\n', notPut: 'not\n' };

const hashing =
  'h() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$1" | cut -d" " -f1; }\n';
export const describe = `d() { stat -L -c '%F|%s|%a|%y' -- "$1"; }\n`;

export interface Replacement {
  readonly path: string;
  /** SHA-256 of the new content. */
  readonly hash: string;
  /** SHA-256 that the old content must have, `none` when there must be no file, or `any`. */
  readonly expected: string;
  /** Permission bits of a file that is new. */
  readonly mode: number;
  readonly backup: boolean;
  /**
   * Where the new content comes from: the text's standard input; or `beside`: the text prints its temporary file's
   * path and a NUL, then waits until it is `told` that somebody has put the content there.
   */
  readonly content: 'input' | 'beside';
}

/** Tells our temporary files from all others, with the number of the process that writes them. */
const mark = 'opengauss-dual-cluster';

/** Removes the temporary files of this file whose writer was killed: they are ours by name, owner and a process that is no more. */
const leftBehind =
  `for s in "$p.\${f##*/}.${mark}-"*; do\n` +
  `i=\${s##*.${mark}-}\ni=\${i%%-*}\n` +
  'case $i in ""|*[!0-9]*) continue ;; esac\n' +
  'if [ -f "$s" ] && [ -O "$s" ] && ! kill -0 "$i" 2>/dev/null; then rm -f "$s"; fi\n' +
  'done\n';

const fromInput = 'cat >"$t" || exit\n';
const fromBeside =
  'case $t in /*) ;; *) t=$PWD/$t ;; esac\n' +
  // When the connection is cut meanwhile, there is nothing to read, and the temporary file is removed.
  `printf '%s\\000' "$t"; read -r a && [ "$a" = put ] || exit ${exit.notPut}\n`;

/**
 * Replaces a file whole. The new content is written beside it, checked and flushed before anything else happens;
 * the old one stays until the rename, which is the last step and cannot happen by half. A link is followed, so that
 * it stays a link. A file that must not exist yet is made by `ln`, which fails when it does.
 */
export function replacing({ path, hash, expected, mode, backup, content }: Replacement): string {
  return (
    `f=${quote(path)} n=${hash} e=${quote(expected)}\n${hashing}${describe}` +
    'v() { [ ! -e "$f" ] || echo "$(d "$f")|$(h "$f")"; }\n' +
    '[ ! -L "$f" ] || f=$(readlink -f -- "$f") || exit\n' +
    `[ ! -e "$f" ] || [ -f "$f" ] || exit ${exit.notAFile}\n` +
    'case $f in */*) p=${f%/*}/ ;; *) p= ;; esac\n' +
    leftBehind +
    // A signal between the making of the temporary file and the traps would leave it behind. Who is to end here in that moment
    // finds its input ended right after it.
    "trap '' 1 2 13 15\n" +
    // The temporary file is never readable to others before it has the mode of the old one.
    `t=$(mktemp "$p.\${f##*/}.${mark}-$$-XXXXXX") || exit\n` +
    // A signal that comes while it clears up must not end the `rm`. 13 is SIGPIPE: it printed, and the connection was gone;
    // dash ends by it without clearing up.
    'trap \'trap "" 1 2 13 15; rm -f "$t" "$t.old"\' 0\ntrap \'exit 143\' 1 2 13 15\n' +
    (content === 'input' ? fromInput : fromBeside) +
    `[ "$(h "$t")" = $n ] || exit ${exit.incomplete}\n` +
    'if [ -e "$f" ]; then\n' +
    'o=$(stat -c %u:%g -- "$f") && m=$(stat -c %a -- "$f") || exit\n' +
    '[ "$(stat -c %u:%g -- "$t")" = "$o" ] || chown "$o" "$t" || exit\nchmod "$m" "$t" || exit\n' +
    `else chmod ${mode.toString(8)} "$t" || exit; fi\n` +
    'sync "$t" 2>/dev/null || sync\n' +
    `c() { case $e in any) ;; none) [ ! -e "$f" ] ;; *) [ -e "$f" ] && [ "$(h "$f")" = $e ] ;; esac; }\n` +
    `c || { v; exit ${exit.changed}; }\n` +
    (backup
      ? 'if [ -e "$f" ]; then { ln "$f" "$t.old" 2>/dev/null || cp -p "$f" "$t.old"; } && mv -f "$t.old" "$f.bak" || exit; fi\n'
      : '') +
    `c || { v; exit ${exit.changed}; }\n` +
    `if [ $e = none ]; then ln "$t" "$f" || { v; exit ${exit.changed}; }; rm -f "$t"; else mv -f "$t" "$f" || exit; fi\n` +
    'sync "${p:-.}" 2>/dev/null\nv'
  );
}

/** What `d` of `describe` prints. */
export function parseStat(line: string): RemoteStat {
  const [kind = '', size = '0', mode = '0', time = ''] = line.split('|');
  return {
    type: kind.startsWith('regular') ? 'file' : kind === 'directory' ? 'directory' : 'other',
    size: Number(size),
    mtime: parseTime(time),
    mode: Number.parseInt(mode, 8),
  };
}

/** What `replacing` prints of the file in the end. */
export function parseVersion(line: string): FileVersion {
  const { size, mtime } = parseStat(line);
  return { size, mtime, hash: line.split('|')[4] ?? '' };
}

/** `2026-11-22 08:31:33.123456789 +0000` as milliseconds since 1970. */
function parseTime(text: string): number {
  const found = /^(\S+) (\d+:\d+:\d+)(?:\.(\d{3})\d*)? ([+-]\d\d):?(\d\d)/.exec(text);
  return found === null
    ? 0
    : Date.parse(`${found[1]}T${found[2]}.${found[3] ?? '000'}${found[4]}:${found[5]}`);
}
