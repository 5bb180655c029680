import { Failure, messageOf, type Place } from '../base/errors.ts';
import { t } from '../base/l10n.ts';
import type { FileVersion } from './shell.ts';

/**
 * What can go wrong on the way to a machine. `result-unknown` is the one to treat with care: the command may have
 * run, and only a query tells.
 */
export type HostFailureCode =
  | 'untrusted'
  | 'bad-word'
  | 'command-too-long'
  | 'no-shell'
  | 'ssh-config'
  | 'unreachable'
  | 'proxy-failed'
  | 'handshake-failed'
  | 'known-hosts-unreadable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'authentication-failed'
  | 'authentication-cancelled'
  | 'channel-refused'
  | 'no-terminal'
  | 'connection-lost'
  | 'result-unknown'
  | 'timed-out'
  | 'cancelled'
  | 'output-limit'
  | 'closed'
  | 'file-not-found'
  | 'file-changed'
  | 'file-too-large'
  | 'file-read'
  | 'file-write'
  | 'disk-full'
  | 'permission-denied';

export type HostFailure = Failure<HostFailureCode>;

/** A failure of this room; its other files make theirs here or in fileErrors.ts. */
export function failure(
  code: HostFailureCode,
  message: string,
  place: Place,
  remedy?: string,
  cause?: unknown,
): HostFailure {
  return new Failure(code, message, {
    place,
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Whether something thrown is a failure of this room with one of the codes. */
export function isHostFailure(
  thrown: unknown,
  ...codes: readonly HostFailureCode[]
): thrown is HostFailure {
  return (
    thrown instanceof Failure && (codes.length === 0 || codes.some((code) => code === thrown.code))
  );
}

export function untrusted(host: string): HostFailure {
  return failure(
    'untrusted',
    t('"{0}" was not contacted, because this workspace is not trusted.', host),
    { host },
    t(
      'Trust the workspace if you know where it comes from (command "Workspaces: Manage Workspace Trust").',
    ),
  );
}

export function badWord(
  word: string,
  why: 'nul' | 'option' | 'empty' | 'variable' | 'host',
): HostFailure {
  const shown = JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);
  const texts = {
    nul: () => t('{0} contains a NUL character, which no command can receive.', shown),
    option: () => t('{0} begins with "-"; a program would take it for an option.', shown),
    empty: () => t('A name or path is empty.'),
    host: () => t('{0} is not the name of a host or of a user.', shown),
    variable: () => t('{0} is not a valid name of an environment variable.', shown),
  };
  return failure(
    'bad-word',
    texts[why](),
    {},
    t('Correct the value in opengauss.yaml or in ~/.ssh/config.'),
  );
}

export function commandTooLong(host: string, bytes: number, limit: number): HostFailure {
  return failure(
    'command-too-long',
    t(
      'A command of {0} bytes is too long for "{1}"; at most {2} are possible.',
      bytes,
      host,
      limit,
    ),
    { host },
    t('Hand large data over as input of the command.'),
  );
}

export function noShell(host: string, said: string, cause?: unknown): HostFailure {
  return failure(
    'no-shell',
    t('No usable /bin/sh on "{0}": {1}', host, said),
    { host },
    t(
      'Check that the account may run commands and that /dev/shm, /tmp or its home folder is writable.',
    ),
    cause,
  );
}

export function sshConfig(file: string, line: number, said: string, host?: string): HostFailure {
  return failure(
    'ssh-config',
    said,
    { file, line, ...(host === undefined ? {} : { host }) },
    t('Correct line {1} of {0}; "ssh -G <host>" shows how ssh reads it.', file, line),
  );
}

export function unreachable(host: string, where: string, cause: unknown): HostFailure {
  return failure(
    'unreachable',
    t('"{0}" ({1}) cannot be reached: {2}', host, where, messageOf(cause)),
    { host },
    t(
      'Check the address and port, that the machine runs, and that no firewall is in between. "ssh {0}" in a terminal tries the same.',
      host,
    ),
    cause,
  );
}

export function connectTimedOut(host: string, where: string, milliseconds: number): HostFailure {
  return failure(
    'unreachable',
    t('"{0}" ({1}) did not answer within {2} s.', host, where, milliseconds / 1000),
    { host },
    t(
      'Check the address and port, that the machine runs, and that no firewall is in between. "ssh {0}" in a terminal tries the same.',
      host,
    ),
  );
}

export function proxyFailed(host: string, said: string, cause?: unknown): HostFailure {
  return failure(
    'proxy-failed',
    t('The way to "{0}" through its proxy failed: {1}', host, said),
    { host },
    t('Check ProxyJump or ProxyCommand of this host in ~/.ssh/config or opengauss.yaml.'),
    cause,
  );
}

export function handshakeFailed(host: string, cause: unknown): HostFailure {
  return failure(
    'handshake-failed',
    t('"{0}" and this side could not agree on a secure connection: {1}', host, messageOf(cause)),
    { host },
    t(
      'The server may only offer outdated algorithms (SHA-1, group exchange), which are off; update its OpenSSH.',
    ),
    cause,
  );
}

export function knownHostsUnreadable(host: string, file: string, cause: unknown): HostFailure {
  return failure(
    'known-hosts-unreadable',
    t(
      'The host key of "{0}" cannot be checked, because {1} cannot be read: {2}',
      host,
      file,
      messageOf(cause),
    ),
    { host, file },
    t('Make the file readable, then connect again.'),
    cause,
  );
}

export function hostKeyUnknown(
  host: string,
  name: string,
  type: string,
  fingerprint: string,
): HostFailure {
  return failure(
    'host-key-unknown',
    t(
      'The host key of "{0}" ({1}) is not known and was not accepted: {2} {3}',
      host,
      name,
      type,
      fingerprint,
    ),
    { host },
    t(
      'Compare the fingerprint with the one on the machine (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and connect again to accept it.',
    ),
  );
}

export function hostKeyChanged(
  host: string,
  name: string,
  type: string,
  fingerprint: string,
  file: string,
  line: number,
): HostFailure {
  return failure(
    'host-key-changed',
    t(
      'The host key of "{0}" ({1}) has changed: now {2} {3}, but line {5} of {4} says otherwise. Somebody may be listening in, or the machine was set up anew.',
      host,
      name,
      type,
      fingerprint,
      file,
      line,
    ),
    { host, file, line },
    t(
      'Ask who runs the machine. Only when the change is explained, remove line {1} of {0} and connect again.',
      file,
      line,
    ),
  );
}

export function hostKeyRevoked(
  host: string,
  type: string,
  fingerprint: string,
  file: string,
  line: number,
): HostFailure {
  return failure(
    'host-key-revoked',
    t('The host key of "{0}" ({1} {2}) is marked as revoked.', host, type, fingerprint),
    { host, file, line },
    t('Line {1} of {0} revokes it. Ask who runs the machine for its new key.', file, line),
  );
}

export function authenticationFailed(
  host: string,
  user: string,
  tried: readonly string[],
  offered: readonly string[],
  cause?: unknown,
): HostFailure {
  return failure(
    'authentication-failed',
    t(
      '"{0}" refused user "{1}". Tried: {2}. The server accepts: {3}.',
      host,
      user,
      tried.length === 0 ? t('nothing') : tried.join(', '),
      offered.length === 0 ? t('not said') : offered.join(', '),
    ),
    { host },
    t(
      'Check User, IdentityFile and the agent ("ssh-add -l"); "ssh {0}" in a terminal tries the same. Connect again to be asked once more.',
      host,
    ),
    cause,
  );
}

export function authenticationCancelled(host: string): HostFailure {
  return failure(
    'authentication-cancelled',
    t('The question for "{0}" was not answered.', host),
    { host },
    t('Connect again to be asked once more.'),
  );
}

export function channelRefused(host: string, cause: unknown): HostFailure {
  return failure(
    'channel-refused',
    t('"{0}" refused to start a command: {1}', host, messageOf(cause)),
    { host },
    t(
      'The server may limit sessions (MaxSessions in sshd_config) or forbid commands for this account.',
    ),
    cause,
  );
}

/** This room opens terminals by SSH only; those of this machine are the editor's own. */
export function noTerminal(host: string): HostFailure {
  return failure(
    'no-terminal',
    t('"{0}" is this machine; its terminals are opened by the editor itself.', host),
    { host },
  );
}

export function connectionLost(host: string, cause?: unknown): HostFailure {
  return failure(
    'connection-lost',
    t('The connection to "{0}" was lost. Nothing was started.', host),
    { host },
    t('It is made again by itself with the next request.'),
    cause,
  );
}

export function resultUnknown(host: string, why: string, cause?: unknown): HostFailure {
  return failure(
    'result-unknown',
    t('A command was sent to "{0}", but its result is unknown: {1}', host, why),
    { host },
    t('It may have run. Look at the state of the node before doing it again.'),
    cause,
  );
}

export function timedOut(host: string, milliseconds: number): HostFailure {
  return failure(
    'timed-out',
    t('A command on "{0}" was ended after its time limit of {1} s.', host, milliseconds / 1000),
    { host },
    t('Look whether the machine is overloaded, or whether the command waits for something.'),
  );
}

export function cancelled(host: string): HostFailure {
  return failure('cancelled', t('Cancelled on "{0}".', host), { host });
}

export function outputLimit(host: string, bytes: number): HostFailure {
  return failure(
    'output-limit',
    t('A command on "{0}" was ended, because it printed more than {1} bytes.', host, bytes),
    { host },
  );
}

export function closed(host: string): HostFailure {
  return failure(
    'closed',
    t('"{0}" was not contacted, because the connections were shut down.', host),
    { host },
  );
}

/** Somebody else has changed a file since it was read. `current` is its state now, `null` when it is gone. */
export class FileChanged extends Failure<HostFailureCode> {
  readonly current: FileVersion | null;

  constructor(host: string, file: string, current: FileVersion | null) {
    super(
      'file-changed',
      t('{1} on "{0}" has been changed by somebody else since it was read.', host, file),
      {
        place: { host, file },
        remedy: t('Compare both versions, then save again.'),
      },
    );
    this.current = current;
  }
}
