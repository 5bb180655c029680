import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { t } from '../../base/l10n.ts';
import type { HostSpec } from '../../topology/types.ts';
import { badWord, proxyFailed } from '../errors.ts';
import { operand } from '../quote.ts';
import { askSsh } from './program.ts';
import { emptyOptions, readConfig, type RawOptions } from './read.ts';
import { settingsOf, type SshSettings } from './settings.ts';

export interface ResolveOptions {
  /** Other files than the user's and the system's own, as with `ssh -F`. */
  readonly files?: readonly string[] | undefined;
  /** Stand for this machine's in tests. */
  readonly home?: string | undefined;
  readonly localUser?: string | undefined;
  /** Whether `ssh -G` may be asked where our own reading cannot tell. */
  readonly askProgram: boolean;
  readonly log: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How to reach a host of the topology. What the topology says comes first, as options on ssh's command line would;
 * a host that names its address is looked up in the configuration by this address, another one by its own name.
 */
export async function resolveHost(
  name: string,
  spec: HostSpec | undefined,
  options: ResolveOptions,
): Promise<SshSettings> {
  const given = emptyOptions();
  if (spec?.user !== undefined) {
    given.values.set('user', [spec.user]);
  }
  if (spec?.port !== undefined) {
    given.values.set('port', [String(spec.port)]);
  }
  if (spec?.proxyJump !== undefined) {
    given.values.set('proxyjump', [spec.proxyJump]);
  }
  if (spec?.identityFile !== undefined) {
    given.identityFiles.push(spec.identityFile);
  }
  return { ...(await resolve(spec?.hostName ?? name, given, options)), name };
}

/** A hop of ProxyJump: `[user@]host[:port]` or `ssh://…`. What it says wins over the files. */
export async function resolveHop(
  hop: string,
  before: readonly string[],
  options: ResolveOptions,
): Promise<SshSettings> {
  const found = /^(?:ssh:\/\/)?(?:([^@]*)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?\/?$/.exec(hop);
  const host = found?.[2]?.replace(/^\[(.*)\]$/, '$1');
  if (found === null || host === undefined) {
    throw proxyFailed(hop, t('"{0}" is not [user@]host[:port].', hop));
  }
  const given = emptyOptions();
  if (found[1] !== undefined) {
    given.values.set('user', [found[1]]);
  }
  if (found[3] !== undefined) {
    given.values.set('port', [found[3]]);
  }
  // Of several hops only the first goes by its own configuration's proxy, as with `ssh -J`.
  if (before.length > 0) {
    given.values.set('proxyjump', [before.join(',')]);
  }
  return resolve(host, given, options);
}

async function resolve(
  host: string,
  given: RawOptions,
  options: ResolveOptions,
): Promise<SshSettings> {
  operand(host);
  const home = options.home ?? homedir();
  const localUser = options.localUser ?? userInfo().username;
  const commandLine = asArguments(given, options.files?.[0]);
  const files = options.files?.map((path) => ({ path, user: true })) ?? usualFiles(home);
  let raw = await readConfig(host, { files, home, localUser }, given);
  if (raw.undecided.size > 0) {
    const what = [...raw.undecided].join(', ');
    const answer = options.askProgram ? await askSsh(host, commandLine, options.signal) : undefined;
    if (answer === undefined) {
      options.log(
        `"${host}": ${what} in the SSH configuration is passed over, since only ssh itself can tell.`,
      );
    }
    raw = answer ?? raw;
  }
  const settings = settingsOf(host, raw, home, localUser);
  refuseMetacharacters(settings);
  return settings;
}

/** ~/.ssh/config and the system's file. */
export function usualFiles(home: string): { readonly path: string; readonly user: boolean }[] {
  return [
    { path: join(home, '.ssh', 'config'), user: true },
    {
      path:
        process.platform === 'win32'
          ? join(process.env['PROGRAMDATA'] ?? 'C:\\ProgramData', 'ssh', 'ssh_config')
          : '/etc/ssh/ssh_config',
      user: false,
    },
  ];
}

/** What was given, as options of ssh; `-F` only when another file than the usual is asked for. */
function asArguments(given: RawOptions, file: string | undefined): string[] {
  const options = [...given.values].map(([keyword, [value]]) => [
    '-o',
    `${keyword}=${value ?? ''}`,
  ]);
  return [
    ...(file === undefined ? [] : ['-F', file]),
    ...options.flat(),
    ...given.identityFiles.flatMap((path) => ['-i', path]),
  ];
}

/** The rules of OpenSSH 9.6 and later: such names would be taken apart by a shell within ProxyCommand. */
function refuseMetacharacters({ hostName, user }: SshSettings): void {
  for (const [value, forbidden] of [
    [hostName, /['`"$\\;&<>|(){}\s]|\p{Cc}/u],
    [user, /['`"$;&<>|(){}]|\p{Cc}|\\$/u],
  ] as const) {
    if (value === '' || value.startsWith('-') || forbidden.test(value)) {
      throw badWord(value, value.startsWith('-') ? 'option' : 'host');
    }
  }
}
