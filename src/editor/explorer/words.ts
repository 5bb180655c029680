import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import type { NodeState } from '../../status/types.ts';

/** A state in the user's language. */
export function stateName(state: NodeState | undefined): string {
  switch (state?.kind) {
    case undefined:
      return t('Not read yet');
    case 'ok':
      return t('Normal');
    case 'degraded':
      return t('Degraded');
    case 'offline':
      return t('Offline');
    case 'unreachable':
      return t('Unreachable');
    case 'stale':
      return t('Out of date');
    case 'unknown':
      return t('Unknown');
  }
}

/** Why a state is not well; undefined when it is. */
export function reasonOf(state: NodeState): string | undefined {
  return state.kind === 'ok' ? undefined : state.reason;
}

/** The same in a few words, where they are known; a row has no room for more. */
export function shortReason(state: NodeState): string | undefined {
  switch (state.kind === 'unreachable' ? state.code : undefined) {
    case 'host-key-unknown':
      return t('host key not accepted');
    case 'host-key-changed':
      return t('host key has changed');
    case 'host-key-revoked':
      return t('host key is revoked');
    case 'authentication-cancelled':
      return t('login not answered');
    case 'authentication-failed':
      return t('login refused');
    default:
      return reasonOf(state)?.split('\n', 1)[0]?.trim();
  }
}

/** What a host waits for. */
export function waitsFor(question: 'host key' | 'password' | 'login'): string {
  switch (question) {
    case 'host key':
      return t('Host key: waits for you');
    case 'password':
      return t('Password: waits for you');
    case 'login':
      return t('Login: waits for you');
  }
}

/** `1.50 KiB (1536 bytes)`; small numbers are said once. */
export function exactBytes(bytes: bigint): string {
  const exact = bytes.toLocaleString('en-US');
  return bytes < 1024n && bytes > -1024n
    ? t('{0} bytes', exact)
    : t('{0} ({1} bytes)', formatBytes(bytes), exact);
}
