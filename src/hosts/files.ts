import { createHash } from 'node:crypto';
import { t } from '../base/l10n.ts';
import { FileChanged, type HostFailure } from './errors.ts';
import {
  diskFull,
  fileNotFound,
  fileRead,
  fileTooLarge,
  fileWrite,
  permissionDenied,
} from './file-errors.ts';
import type { MachineShell, RawResult } from './machine-shell.ts';
import { operand, quote } from './quote.ts';
import type { FileVersion, RemoteFile, RemoteStat, WriteOptions } from './shell.ts';

/** Milliseconds for one file. */
const fileTimeout = 120_000;
/** Files above this many bytes do not go through the kept `sh`, so that they hold up no probe. */
const smallFile = 1024 * 1024;
/** Bytes of a file that are read when nobody says otherwise. */
const defaultLimit = 64 * 1024 * 1024;

/** Exit codes that our texts use for what they find. */
const exit = { missing: 44, notAFile: 45, unreadable: 46, changed: 47, incomplete: 48, large: 49 };

const hashing =
  'h() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$1" | cut -d" " -f1; }\n';
const describe = `d() { stat -L -c '%F|%s|%a|%y' -- "$1"; }\n`;

/** Files of one machine by its `sh`, so that it works where SFTP is switched off. */
export class Files {
  private readonly shell: MachineShell;

  constructor(shell: MachineShell) {
    this.shell = shell;
  }

  async read(
    path: string,
    options: { readonly signal?: AbortSignal; readonly limit?: number },
  ): Promise<RemoteFile> {
    const limit = options.limit ?? defaultLimit;
    const file = quote(operand(path));
    const common = { timeout: fileTimeout, env: { LC_ALL: 'C' }, ...signalOf(options.signal) };
    const first = await this.shell.runRaw(
      `f=${file}\n${describe}[ -e "$f" ] || [ -L "$f" ] || exit ${exit.missing}\n` +
        `[ -f "$f" ] || exit ${exit.notAFile}\n[ -r "$f" ] || exit ${exit.unreadable}\n` +
        `d "$f" && s=$(wc -c <"$f") || exit\n[ $s -le ${Math.min(smallFile, limit)} ] || exit ${exit.large}\ncat <"$f"`,
      { ...common, outputLimit: 4 * smallFile },
    );
    if (first.code !== 0 && first.code !== exit.large) {
      throw this.readFailure(path, first);
    }
    const end = first.stdout.indexOf(10);
    const { size, mtime } = parseStat(first.stdout.subarray(0, end).toString());
    let content = first.stdout.subarray(end + 1);
    if (first.code === exit.large) {
      if (size > limit) {
        throw fileTooLarge(this.shell.host, path, size, limit);
      }
      const rest = await this.shell.runRaw(`cat <${file}`, {
        ...common,
        long: true,
        outputLimit: limit + 65_536,
      });
      if (rest.code !== 0) {
        throw this.readFailure(path, rest);
      }
      content = rest.stdout;
    }
    return { content, version: { size: content.length, mtime, hash: hashOf(content) } };
  }

  async stat(
    path: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<RemoteStat | undefined> {
    const answer = await this.shell.runRaw(
      `f=${quote(operand(path))}\n${describe}[ -e "$f" ] || [ -L "$f" ] || exit ${exit.missing}\nd "$f"`,
      { timeout: fileTimeout, env: { LC_ALL: 'C' }, ...signalOf(options.signal) },
    );
    if (answer.code === exit.missing) {
      return undefined;
    }
    if (answer.code !== 0) {
      throw this.readFailure(path, answer);
    }
    return parseStat(answer.stdout.toString().trimEnd());
  }

  async readDirectory(
    path: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<readonly (readonly [string, RemoteStat['type']])[]> {
    const answer = await this.shell.runRaw(
      `[ -e ${quote(operand(path))} ] || exit ${exit.missing}\nCDPATH= cd -- ${quote(path)} && [ -r . ] || exit ${exit.unreadable}\n` +
        'for f in * .[!.]* ..?*; do\n' +
        '[ -e "$f" ] || [ -L "$f" ] || continue\n' +
        'if [ -d "$f" ]; then t=d; elif [ -f "$f" ]; then t=f; else t=o; fi; printf \'%s%s\\000\' $t "$f"\n' +
        'done',
      { timeout: fileTimeout, env: { LC_ALL: 'C' }, ...signalOf(options.signal) },
    );
    if (answer.code !== 0) {
      throw this.readFailure(path, answer);
    }
    const types = { d: 'directory', f: 'file', o: 'other' } as const;
    return answer.stdout
      .toString()
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => [entry.slice(1), types[entry.charAt(0) as keyof typeof types]] as const);
  }

  async write(
    path: string,
    content: Uint8Array | string,
    options: WriteOptions,
  ): Promise<FileVersion> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const hash = hashOf(bytes);
    const expected = options.expected === undefined ? 'any' : (options.expected?.hash ?? 'none');
    const answer = await this.shell.runRaw(
      replacing(operand(path), hash, expected, options.mode ?? 0o600, options.backup ?? true),
      {
        timeout: fileTimeout,
        env: { LC_ALL: 'C' },
        input: bytes,
        ...signalOf(options.signal),
      },
    );
    const said = answer.stdout.toString().trimEnd();
    if (answer.code === exit.changed) {
      throw new FileChanged(this.shell.host, path, said === '' ? null : parseVersion(said));
    }
    if (answer.code !== 0) {
      throw this.writeFailure(path, answer);
    }
    const version = parseVersion(said);
    if (version.hash !== hash) {
      throw new FileChanged(this.shell.host, path, version);
    }
    return version;
  }

