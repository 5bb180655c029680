/** What `gs_ctl query` prints of a node, in the server's own column names. */
export interface HaRow {
  readonly local_role: string;
  readonly static_connections: number;
  readonly db_state: string;
  readonly detail_information: string;
}

/** The locations of both ends, as text. */
export type Locations = Readonly<
  Record<
    | 'sender_sent_location'
    | 'sender_write_location'
    | 'sender_flush_location'
    | 'sender_replay_location'
    | 'receiver_received_location'
    | 'receiver_write_location'
    | 'receiver_flush_location'
    | 'receiver_replay_location',
    string
  >
>;

export interface SenderRow extends Locations {
  readonly pid: number;
  readonly sender_pid: number;
  readonly local_role: string;
  readonly peer_role: string;
  readonly peer_state: string;
  readonly state: string;
  readonly catchup_start: string | null;
  readonly catchup_end: string | null;
  readonly sync_percent: string;
  readonly sync_state: string;
  readonly sync_priority: number;
  readonly sync_most_available: string;
  readonly channel: string;
}

export interface ReceiverRow extends Locations {
  readonly receiver_pid: number;
  readonly local_role: string;
  readonly peer_role: string;
  readonly peer_state: string;
  readonly state: string;
  readonly sync_percent: string;
  readonly channel: string;
}

/** `gaussdb.state`: what tools read when the server does not answer. */
export interface StateFile {
  readonly role: string;
  readonly connections: number;
  readonly state: string;
  readonly syncMode: 'Sync' | 'Async';
  readonly build?: {
    readonly mode: 'Full' | 'Incremental';
    /** Bytes. */
    readonly done: number;
    readonly total: number;
  };
}
