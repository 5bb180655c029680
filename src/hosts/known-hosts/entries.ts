import { createHash, createHmac, randomBytes } from 'node:crypto';
import { matchHostList } from '../ssh-config/patterns.ts';

/** One line of a known_hosts file. */
export interface KnownHost {
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** Patterns with commas, or `|1|salt|hash`. */
  readonly names: string;
  /** For example `ssh-ed25519`. */
  readonly type: string;
  readonly key: Buffer;
  /** Counts from 1. */
  readonly line: number;
}

/** The lines that can be read; others are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHost[] {
  const entries: KnownHost[] = [];
  text.split('\n').forEach((whole, index) => {
    const words = whole.trim().split(/[ \t]+/);
    const first = words[0] ?? '';
    if (first === '' || first.startsWith('#')) {
      return;
    }
    let marker: KnownHost['marker'];
    if (first.startsWith('@')) {
      const name: string | undefined = words.shift();
      if (name !== '@revoked' && name !== '@cert-authority') {
        return;
      }
      marker = name === '@revoked' ? 'revoked' : 'cert-authority';
    }
    const [names, type, key] = words;
    if (names !== undefined && type !== undefined && key !== undefined) {
      entries.push({ marker, names, type, key: Buffer.from(key, 'base64'), line: index + 1 });
    }
  });
  return entries;
}

/** `host`, or `[host]:port` for a port other than 22: the name in known_hosts. */
export function knownName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/** Whether an entry speaks of a name: hashed, or a list of patterns in which a negated one wins. */
export function speaksOf(entry: KnownHost, name: string): boolean {
  if (!entry.names.startsWith('|')) {
    return matchHostList(name, entry.names) === true;
  }
  const [, version, salt, hash] = entry.names.split('|');
  return (
    version === '1' &&
    salt !== undefined &&
    createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  );
}

export type Verdict =
  | { readonly kind: 'known' }
  /** `otherTypes`: keys of other types are known for this name. */
  | { readonly kind: 'unknown'; readonly otherTypes: boolean }
  | { readonly kind: 'changed' | 'revoked'; readonly entry: KnownHost; readonly file: string };

export interface KnownHostsFile {
  readonly file: string;
  readonly entries: readonly KnownHost[];
}

/** What the files say of a key that a server shows under a name. A revocation wins over everything. */
export function judgeKey(name: string, key: Buffer, files: readonly KnownHostsFile[]): Verdict {
  const type = keyType(key);
  let known = false;
  let otherTypes = false;
  let changed: { entry: KnownHost; file: string } | undefined;
  for (const { file, entries } of files) {
    for (const entry of entries) {
      if (!speaksOf(entry, name)) {
        continue;
      }
      const same = entry.key.equals(key);
      if (entry.marker === 'revoked') {
        if (same) {
          return { kind: 'revoked', entry, file };
        }
      } else if (entry.marker === undefined) {
        known ||= same;
        otherTypes ||= keyType(entry.key) !== type;
        if (!same && keyType(entry.key) === type) {
          changed ??= { entry, file };
        }
      }
    }
  }
  if (known) {
    return { kind: 'known' };
  }
  return changed === undefined ? { kind: 'unknown', otherTypes } : { kind: 'changed', ...changed };
}

/** The types of the keys that are known for a name, so that the server can be asked for one of these. */
export function knownTypes(name: string, files: readonly KnownHostsFile[]): Set<string> {
  const types = new Set<string>();
  for (const { entries } of files) {
    for (const entry of entries) {
      if (entry.marker === undefined && speaksOf(entry, name)) {
        types.add(keyType(entry.key));
      }
    }
  }
  return types;
}

/** The type that a key blob names itself. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.subarray(4, 4 + length).toString('latin1');
}

/** `SHA256:…` without padding, as ssh and ssh-keygen print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The line that OpenSSH would write. */
export function newEntry(name: string, key: Buffer, hashed: boolean): string {
  let names = name;
  if (hashed) {
    const salt = randomBytes(20);
    const hash = createHmac('sha1', salt).update(name).digest('base64');
    names = `|1|${salt.toString('base64')}|${hash}`;
  }
  return `${names} ${keyType(key)} ${key.toString('base64')}\n`;
}
