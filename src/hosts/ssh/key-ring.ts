import { readFile } from 'node:fs/promises';
import type { BaseAgent, IdentityCallback, ParsedKey, SigningRequestOptions } from 'ssh2';
import type * as Ssh2Module from '../lazy/ssh2.ts';
import type { SshSettings } from '../ssh-config/settings.ts';
import type { HostPrompts } from '../prompts.ts';
import type { Turns } from '../turns.ts';

type Ssh2 = typeof Ssh2Module;

/** How often a passphrase may be mistyped; no server sees it. */
const passphraseTries = 3;

/** Private keys that were opened in this session, so that a passphrase is asked for once. */
export class OpenedKeys {
  private readonly keys = new Map<string, Promise<ParsedKey | undefined>>();
  private readonly prompts: HostPrompts;

  constructor(prompts: HostPrompts) {
    this.prompts = prompts;
  }

  /** The key of a file with a passphrase; `undefined` when nobody gave the right one. Asked once for all who wait. */
  async open(
    ssh2: Ssh2,
    file: string,
    content: Buffer,
    signal: AbortSignal,
  ): Promise<ParsedKey | undefined> {
    let opening = this.keys.get(file);
    if (opening === undefined) {
      opening = this.ask(ssh2, file, content, signal);
      this.keys.set(file, opening);
      const forget = (): void => {
        this.keys.delete(file);
      };
      opening.then((key) => (key === undefined ? forget() : undefined), forget);
    }
    return opening;
  }

  private async ask(
    ssh2: Ssh2,
    file: string,
    content: Buffer,
    signal: AbortSignal,
  ): Promise<ParsedKey | undefined> {
    const store = `ssh-passphrase ${file}`;
    const kept = await this.prompts.secrets.get(store);
    if (kept !== undefined) {
      const key = parsed(ssh2, content, kept);
      if (key !== undefined) {
        return key;
      }
      await this.prompts.secrets.delete(store);
    }
    for (let count = 0; count < passphraseTries; count++) {
      const answer = await this.prompts.passphrase(file, signal);
      if (answer === undefined) {
        return undefined;
      }
      const key = parsed(ssh2, content, answer.secret);
      if (key !== undefined) {
        if (answer.keep) {
          await this.prompts.secrets.save(store, answer.secret);
        }
        return key;
      }
    }
    return undefined;
  }
}

function parsed(ssh2: Ssh2, content: Buffer | string, passphrase?: string): ParsedKey | undefined {
  // ssh2's types know of one key, though old formats of several keys give a list.
  const found = ssh2.utils.parseKey(content, passphrase) as ParsedKey | Error | ParsedKey[];
  const key = Array.isArray(found) ? found[0] : found;
  return key instanceof Error ? undefined : key;
}

interface Identity {
  /** The public key as SSH sends it. */
  readonly blob: Buffer;
  readonly sign: (data: Buffer, options: SigningRequestOptions) => Promise<Buffer>;
}

/**
 * All keys that may be shown to a host, in the order in which ssh shows them: those of the agent that the
 * configuration names, the agent's others, then key files.
 */
export async function collectIdentities(
  ssh2: Ssh2,
  settings: SshSettings,
  services: IdentityServices,
): Promise<Identity[]> {
  const files = await Promise.all(
    settings.identityFiles.map(async (file) => keyFile(ssh2, file, settings, services)),
  );
  const named = files.filter((found) => found !== undefined);
  const agent = await agentIdentities(ssh2, settings, services);
  const isNamed = (identity: Identity): boolean =>
    named.some(({ blob }) => blob.equals(identity.blob));
  const ordered = [
    ...agent.filter(isNamed),
    ...(settings.identitiesOnly ? [] : agent.filter((identity) => !isNamed(identity))),
    ...named.filter(({ blob }) => !agent.some((other) => other.blob.equals(blob))),
  ];
  return ordered.filter((identity): identity is Identity => identity.sign !== undefined);
}

interface IdentityServices {
  readonly log: (text: string) => void;
  /**
   * The key of a file with a passphrase; `undefined` when nobody gave the right one. Called only when the server has said
   * that it would accept that key.
   */
  readonly open: (file: string, content: Buffer) => Promise<ParsedKey | undefined>;
  /** Called around signatures of the agent, which may have a person confirm them or touch a token. */
  readonly agentSigns: (now: boolean) => void;
}

interface MaybeIdentity {
  readonly blob: Buffer;
  /** Absent when only the public half is there: then only the agent can sign. */
  readonly sign: Identity['sign'] | undefined;
}

