/**
 * The shell texts that run on the other side. They keep to POSIX and were tried with dash, bash and busybox.
 *
 * Every command becomes the leader of a process group of its own (`setsid`, or `set -m` where that is missing), so
 * that a time limit or a cancel ends all that it started. Output of probes goes into files of a private folder in
 * memory: a command that leaves a server behind which holds its output open does not hang the probe, outputs of
 * commands that run side by side do not mix, and they stay binary safe.
 */
import { quote } from './quote.ts';

/** Milliseconds between SIGTERM and SIGKILL. */
export const killDelay = 2000;

/**
 * Longest command that one argument of a process can hold on Linux is 128 KiB; some room is left for what is put
 * around it.
 */
export const longestCommand = 120_000;

/** How a group is ended: politely first, then for sure, even when the one who asked is gone by then. */
const endGroup =
  `y() { $s sh -c 'sleep ${killDelay / 1000}; kill -KILL -"$1" || kill -KILL "$1"' y "$1" </dev/null >/dev/null 2>&1 & }\n` +
  // The second part is started first: the first may end the one who would start it.
  'z() { y "$1"; kill -TERM -"$1" || kill -TERM "$1"; }\n';

const findSetsid = 's=; if command -v setsid >/dev/null; then s=setsid; else set -m; fi\n';

/**
 * What a kept `sh` is told first. It answers `<nonce> ready`. When its input ends (the connection is gone) it ends
 * all commands that still run and removes its folder.
 */
export function keptShellOpening(nonce: string): string {
  return (
    'exec 2>/dev/null\n' +
    // However it ends, it clears up after itself; some shells do not when a signal ends them. 13 is SIGPIPE: nobody listens.
    "trap 'exit 129' 1 2 13 15\n" +
    'd=\n' +
    'for b in /dev/shm "${TMPDIR:-/tmp}" /tmp "$HOME"; do\n' +
    `d=$(mktemp -d "$b/opengauss-dual-cluster.XXXXXXXX") && printf '\\n%s\\n' ${nonce} >"$d/s" && [ -s "$d/s" ] && break\n` +
    '[ -n "$d" ] && rm -rf "$d"; d=\n' +
    'done\n' +
    `[ -n "$d" ] || { printf '%s unusable\\n' ${nonce}; exit 1; }\n` +
    findSetsid +
    endGroup +
    // Ends the commands whose files begin with $1. A process that has just begun is noted a moment later.
    'x() { for f in "$1"*.o; do [ -e "$f" ] || continue; f=${f%.o}; n=0\n' +
    'until [ -s "$f.p" ] || [ $n -ge 50 ]; do sleep 0.1 || sleep 1; n=$((n+1)); done\n' +
    '[ -e "$f.c" ] || { read -r q <"$f.p" && z "$q"; }; done; }\n' +
    // Without "$d/s" nothing new starts.
    'trap \'rm -f "$d/s"; x "$d/"; sleep 0.3 || sleep 1; x "$d/"; rm -rf "$d"\' 0\n' +
    `printf '%s ready\\n' ${nonce}\n`
  );
}

/**
 * Ends commands at their time limits and when they print too much. Arguments: prefix of the batch's files, limit in
 * KiB, `setsid` or nothing, then `<index>:<milliseconds>` for each command.
 */
const watch =
  'k=$1 l=$2 s=$3; shift 3; e=0\n' +
  endGroup +
  'while :; do\n' +
  'n=1000; [ $e -gt 0 ] || n=300\n' +
  'for a; do t=$((${a#*:}-e)); [ $t -gt 0 ] && [ $t -lt $n ] && n=$t; done\n' +
  'sleep "$((n/1000)).$(printf %03d $((n%1000)))" || sleep 1\n' +
  'e=$((e+n))\n' +
  'for a; do f=$k.${a%:*}\n' +
  '[ ${a#*:} -gt $e ] || [ -e "$f.c" ] || [ -e "$f.t" ] || { read -r p <"$f.p" && : >"$f.t" && z "$p"; }\n' +
  'done\n' +
  'for f in $(find "${k%/*}" -name "${k##*/}.*.[oe]" -size +"${l}k"); do f=${f%.?}\n' +
  '[ -e "$f.c" ] || { read -r p <"$f.p" && : >"$f.l" && kill -KILL -"$p"; }\n' +
  'done\n' +
  'done';

