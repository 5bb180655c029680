/** What a session sees of the node that it is connected to; read by the functions of `lab_catalog`. */
export interface NodeViews {
  readonly version: string;
  readonly pid: number;
  readonly recovery: boolean;
  /** When the server was started, as ISO 8601. */
  readonly started: string;
  readonly current: string;
  readonly received: string | null;
  readonly replayed: string | null;
  readonly ha: readonly object[];
  readonly senders: readonly object[];
  readonly receivers: readonly object[];
  readonly settings: readonly object[];
  readonly activity: readonly object[];
  readonly env: readonly object[];
}

const locations = (names: readonly string[]): string =>
  names.map((name) => `${name} text`).join(', ');

const ends = [
  'sender_sent_location',
  'sender_write_location',
  'sender_flush_location',
  'sender_replay_location',
  'receiver_received_location',
  'receiver_write_location',
  'receiver_flush_location',
  'receiver_replay_location',
];

const senders = `pid bigint, sender_pid integer, local_role text, peer_role text, peer_state text, state text,
  catchup_start timestamptz, catchup_end timestamptz, ${locations(ends)}, sync_percent text, sync_state text,
  sync_priority integer, sync_most_available text, channel text`;
const receivers = `receiver_pid integer, local_role text, peer_role text, peer_state text, state text,
  ${locations(ends)}, sync_percent text, channel text`;
const ha = 'local_role text, static_connections integer, db_state text, detail_information text';

const rows = (name: string, key: string, columns: string): string => `
create function lab_catalog.${name}() returns table(${columns}) language sql stable as
$$ select * from json_to_recordset(lab_catalog.node() -> '${key}') as r(${columns}) $$;`;

const value = (name: string, type: string): string => `
create function lab_catalog.${name}() returns ${type} language sql stable as`;

/** Makes PostgreSQL answer as openGauss about itself. */
export const catalogSql = `
create schema lab_catalog;
create function lab_catalog.node() returns json language sql stable as
$$ select coalesce(nullif(current_setting('lab.node', true), ''), '{}')::json $$;
${value('version', 'text')} $$ select lab_catalog.node() ->> 'version' $$;
${value('pg_backend_pid', 'bigint')} $$ select (lab_catalog.node() ->> 'pid')::bigint $$;
${value('pg_is_in_recovery', 'boolean')} $$ select (lab_catalog.node() ->> 'recovery')::boolean $$;
${value('pg_postmaster_start_time', 'timestamptz')} $$ select (lab_catalog.node() ->> 'started')::timestamptz $$;
${value('pg_current_xlog_location', 'text')} $$ select lab_catalog.node() ->> 'current' $$;
${value('pg_last_xlog_receive_location', 'text')} $$ select lab_catalog.node() ->> 'received' $$;
${value('pg_last_xlog_replay_location', 'text')} $$ select lab_catalog.node() ->> 'replayed' $$;
create function lab_catalog.pg_xlog_location_diff(a text, b text) returns numeric language sql stable as
$$ select pg_wal_lsn_diff(a::pg_lsn, b::pg_lsn) $$;
${rows('pg_stat_get_wal_senders', 'senders', senders)}
${rows('pg_stat_get_wal_receiver', 'receivers', receivers)}
${rows('pg_stat_get_stream_replications', 'ha', ha)}
create view lab_catalog.pg_stat_replication as
  select s.pid, 10::oid as usesysid, 'omm'::name as usename, 'WalSender to Standby'::text as application_name,
    '127.0.0.1'::inet as client_addr, null::text as client_hostname,
    substring(s.channel from '[0-9]+$')::integer as client_port, s.catchup_start as backend_start, s.state,
    s.sender_sent_location, s.receiver_write_location, s.receiver_flush_location, s.receiver_replay_location,
    s.sync_priority, s.sync_state
  from lab_catalog.pg_stat_get_wal_senders() as s;
create view lab_catalog.pg_settings as
  select * from json_to_recordset(lab_catalog.node() -> 'settings')
    as r(name text, setting text, unit text, category text, context text, vartype text, source text,
      min_val text, max_val text, boot_val text, reset_val text);
create view lab_catalog.pg_stat_activity as
  select * from json_to_recordset(lab_catalog.node() -> 'activity')
    as r(datname text, pid bigint, usename text, application_name text, client_addr text,
      backend_start timestamptz, query_start timestamptz, waiting boolean, state text, query text);
create view lab_catalog.pg_node_env as
  select * from json_to_recordset(lab_catalog.node() -> 'env')
    as r(node_name text, host text, process integer, port integer, installpath text, datapath text, log_directory text);
`;
