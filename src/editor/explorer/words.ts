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

/** `1.50 KiB (1536 bytes)`; small numbers are said once. */
export function exactBytes(bytes: bigint): string {
  const exact = bytes.toLocaleString('en-US');
  return bytes < 1024n && bytes > -1024n
    ? t('{0} bytes', exact)
    : t('{0} ({1} bytes)', formatBytes(bytes), exact);
}

/** The clock time of a reading in the user's own zone. */
export function clock(time: number): string {
  return new Date(time).toLocaleTimeString();
}
