import { createHash } from 'node:crypto';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { t } from '../../base/l10n.ts';
import { Failure } from '../../base/errors.ts';
import type { HostFailureCode } from '../errors.ts';
import type { RawOptions } from './read.ts';

export type StrictHostKeyChecking = 'yes' | 'ask' | 'accept-new' | 'no';

/** What is needed to reach one host, tokens expanded. */
export interface SshSettings {
  /** The name that was asked for. */
  readonly name: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket or named pipe; `undefined`: no agent. */
  readonly identityAgent: string | undefined;
  /** Hops in order, each `[user@]host[:port]`. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand: string | undefined;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: StrictHostKeyChecking;
  readonly hostKeyAlias: string | undefined;
  readonly hashKnownHosts: boolean;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Milliseconds. */
  readonly serverAliveInterval: number;
  readonly serverAliveCountMax: number;
  readonly pubkeyAuthentication: boolean;
  readonly passwordAuthentication: boolean;
  readonly kbdInteractiveAuthentication: boolean;
  readonly preferredAuthentications: readonly string[];
  /** No questions for passwords and passphrases. */
  readonly batchMode: boolean;
  readonly addressFamily: 0 | 4 | 6;
  /** What our reading could not decide. */
  readonly undecided: ReadonlySet<string>;
}

/** Key files that ssh tries when none is named. */
const defaultIdentities = ['id_rsa', 'id_ecdsa', 'id_ed25519'];

/** Milliseconds; ssh itself waits as long as the system's TCP does. */
const defaultConnectTimeout = 15_000;
/** Milliseconds; ssh itself does not look after the connection unless told. */
const defaultAliveInterval = 5_000;

/** The values of the files as settings. `home` and `localUser` stand for this machine's. */
export function settingsOf(
  name: string,
  raw: RawOptions,
  home = homedir(),
  localUser = userInfo().username,
): SshSettings {
  const words = (keyword: string): readonly string[] | undefined => raw.values.get(keyword);
  const first = (keyword: string): string | undefined => words(keyword)?.[0];
  const flag = (keyword: string, otherwise: boolean): boolean => {
    const value = first(keyword)?.toLowerCase();
    return value === undefined ? otherwise : value !== 'no' && value !== 'false';
  };
  const hostName = first('hostname') ?? name;
  const port = wholeNumber(name, 'Port', first('port') ?? '22', 65_535);
  const user = first('user') ?? localUser;
  const hostKeyAlias = first('hostkeyalias');
  const expand = tokens({ name, hostName, port, user, home, localUser, hostKeyAlias });
  const file = (text: string): string => expand(withHome(text, home));
  const seconds = (keyword: string, otherwise: number): number => {
    const value = first(keyword);
    return value === undefined || value === 'none'
      ? otherwise
      : (interval(value) ?? otherwise / 1000) * 1000;
  };
  const jump = first('proxyjump');
  const proxyCommand = first('proxycommand');
  const alive = seconds('serveraliveinterval', defaultAliveInterval);
  return {
    name,
    hostName,
    port,
    user,
    identityFiles: (raw.identityFiles.length > 0
      ? raw.identityFiles
      : defaultIdentities.map((file_) => join(home, '.ssh', file_))
    )
      .filter((path) => path.toLowerCase() !== 'none')
      .map(file),
    identitiesOnly: flag('identitiesonly', false),
    identityAgent: agentOf(first('identityagent'), file),
    proxyJump:
      jump === undefined || jump.toLowerCase() === 'none'
        ? []
        : jump.split(',').map((hop) => expand(hop.trim())),
    proxyCommand:
      proxyCommand === undefined || proxyCommand.toLowerCase() === 'none'
        ? undefined
        : expand(proxyCommand),
    userKnownHostsFiles: (
      words('userknownhostsfile') ?? ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
    )
      .filter((path) => path.toLowerCase() !== 'none')
      .map(file),
    globalKnownHostsFiles: (
      words('globalknownhostsfile') ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
    ).filter((path) => path.toLowerCase() !== 'none'),
    strictHostKeyChecking: strictness(first('stricthostkeychecking')),
    hostKeyAlias,
    hashKnownHosts: flag('hashknownhosts', false),
    connectTimeout: seconds('connecttimeout', defaultConnectTimeout) || defaultConnectTimeout,
    serverAliveInterval: alive === 0 ? defaultAliveInterval : alive,
    serverAliveCountMax: wholeNumber(
      name,
      'ServerAliveCountMax',
      first('serveralivecountmax') ?? '3',
      1_000_000,
    ),
    pubkeyAuthentication: flag('pubkeyauthentication', true),
    passwordAuthentication: flag('passwordauthentication', true),
    kbdInteractiveAuthentication: flag('kbdinteractiveauthentication', true),
    preferredAuthentications: (
      first('preferredauthentications') ?? 'publickey,keyboard-interactive,password'
    ).split(','),
    batchMode: flag('batchmode', false),
    addressFamily:
      first('addressfamily') === 'inet' ? 4 : first('addressfamily') === 'inet6' ? 6 : 0,
    undecided: raw.undecided,
  };
}

