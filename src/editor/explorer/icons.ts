import type { NodeRole, NodeState } from '../../status/types.ts';

/** A codicon and a theme colour. Shapes differ as well, so that nobody needs the colour. */
export interface IconName {
  readonly name: string;
  readonly color?: string;
}

/** Stars for who writes: full for the primary, half for the primary of the standby cluster, empty for who follows. */
const roleNames: Readonly<Record<NodeRole, string>> = {
  Primary: 'star-full',
  'Main Standby': 'star-half',
  Standby: 'star-empty',
  'Cascade Standby': 'git-branch',
  Normal: 'database',
  Pending: 'clock',
  Unknown: 'question',
};

export function roleIcon(role: NodeRole): IconName {
  return { name: roleNames[role] };
}

const good = 'charts.green';
/** Colours that every theme defines, high contrast included. */
export const doubtful = 'problemsWarningIcon.foreground';
export const bad = 'problemsErrorIcon.foreground';
const faded = 'disabledForeground';

/** Somebody has to answer. */
export const asked: IconName = { name: 'comment-unresolved', color: doubtful };

/** A node's icon: its role while all is well, otherwise what is wrong. `awaited`: its first reading is on its way. */
export function nodeIcon(state: NodeState | undefined, awaited = false): IconName {
  switch (state?.kind) {
    case 'ok':
      return { name: roleNames[state.role], color: good };
    case 'degraded':
      return { name: 'warning', color: doubtful };
    case 'offline':
      return { name: 'error', color: bad };
    case 'unreachable':
      return { name: 'debug-disconnect', color: bad };
    case 'stale':
      return { name: 'history', color: doubtful };
    case 'unknown':
      return { name: 'question', color: faded };
    case undefined:
      return awaited ? { name: 'loading~spin' } : { name: 'circle-outline', color: faded };
  }
}

/** An icon for a state alone, beside its name. */
export function stateIcon(state: NodeState): IconName {
  return state.kind === 'ok' ? { name: 'pass', color: good } : nodeIcon(state);
}

export function clusterIcon(worst: NodeState['kind'] | undefined): IconName {
  switch (worst) {
    case 'offline':
    case 'unreachable':
      return { name: 'server-environment', color: bad };
    case 'degraded':
    case 'stale':
      return { name: 'server-environment', color: doubtful };
    case 'ok':
    case 'unknown':
    case undefined:
      return { name: 'server-environment' };
  }
}
