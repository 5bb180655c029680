import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SshSettings } from '../ssh-config/settings.ts';
import {
  hostKeyChanged,
  hostKeyRevoked,
  hostKeyUnknown,
  knownHostsUnreadable,
  type HostFailure,
} from '../errors.ts';
import type { HostPrompts } from '../prompts.ts';
import {
  fingerprint,
  judgeKey,
  keyType,
  knownName,
  knownTypes,
  newEntry,
  parseKnownHosts,
  type KnownHostsFile,
  type Verdict,
} from './entries.ts';

/**
 * Decides whether a server's key is its own. A changed or revoked key is refused under every setting, as is any key
 * while a file cannot be read. Questions are asked one at a time.
 */
export class HostKeys {
  private readonly prompts: HostPrompts;
  private questions: Promise<unknown> = Promise.resolve();

  constructor(prompts: HostPrompts) {
    this.prompts = prompts;
  }

  /** The key types that are known for a host, best asked for first, as ssh does. */
  async types(settings: SshSettings): Promise<Set<string>> {
    return knownTypes(nameOf(settings), await this.files(settings));
  }

  /** Resolves when the key is accepted; rejects with the reason otherwise. `asking` is called before a person is asked. */
  async verify(
    settings: SshSettings,
    key: Buffer,
    signal: AbortSignal,
    asking?: () => void,
  ): Promise<void> {
    if (await this.decided(settings, key)) {
      return;
    }
    asking?.();
    const over = this.prompts.hostKeyWaits?.(settings.name);
    const asked = this.questions.then(async () => {
      // Somebody may have answered for the same machine while this question waited for its turn.
      signal.throwIfAborted();
      if (!(await this.decided(settings, key))) {
        await this.ask(settings, key, signal);
      }
    });
    this.questions = asked.catch(() => undefined);
    try {
      await asked;
    } finally {
      over?.();
    }
  }

  private async decided(settings: SshSettings, key: Buffer): Promise<boolean> {
    const verdict = this.judge(settings, key, await this.files(settings));
    const name = nameOf(settings);
    const type = keyType(key);
    switch (verdict.kind) {
      case 'known':
        return true;
      case 'revoked':
        throw hostKeyRevoked(
          settings.name,
          type,
          fingerprint(key),
          verdict.file,
          verdict.entry.line,
        );
      case 'changed':
        throw hostKeyChanged(
          settings.name,
          name,
          type,
          fingerprint(key),
          verdict.file,
          verdict.entry.line,
        );
      case 'unknown':
        break;
    }
    if (settings.strictHostKeyChecking === 'yes') {
      throw this.refused(settings, key);
    }
    // A key of a type that was not seen before, while others are known, is how an impostor would avoid "changed".
    if (settings.strictHostKeyChecking !== 'ask' && !verdict.otherTypes) {
      await this.remember(settings, key);
      return true;
    }
    return false;
  }

  private judge(settings: SshSettings, key: Buffer, files: readonly KnownHostsFile[]): Verdict {
    const verdict = judgeKey(nameOf(settings), key, files);
    // As ssh: a key that is known for the host without its port is good for other ports too.
    return verdict.kind === 'unknown' &&
      settings.hostKeyAlias === undefined &&
      settings.port !== 22 &&
      judgeKey(knownName(settings.hostName, 22), key, files).kind === 'known'
      ? { kind: 'known' }
      : verdict;
  }

  private async ask(settings: SshSettings, key: Buffer, signal: AbortSignal): Promise<void> {
    const accepted = await this.prompts.confirmHostKey(
      {
        host: settings.name,
        name: nameOf(settings),
        address: `${settings.hostName}:${settings.port}`,
        type: keyType(key),
        fingerprint: fingerprint(key),
        file: settings.userKnownHostsFiles[0] ?? '',
      },
      signal,
    );
    if (!accepted) {
      throw this.refused(settings, key);
    }
    await this.remember(settings, key);
  }

  private refused(settings: SshSettings, key: Buffer): HostFailure {
    return hostKeyUnknown(settings.name, nameOf(settings), keyType(key), fingerprint(key));
  }

  /** Appends the entry in one write, after a line feed when the last line has none. */
  private async remember(settings: SshSettings, key: Buffer): Promise<void> {
    const [file] = settings.userKnownHostsFiles;
    if (file === undefined || file === '/dev/null') {
      return;
    }
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const old = await readFile(file, 'utf8').catch(() => '');
      const entry = newEntry(nameOf(settings), key, settings.hashKnownHosts);
      await appendFile(file, old === '' || old.endsWith('\n') ? entry : `\n${entry}`, {
        mode: 0o600,
      });
    } catch (error) {
      throw knownHostsUnreadable(settings.name, file, error);
    }
  }

  private async files(settings: SshSettings): Promise<KnownHostsFile[]> {
    const names = [...settings.userKnownHostsFiles, ...settings.globalKnownHostsFiles];
    return Promise.all(
      names.map(async (file) => {
        try {
          return { file, entries: parseKnownHosts(await readFile(file, 'utf8')) };
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
            return { file, entries: [] };
          }
          throw knownHostsUnreadable(settings.name, file, error);
        }
      }),
    );
  }
}

/** HostKeyAlias stands for host and port. */
function nameOf(settings: SshSettings): string {
  return settings.hostKeyAlias?.toLowerCase() ?? knownName(settings.hostName, settings.port);
}