function strictness(value: string | undefined): StrictHostKeyChecking {
  switch (value?.toLowerCase()) {
    case 'yes':
    case 'true':
      return 'yes';
    case 'accept-new':
      return 'accept-new';
    case 'no':
    case 'off':
    case 'false':
      return 'no';
    default:
      return 'ask';
  }
}

function wholeNumber(host: string, keyword: string, text: string, largest: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > largest) {
    throw new Failure<HostFailureCode>(
      'ssh-config',
      t(
        '{0} of host "{1}" is "{2}"; a whole number from 1 to {3} is expected.',
        keyword,
        host,
        text,
        largest,
      ),
      { place: { host }, remedy: t('Correct it in ~/.ssh/config or opengauss.yaml.') },
    );
  }
  return value;
}

/** `90`, `1m30s`, `2h` … as seconds. */
export function interval(text: string): number | undefined {
  if (!/^(\d+[smhdw]?)+$/i.test(text)) {
    return undefined;
  }
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    total += Number(count) * (units[(unit ?? '').toLowerCase()] ?? 1);
  }
  return total;
}

function agentOf(value: string | undefined, file: (text: string) => string): string | undefined {
  const environment = nonEmpty(process.env['SSH_AUTH_SOCK']);
  if (value === undefined || value === 'SSH_AUTH_SOCK') {
    return (
      environment ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined)
    );
  }
  if (value.toLowerCase() === 'none') {
    return undefined;
  }
  // A backslash escapes the next one in ssh_config (argv_split of OpenSSH), so one of the first two is missing by now.
  const pipe = /^[\\/]{1,2}\.[\\/]pipe[\\/](.+)$/i.exec(value);
  if (process.platform === 'win32' && pipe !== null) {
    return `\\\\.\\pipe\\${pipe[1] ?? ''}`;
  }
  const variable = /^\$([A-Za-z_]\w*)$/.exec(value);
  return variable === null ? file(value) : nonEmpty(process.env[variable[1] ?? '']);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function withHome(path: string, home: string): string {
  return path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

interface TokenValues {
  readonly name: string;
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  readonly home: string;
  readonly localUser: string;
  readonly hostKeyAlias: string | undefined;
}

/** OpenSSH's `%` tokens and `${VARIABLE}`; those that are not known stay as they are. */
function tokens(values: TokenValues): (text: string) => string {
  const local = hostname();
  const { name, hostName, port, user, home, localUser, hostKeyAlias } = values;
  const all: Readonly<Record<string, () => string>> = {
    '%': () => '%',
    C: () => createHash('sha1').update(`${local}${hostName}${port}${user}`).digest('hex'),
    d: () => home,
    h: () => hostName,
    i: () => String(process.getuid?.() ?? ''),
    j: () => '',
    k: () => hostKeyAlias ?? name,
    L: () => local.split('.')[0] ?? local,
    l: () => local,
    n: () => name,
    p: () => String(port),
    r: () => user,
    u: () => localUser,
  };
  return (text) =>
    text
      .replace(/\$\{([A-Za-z_]\w*)\}/g, (whole, variable: string) => process.env[variable] ?? whole)
      .replace(/%(.)/g, (whole, letter: string) => all[letter]?.() ?? whole);
}
