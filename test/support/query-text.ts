/** Outputs of `gs_ctl query` as the tool prints them, made for tests. */
export interface QueryTextOptions {
  readonly role: string;
  readonly dbState?: string;
  readonly detail?: string;
  /** Peer roles and positions of what it sends. */
  readonly senders?: readonly SenderText[];
  readonly receiver?: Partial<SenderText>;
}

export interface SenderText {
  readonly peerRole?: string;
  readonly peerState?: string;
  readonly state?: string;
  readonly sent?: string;
  readonly replayed?: string;
  readonly percent?: string;
  readonly channel?: string;
}

export function queryText(options: QueryTextOptions): string {
  const receiver = options.receiver;
  return [
    '[2024-01-02 03:04:05.678][4711][][gs_ctl]: gs_ctl query ,datadir is /data \n',
    ' HA state:           \n',
    tuple({
      local_role: options.role,
      static_connections: '2',
      db_state: options.dbState ?? 'Normal',
      detail_information: options.detail ?? 'Normal',
    }),
    ' Senders info:       \n',
    ...(options.senders ?? []).map((sender, index) =>
      tuple({
        sender_pid: String(100 + index),
        local_role: 'Primary',
        peer_role: sender.peerRole ?? 'StandbyCluster_Standby',
        peer_state: sender.peerState ?? 'Normal',
        state: sender.state ?? 'Streaming',
        ...locations(sender),
        sync_percent: sender.percent ?? '100%',
        sync_state: 'Async',
        sync_priority: '0',
        sync_most_available: 'Off',
        channel: sender.channel ?? '10.0.0.1:6600-->10.0.0.2:40000',
      }),
    ),
    ...(options.senders === undefined || options.senders.length === 0 ? ['No information \n'] : []),
    ' Receiver info:      \n',
    receiver === undefined
      ? 'No information \n'
      : tuple({
          receiver_pid: '200',
          local_role: 'Standby',
          peer_role: receiver.peerRole ?? 'Primary',
          peer_state: receiver.peerState ?? 'Normal',
          state: receiver.state ?? 'Normal',
          ...locations(receiver),
          sync_percent: receiver.percent ?? '100%',
          channel: receiver.channel ?? '10.0.0.2:40000<--10.0.0.1:6600',
        }),
  ].join('');
}

export function notRunningText(): string {
  return (
    '[2024-01-02 03:04:05.678][4711][][gs_ctl]: gs_ctl query ,datadir is /data \n' +
    '[2024-01-02 03:04:05.679][4711][][gs_ctl]:  PID file "/data/postmaster.pid" does not exist\n' +
    '[2024-01-02 03:04:05.679][4711][][gs_ctl]: Is server running?\n'
  );
}

function locations({ sent = '2/5C8', replayed = sent }: SenderText): Record<string, string> {
  return {
    sender_sent_location: sent,
    sender_write_location: sent,
    sender_flush_location: sent,
    sender_replay_location: sent,
    receiver_received_location: sent,
    receiver_write_location: sent,
    receiver_flush_location: sent,
    receiver_replay_location: replayed,
  };
}

function tuple(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `\t${name.padEnd(30)} : ${value}\n`)
    .join('')
    .concat('\n');
}
