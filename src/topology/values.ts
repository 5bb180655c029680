import { t } from '../base/l10n.ts';
import type { Checked } from './map-reader.ts';
import { alternatives } from './map-reader.ts';
import { serverVersions } from './types.ts';
import type { ServerVersion } from './types.ts';

/**
 * Characters that gs_ctl, gs_initdb and gs_guc refuse in paths and environment variables
 * (`token invaild symbol`, check_input_for_security).
 */
const refusedByTools = /[|;&$<>`\\!]/;
// eslint-disable-next-line no-control-regex -- control characters are what we look for.
const control = /[\u0000-\u001f\u007f]/;

/** The name of a cluster, node or array. It becomes part of ids, file names and addresses. */
export function checkName(text: string): Checked<string> {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,62}$/u.test(text)
    ? { value: text }
    : {
        problem: t(
          '"{0}" cannot be a name. Expected: up to 63 letters, digits, "_", "." or "-", not beginning with "-".',
          text,
        ),
        code: 'topology-name',
      };
}

/** A host: a key of `hosts`, an alias of the ssh configuration, a host name or an address. */
export function checkHost(text: string): Checked<string> {
  if (text.includes('@')) {
    return {
      problem: t('"{0}" names a user too. Write the host alone, and its user under "hosts".', text),
      code: 'topology-host',
      instead: [text.slice(text.lastIndexOf('@') + 1)],
    };
  }
  return /^[\p{L}\p{N}_:][\p{L}\p{N}_.:%-]{0,254}$/u.test(text)
    ? { value: text }
    : {
        problem: t(
          '"{0}" cannot be a host. Expected: "local", a name under "hosts", an alias of your ssh configuration, a host name or an address.',
          text,
        ),
        code: 'topology-host',
      };
}

/** A user name on a machine. */
export function checkUser(text: string): Checked<string> {
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.@\\+-]*\$?$/u.test(text)
    ? { value: text }
    : { problem: t('"{0}" cannot be a user name.', text), code: 'topology-host' };
}

/** `[user@]host[:port]`, several separated by commas, as in ProxyJump of OpenSSH. */
export function checkProxyJump(text: string): Checked<string> {
  return text.split(',').every((hop) => /^[^\s,-][^\s,]*$/.test(hop)) && !control.test(text)
    ? { value: text }
    : {
        problem: t(
          '"{0}" cannot be a jump host. Expected: [user@]host[:port], separated by commas.',
          text,
        ),
        code: 'topology-host',
      };
}

/** The private key's file on the machine that the extension runs on. */
export function checkIdentityFile(text: string): Checked<string> {
  return /^(~[/\\]|\/|[A-Za-z]:[\\/])/.test(text) && !control.test(text)
    ? { value: text }
    : {
        problem: t(
          'Expected an absolute path, or one that begins with "~/", instead of "{0}".',
          text,
        ),
        code: 'topology-path',
      };
}

/** An absolute path on a node's machine; answered without needless slashes. */
export function checkPath(text: string): Checked<string> {
  const code = 'topology-path';
  if (!text.startsWith('/')) {
    return {
      problem: t('"{0}" is not an absolute path. Paths on the nodes begin with "/".', text),
      code,
    };
  }
  const refused = refusedByTools.exec(text) ?? control.exec(text);
  if (refused) {
    return {
      problem: t('openGauss\'s tools refuse the character "{0}" in a path.', printable(refused[0])),
      code,
    };
  }
  const parts = text.split('/').filter((part) => part !== '');
  if (parts.length === 0 || parts.some((part) => part === '.' || part === '..')) {
    return { problem: t('Write the path in full, without "." and "..": {0}', text), code };
  }
  return { value: `/${parts.join('/')}` };
}

/** A port that leaves room for the HA port one above it (rules.md: gaussdb binds both). */
export function checkServerPort(text: string): Checked<number> {
  return wholeNumber(
    text,
    1,
    65534,
    t('Expected a port from 1 to 65534: the port above it is taken for HA.'),
  );
}

export function checkPort(text: string): Checked<number> {
  return wholeNumber(text, 1, 65535, t('Expected a port from 1 to 65535.'));
}

/** ss_instance_id: 0 to 63. */
export function checkInstanceId(text: string): Checked<number> {
  return wholeNumber(text, 0, 63, t('Expected an instance id from 0 to 63.'));
}

function wholeNumber(text: string, low: number, high: number, problem: string): Checked<number> {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high
    ? { value }
    : { problem: t('{0} Found: "{1}".', problem, text) };
}

/** Bytes. Like openGauss's own, the units are powers of 1024: `64GB` and `64GiB` are the same. */
export function checkSize(text: string): Checked<bigint> {
  const match = /^(\d{1,19})\s*(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text);
  if (match === null) {
    return {
      problem: t('"{0}" is not a size. Expected: a number of bytes, or one such as 64GB.', text),
      code: 'topology-size',
    };
  }
  const power = match[2] === undefined ? 0 : 'kmgtp'.indexOf(match[2].toLowerCase()) + 1;
  const value = BigInt(match[1] ?? '0') << BigInt(10 * power);
  return value < 1n << 63n
    ? { value }
    : { problem: t('"{0}" is too large.', text), code: 'topology-size' };
}

/** An environment variable's name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** What is wrong with an environment variable's value, or undefined. */
export function variableProblem(value: string): string | undefined {
  if (control.test(value)) {
    return t('Line breaks and control characters are not allowed here.');
  }
  const refused = refusedByTools.exec(value);
  return refused === null
    ? undefined
    : refused[0] === '$'
      ? t('Write the value in full: variables such as {0} are not replaced.', '$GAUSSHOME')
      : t('openGauss\'s tools refuse the character "{0}" in environment variables.', refused[0]);
}

/** `auto`, or one of the versions that we know, also by a later release of its line (`5.0.5`). */
export function checkVersion(text: string): Checked<ServerVersion | 'auto'> {
  const value = text === 'auto' ? 'auto' : versionNamed(text);
  return value === undefined
    ? {
        problem: t(
          '"{0}" is not a version that we know. Expected: {1}.',
          text,
          ['auto', ...serverVersions].join(', '),
        ),
        code: 'topology-version',
        instead: alternatives(text, ['auto', ...serverVersions]),
      }
    : { value };
}

/**
 * The version whose rules a release follows: 5.0.5 those of 5.0.0. What comes after 7.0.0-RC1 follows master's:
 * the master that was seen calls itself 7.0.0-RC2.
 */
export function versionNamed(text: string): ServerVersion | undefined {
  const name = text.trim();
  const exact = serverVersions.find((version) => version.toLowerCase() === name.toLowerCase());
  if (exact !== undefined) {
    return exact;
  }
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-?rc(\d+))?$/i.exec(name);
  if (match === null) {
    return undefined;
  }
  const [, major, minor, patch, candidate] = match.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  switch (`${major}.${minor}`) {
    case '5.0':
      return '5.0.0';
    case '5.1':
      return '5.1.0';
    case '6.0':
      return '6.0.0';
    case '7.0':
      return patch === 0 && candidate === 1 ? '7.0.0-RC1' : 'master';
    default:
      return major > 7 ? 'master' : undefined;
  }
}

function printable(character: string): string {
  return control.test(character)
    ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
    : character;
}
