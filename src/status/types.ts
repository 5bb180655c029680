import type { ClusterQuery } from './cm-ctl-query.ts';

/** An LSN as the tools print it (`%X/%X`), for example `2/5C8`. */
export type LsnText = string;

/** Fields of `HA state:` in `gs_ctl query`, values as printed. */
export interface HaState {
  readonly localRole: string;
  readonly staticConnections: string;
  readonly dbState: string;
  readonly detailInformation: string;
  /** Only in the layout of a server that does not answer. */
  readonly syncMode?: string;
}

/** A tuple of `Senders info:` or `Receiver info:`: the tool's own field names in camelCase, values as printed. */
export type ReplicationTuple = Readonly<Partial<Record<ReplicationField, string>>>;

export const replicationFields = [
  'senderPid',
  'receiverPid',
  'localRole',
  'peerRole',
  'peerState',
  'state',
  'senderSentLocation',
  'senderWriteLocation',
  'senderFlushLocation',
  'senderReplayLocation',
  'receiverReceivedLocation',
  'receiverWriteLocation',
  'receiverFlushLocation',
  'receiverReplayLocation',
  'syncPercent',
  'syncState',
  'syncPriority',
  'syncMostAvailable',
  'channel',
] as const;
export type ReplicationField = (typeof replicationFields)[number];

/**
 * What `gs_ctl query` said. `online`: the server answered. `offline`: it runs and did not answer, the values come from
 * gaussdb.state and may be old. `not-running`: there is no server. `unrecognised`: something else, kept in `message`.
 */
export interface GsCtlQuery {
  readonly kind: 'online' | 'offline' | 'not-running' | 'unrecognised';
  readonly dataDir: string | null;
  readonly haState: HaState | null;
  readonly senders: readonly ReplicationTuple[];
  readonly receivers: readonly ReplicationTuple[];
  readonly message: string;
}

/** Roles as openGauss names them. */
export type NodeRole =
  'Primary' | 'Standby' | 'Main Standby' | 'Cascade Standby' | 'Normal' | 'Pending' | 'Unknown';

/** One reading of one node. */
export interface Reading {
  readonly query: GsCtlQuery;
  /** The raw text of `gs_ctl query`. */
  readonly raw: string;
  /** Milliseconds since 1970 when the answer came. */
  readonly time: number;
}

/**
 * A node's state. `ok`: answers and is Normal. `degraded`: answers, but not Normal, or its replication is not.
 * `offline`: the server is down or does not answer, the host is reachable. `unreachable`: the host is not.
 * `stale`: the last reading is older than two intervals. `unknown`: not read yet, or not recognised.
 */
export type NodeState =
  | { readonly kind: 'ok'; readonly reading: Reading; readonly role: NodeRole }
  | {
      readonly kind: 'degraded';
      readonly reading: Reading;
      readonly role: NodeRole;
      readonly reason: string;
    }
  | {
      readonly kind: 'offline';
      readonly time: number;
      readonly reason: string;
      readonly reading?: Reading;
    }
  | {
      readonly kind: 'unreachable';
      readonly time: number;
      readonly reason: string;
      /** The code of the failure, of those of the hosts. */
      readonly code?: string;
      readonly last?: Reading;
    }
  | {
      readonly kind: 'stale';
      readonly time: number;
      readonly reason: string;
      readonly last: Reading;
    }
  | {
      readonly kind: 'unknown';
      readonly time: number;
      readonly reason: string;
      readonly last?: Reading;
    };

export interface NodeStatus {
  readonly id: string;
  readonly state: NodeState;
  /** The server's process by its postmaster.pid, when there is one: another number means that it was restarted. */
  readonly pid?: number;
}

/**
 * What the cluster manager of a cluster says of itself and its nodes. `answered`: `cm_ctl query` said something, be it that its
 * server does not answer. `failed`: it could not be asked.
 */
export type ManagerStatus =
  | {
      readonly kind: 'answered';
      /** Milliseconds since 1970. */
      readonly time: number;
      /** The host that was asked. */
      readonly host: string;
      readonly query: ClusterQuery;
      /** The raw text of `cm_ctl query`. */
      readonly raw: string;
    }
  | { readonly kind: 'failed'; readonly time: number; readonly reason: string };

/** All nodes of a topology at one time. Immutable; explorer, status bar and dashboard show the same one. */
export interface Snapshot {
  /** Counts up by one with every snapshot of a monitor. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly nodes: ReadonlyMap<string, NodeStatus>;
  /** What the cluster managers say, by cluster; only for clusters with `manager: cm`, once they were asked. */
  readonly managers?: ReadonlyMap<string, ManagerStatus>;
}