  private readFailure(path: string, answer: RawResult): HostFailure {
    const { host } = this.shell;
    const said = answer.stderr.toString().trim();
    switch (answer.code) {
      case exit.missing:
        return fileNotFound(host, path);
      case exit.notAFile:
        return fileRead(host, path, t('it is not a file'));
      case exit.unreadable:
        return permissionDenied(host, path, 'Permission denied');
      default:
        return /permission denied/i.test(said)
          ? permissionDenied(host, path, said)
          : fileRead(host, path, said === '' ? t('exit code {0}', answer.code) : said);
    }
  }

  private writeFailure(path: string, answer: RawResult): HostFailure {
    const { host } = this.shell;
    const said = answer.stderr.toString().trim();
    if (
      /no space left|quota exceeded|file too large|file size limit/i.test(said) ||
      answer.code === 153
    ) {
      return diskFull(host, path, said);
    }
    if (/permission denied|read-only file system|not permitted/i.test(said)) {
      return permissionDenied(host, path, said);
    }
    switch (answer.code) {
      case exit.notAFile:
        return fileWrite(host, path, t('it is not a file'));
      case exit.incomplete:
        return fileWrite(host, path, t('the new content did not arrive whole'));
      default:
        return fileWrite(host, path, said === '' ? t('exit code {0}', answer.code) : said);
    }
  }
}

/**
 * Replaces a file whole. The new content is written beside it, checked and flushed before anything else happens;
 * the old one stays until the rename, which is the last step and cannot happen by half. A link is followed, so that
 * it stays a link. A file that must not exist yet is made by `ln`, which fails when it does.
 */
function replacing(
  path: string,
  hash: string,
  expected: string,
  mode: number,
  backup: boolean,
): string {
  return (
    `f=${quote(path)} n=${hash} e=${quote(expected)}\n${hashing}${describe}` +
    'v() { [ ! -e "$f" ] || echo "$(d "$f")|$(h "$f")"; }\n' +
    '[ ! -L "$f" ] || f=$(readlink -f -- "$f") || exit\n' +
    `[ ! -e "$f" ] || [ -f "$f" ] || exit ${exit.notAFile}\n` +
    'case $f in */*) p=${f%/*}/ ;; *) p= ;; esac\n' +
    // The temporary file is never readable to others before it has the mode of the old one.
    't=$(mktemp "$p.${f##*/}.XXXXXXXX") || exit\n' +
    'trap \'rm -f "$t" "$t.old"\' 0\ntrap \'exit 143\' 1 2 15\n' +
    'cat >"$t" || exit\n' +
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
    `if [ $e = none ]; then ln "$t" "$f" || { v; exit ${exit.changed}; }; else mv -f "$t" "$f" || exit; fi\n` +
    'sync "${p:-.}" 2>/dev/null\nv'
  );
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** `%F|%s|%a|%y` of stat. */
function parseStat(line: string): RemoteStat {
  const [kind = '', size = '0', mode = '0', time = ''] = line.split('|');
  return {
    type: kind.startsWith('regular') ? 'file' : kind === 'directory' ? 'directory' : 'other',
    size: Number(size),
    mtime: parseTime(time),
    mode: Number.parseInt(mode, 8),
  };
}

function parseVersion(line: string): FileVersion {
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
