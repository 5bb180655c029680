import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { asError } from '../base/async.ts';
import { t } from '../base/l10n.ts';
import { connectionLost, FileChanged, isHostFailure, type HostFailure } from './errors.ts';
import {
  diskFull,
  fileNotFound,
  fileRead,
  fileTooLarge,
  fileWrite,
  permissionDenied,
} from './file-errors.ts';
import {
  describe,
  exit,
  parseStat,
  parseVersion,
  replacing,
  told,
  type Replacement,
} from './file-texts.ts';
import { operand, quote } from './quote.ts';
import type { RawResult, RawShell } from './raw.ts';
import type {
  FileVersion,
  ReadOptions,
  RemoteFile,
  RemoteStat,
  RunOptions,
  WriteOptions,
} from './shell.ts';

/** Milliseconds for one file. */
const fileTimeout = 120_000;
/**
 * Files up to this many bytes are read by the kept `sh`, which is one round trip where SFTP takes four. Larger ones
 * would hold up probes there: they go by SFTP, or by a channel of their own where there is none.
 */
const smallFile = 1024 * 1024;
/** Bytes of a file that are read when nobody says otherwise. */
const defaultLimit = 64 * 1024 * 1024;

/** Bytes. */
const hashedAtOnce = 4 * 1024 * 1024;

/**
 * Files of one machine by its `sh`, so that it works where SFTP is switched off. SFTP only carries large contents:
 * what is compared, checked, flushed and renamed is the shell's text in both cases.
 */
export class Files {
  private readonly shell: RawShell;

  constructor(shell: RawShell) {
    this.shell = shell;
  }

  async read(path: string, options: ReadOptions): Promise<RemoteFile> {
    const limit = options.limit ?? defaultLimit;
    const file = quote(operand(path));
    const left = this.clock(options.timeout);
    const common = { env: { LC_ALL: 'C' }, ...signalOf(options.signal) };
    const first = await this.shell.runRaw(
      `f=${file}\n${describe}[ -e "$f" ] || [ -L "$f" ] || exit ${exit.missing}\n` +
        `[ -f "$f" ] || exit ${exit.notAFile}\n[ -r "$f" ] || exit ${exit.unreadable}\n` +
        `d "$f" && s=$(wc -c <"$f") || exit\n[ $s -le ${Math.min(smallFile, limit)} ] || exit ${exit.large}\ncat <"$f"`,
      { ...common, timeout: left(), outputLimit: 4 * smallFile },
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
      content =
        (await this.shell.transfer?.read(path, { size, mtime }, limit, {
          timeout: left(),
          ...signalOf(options.signal),
        })) ?? (await this.cat(path, { ...common, timeout: left(), outputLimit: limit + 65_536 }));
    }
    return { content, version: { size: content.length, mtime, hash: await hashOf(content) } };
  }

  private async cat(path: string, options: RunOptions): Promise<Buffer> {
    const answer = await this.shell.runRaw(`cat <${quote(path)}`, { ...options, long: true });
    if (answer.code !== 0) {
      throw this.readFailure(path, answer);
    }
    return answer.stdout;
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
    const hash = await hashOf(bytes);
    const replacement: Omit<Replacement, 'content'> = {
      path: operand(path),
      hash,
      expected: options.expected === undefined ? 'any' : (options.expected?.hash ?? 'none'),
      mode: options.mode ?? 0o600,
      backup: options.backup ?? true,
    };
    const left = this.clock(options.timeout);
    const answer =
      (await this.writeBySftp(replacement, bytes, left, options.signal)) ??
      (await this.shell.runRaw(replacing({ ...replacement, content: 'input' }), {
        timeout: left(),
        env: { LC_ALL: 'C' },
        input: bytes,
        ...signalOf(options.signal),
      }));
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

  /**
   * The shell's text makes the temporary file and waits, SFTP fills it, the text goes on. `undefined`: nothing has been
   * changed, and it is the shell's turn.
   */
  private async writeBySftp(
    replacement: Omit<Replacement, 'content'>,
    bytes: Uint8Array,
    left: () => number,
    signal: AbortSignal | undefined,
  ): Promise<RawResult | undefined> {
    const { transfer, host } = this.shell;
    if (
      bytes.length <= smallFile ||
      // Asked first, so that a text does not wait for a channel that is hard to get.
      (await transfer?.offered({ timeout: left(), signal })) !== true ||
      transfer === undefined
    ) {
      return undefined;
    }
    const stop = new AbortController();
    let put = false;
    let trouble: Error | undefined;
    const answer = await this.shell
      .runRaw(replacing({ ...replacement, content: 'beside' }), {
        timeout: left(),
        env: { LC_ALL: 'C' },
        ...signalOf(signal),
        dialogue: {
          answer: async (temporary) => {
            try {
              put = await transfer.write(temporary, bytes, {
                timeout: left(),
                signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
              });
            } catch (thrown) {
              trouble = asError(thrown);
              throw trouble;
            }
            return Buffer.from(put ? told.put : told.notPut);
          },
        },
      })
      .catch((thrown: unknown) => {
        stop.abort();
        // Before the text is told that the content lies there, it changes nothing.
        throw put ? asError(thrown) : unchanged(host, thrown);
      });
    if (trouble !== undefined) {
      throw trouble;
    }
    const after = answer.stdout.indexOf(0) + 1;
    return answer.code === exit.notPut
      ? undefined
      : { ...answer, stdout: answer.stdout.subarray(after) };
  }

  /** Tells how many milliseconds are left of the time limit, at least one. */
  private clock(timeout = fileTimeout): () => number {
    const end = Date.now() + timeout;
    return () => Math.max(1, end - Date.now());
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

/** What went wrong before anything was changed: the result is not unknown then. */
function unchanged(host: string, thrown: unknown): Error {
  if (!isHostFailure(thrown, 'result-unknown')) {
    return asError(thrown);
  }
  return isHostFailure(thrown.cause, 'timed-out') ? thrown.cause : connectionLost(host, thrown);
}

/** Large contents are hashed in parts, so that the editor does not stand still meanwhile. */
async function hashOf(content: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < content.length; at += hashedAtOnce) {
    if (at > 0) {
      await setImmediate();
    }
    hash.update(content.subarray(at, at + hashedAtOnce));
  }
  return hash.digest('hex');
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