export interface ScriptCommand {
  readonly text: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Runs commands side by side and then prints one frame: `<nonce> done <id> <answer>…` and a line feed, then for each
 * command its standard output and its standard error, each followed by a line with the nonce. An answer is the exit
 * code, with `t` behind it when the time limit ended the command and `l` when the output limit did.
 */
export function batch(
  nonce: string,
  id: number,
  commands: readonly ScriptCommand[],
  limit: number,
): string {
  const starts = commands.map(
    ({ text }, index) =>
      `f=$k.${index}; [ -e "$d/s" ] && [ ! -e "$k.x" ] || exit; ( $s sh -c ${quote(text)} </dev/null >"$f.o" 2>"$f.e" & echo $! >"$f.p"; ` +
      `wait $!; echo $? >"$f.c" ) & w="$w $!"\n`,
  );
  const indexes = commands.map((_, index) => String(index));
  const limits = commands.map(({ timeout }, index) => `${index}:${Math.ceil(timeout)}`);
  const files = indexes.map((index) => `"$k.${index}.o" "$d/s" "$k.${index}.e" "$d/s"`);
  const limitKiB = Math.ceil(limit / 1024);
  return (
    // Some shells (dash, busybox) keep what has ended in the background as a zombie until somebody asks for it.
    'jobs >/dev/null\n' +
    `( k=$d/${id} w=\n` +
    starts.join('') +
    `$s sh -c ${quote(watch)} w "$k" ${limitKiB} "$s" ${limits.join(' ')} </dev/null >/dev/null 2>&1 & g=$!\n` +
    'wait $w\n' +
    'kill -KILL -$g || kill -KILL $g\n' +
    // What is too long is not sent. Of a command that was ended at its time limit others of its group may still be
    // there, and the watch that would have ended them is gone now.
    `for f in $(find "$d" -name "\${k##*/}.*.[oe]" -size +${limitKiB}k); do : >"\${f%.?}.l"; : >"$f"; done\n` +
    `r=; for i in ${indexes.join(' ')}; do c=; read -r c <"$k.$i.c"; ` +
    '[ -e "$k.$i.t" ] && { c=${c}t; read -r p <"$k.$i.p" && y "$p"; }; [ -e "$k.$i.l" ] && c=${c}l; r="$r ${c:-x}"; done\n' +
    // Batches that end at the same time print one after the other. The lock is a file made with O_EXCL.
    // Without "$d/s" the shell has ended, and nobody gives the lock back.
    'set -C; until true >"$d/lock"; do [ -e "$d/s" ] || exit; sleep 0.01 || sleep 1; done\n' +
    `printf '%s done ${id}%s\\n' ${nonce} "$r"\n` +
    `cat ${files.join(' ')}\n` +
    'rm -f "$d/lock" "$k".* ) &\n'
  );
}

/** Ends what a batch still runs; its frame follows as usual. */
export function endBatch(id: number): string {
  // Twice, for commands that were only about to start.
  return `: >"$d/${id}.x"; ( x "$d/${id}."; sleep 0.3 || sleep 1; x "$d/${id}." ) &\n`;
}

/**
 * A command on a channel of its own. First comes `<nonce> <pid>` and a line feed on standard output, then the
 * command's own, and when it has ended the nonce on both outputs: what comes after that is somebody else's. Without input the channel's input is a dead man's switch: when it ends, by our wish or because the
 * connection is gone, the command's group is ended. With input, that many bytes are handed over to the command; with
 * `dialogue` it reads the channel itself, until it ends.
 */
export function ownChannel(
  nonce: string,
  text: string,
  input: number | 'dialogue' | undefined,
): string {
  // The leader of the group tells its own number before the command can print anything.
  const leader = (rest: string): string =>
    `$s sh -c ${quote(`printf '${nonce} %s\\n' $$; ${rest}`)} sh ${quote(text)}`;
  return (
    'exec 3<&0 4>&2 2>/dev/null\n' +
    findSetsid +
    endGroup +
    (typeof input === 'number'
      ? leader(`head -c ${input} | sh -c "$1"`)
      : leader('exec sh -c "$1"')) +
    ` ${input === undefined ? '</dev/null' : '<&3'} 2>&4 3<&- 4>&- & p=$!\n` +
    // The connection may be gone already when something is printed; the command itself does not inherit this.
    "trap '' 1 13 15\n" +
    (input === undefined
      ? '( exec >&- 4>&-; cat <&3 >/dev/null; z $p ) & w=$!\nwait $p; c=$?\nkill -KILL $w\n'
      : 'wait $p; c=$?\n') +
    `printf ${nonce}; printf ${nonce} >&4\n` +
    'exit $c'
  );
}

/** Ends a command that was started by `ownChannel`, from another channel. */
export function endProcess(pid: number): string {
  // Cut within the number it would be another process's; cut within quotes it is no command.
  return `z '${pid}'\n`;
}

/**
 * A script as a line that every login shell (sh, bash, csh, tcsh, fish …) hands to `sh` unchanged: only characters
 * that mean the same within their single quotes, and no line feed.
 */
export function forAnyShell(script: string): string {
  let encoded = '';
  for (const byte of Buffer.from(script, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += /[\w ./:=,-]/.test(character)
      ? character
      : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  return `exec /bin/sh -c 'eval "$(printf %b "$0")"' '${encoded}'`;
}