async function keyFile(
  ssh2: Ssh2,
  file: string,
  settings: SshSettings,
  services: IdentityServices,
): Promise<MaybeIdentity | undefined> {
  const content = await readFile(file).catch(() => undefined);
  const publicText = await readFile(`${file}.pub`, 'utf8').catch(() => undefined);
  const publicKey = publicText === undefined ? undefined : parsed(ssh2, publicText);
  if (content === undefined) {
    return publicKey && { blob: publicKey.getPublicSSH(), sign: undefined };
  }
  const key = parsed(ssh2, content);
  if (key !== undefined) {
    return key.isPrivateKey()
      ? { blob: key.getPublicSSH(), sign: signer(key) }
      : { blob: key.getPublicSSH(), sign: undefined };
  }
  if (!/ENCRYPTED|OPENSSH PRIVATE KEY/.test(content.toString('latin1'))) {
    services.log(`${file} is not a private key that can be read.`);
    return publicKey && { blob: publicKey.getPublicSSH(), sign: undefined };
  }
  const blob = publicKey?.getPublicSSH() ?? publicPart(content.toString('latin1'));
  const open = async (): Promise<ParsedKey> => {
    const found = settings.batchMode ? undefined : await services.open(file, content);
    if (found === undefined) {
      throw new Error(`no passphrase for ${file}`);
    }
    return found;
  };
  if (blob !== undefined) {
    return { blob, sign: async (data, options) => signed(await open(), data, options) };
  }
  // An old format that hides its public half: it has to be opened before it can be shown.
  const now = await open().catch(() => undefined);
  return (
    now && {
      blob: now.getPublicSSH(),
      sign: signer(now),
    }
  );
}

/** The public half of a key in OpenSSH's own format, which is not encrypted (PROTOCOL.key of OpenSSH). */
function publicPart(text: string): Buffer | undefined {
  const found = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text);
  const data = Buffer.from(found?.[1] ?? '', 'base64');
  let at = 'openssh-key-v1\0'.length;
  const take = (): Buffer => {
    const length = data.readUInt32BE(at);
    at += 4 + length;
    return data.subarray(at - length, at);
  };
  try {
    take();
    take();
    take();
    at += 4;
    const blob = take();
    return blob.length > 0 ? Buffer.from(blob) : undefined;
  } catch {
    return undefined;
  }
}

function signer(key: ParsedKey): Identity['sign'] {
  return (data, options) =>
    new Promise((resolve) => {
      resolve(signed(key, data, options));
    });
}

function signed(key: ParsedKey, data: Buffer, options: SigningRequestOptions): Buffer {
  const signature = key.sign(data, options.hash) as Buffer | Error;
  if (signature instanceof Error) {
    throw signature;
  }
  return signature;
}

/** The agent's keys; none when it does not answer, as ssh has it. */
async function agentIdentities(
  ssh2: Ssh2,
  settings: SshSettings,
  { log, agentSigns }: IdentityServices,
): Promise<Identity[]> {
  if (settings.identityAgent === undefined) {
    return [];
  }
  const agent = ssh2.createAgent(settings.identityAgent);
  const keys = await new Promise<readonly unknown[]>((resolve) => {
    const timer = setTimeout(() => {
      log('The SSH agent does not answer.');
      resolve([]);
    }, 5000);
    agent.getIdentities((error, found) => {
      clearTimeout(timer);
      if (error) {
        log(`The SSH agent cannot be used: ${error.message}`);
      }
      resolve(error ? [] : (found ?? []));
    });
  });
  const identities: Identity[] = [];
  for (const key of keys as readonly (ParsedKey | Buffer)[]) {
    const one = Buffer.isBuffer(key) ? ssh2.utils.parseKey(key) : key;
    if (!(one instanceof Error)) {
      identities.push({
        blob: one.getPublicSSH(),
        sign: async (data, options) =>
          new Promise((resolve, reject) => {
            agentSigns(true);
            agent.sign(one, data, options, (error, signature) => {
              agentSigns(false);
              if (error || signature === undefined) {
                reject(error ?? new Error('no signature'));
              } else {
                resolve(signature);
              }
            });
          }),
      });
    }
  }
  return identities;
}

/** The identities in the form in which ssh2 tries them one after the other. */
export function asAgent(ssh2: Ssh2, identities: readonly Identity[], turns: Turns): BaseAgent {
  class Ring extends ssh2.BaseAgent {
    override getIdentities(callback: IdentityCallback<Buffer>): void {
      callback(
        undefined,
        identities.map(({ blob }) => blob),
      );
    }

    override sign(
      publicKey: ParsedKey | Buffer | string,
      data: Buffer,
      options: SigningRequestOptions | ((error?: Error, signature?: Buffer) => void),
      callback?: (error?: Error, signature?: Buffer) => void,
    ): void {
      const done = typeof options === 'function' ? options : callback;
      const chosen = typeof options === 'function' ? {} : options;
      const key = ssh2.utils.parseKey(publicKey);
      const identity =
        key instanceof Error
          ? undefined
          : identities.find(({ blob }) => blob.equals(key.getPublicSSH()));
      if (identity === undefined || key instanceof Error) {
        done?.(new Error('an unknown key'));
      } else if (key.type === 'ssh-rsa' && !/^sha(256|512)$/.test(chosen.hash ?? '')) {
        done?.(new Error('the server wants a signature with SHA-1, which is off'));
      } else {
        const sign = async (): Promise<Buffer> => {
          await turns.next();
          return identity.sign(data, chosen);
        };
        sign().then(
          (signature) => done?.(undefined, signature),
          (error: unknown) => done?.(error as Error),
        );
      }
    }
  }
  return new Ring();
}
