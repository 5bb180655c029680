/** One reason why a dual cluster is not healthy, or one thing worth knowing. `code` is stable. */
export interface HealthProblem {
  readonly code: HealthCode;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  /** Ids of the nodes that it concerns. */
  readonly nodes: readonly string[];
}

export type HealthCode =
  | 'node-offline'
  | 'node-unreachable'
  | 'node-stale'
  | 'node-degraded'
  | 'node-not-recognised'
  | 'no-primary'
  | 'two-primaries'
  | 'no-replication'
  | 'several-senders'
  | 'no-main-standby'
  | 'several-receivers'
  | 'role-conflict'
  | 'follower-replicates'
  | 'receiver-peer'
  | 'channel-mismatch'
  | 'replication-hidden'
  | 'sync-percent'
  | 'roles-exchanged'
  | 'lag-growing'
  | 'lag-stuck'
  | 'mode-contradiction'
  | 'system-identifier'
  | 'version-skew'
  | 'manager-unreachable'
  | 'manager-silent'
  | 'manager-state'
  | 'manager-server'
  | 'manager-paused';
