import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a new data directory's postgresql.conf says beside the sample's lines. */
export interface DataDirOptions {
  readonly dataDir: string;
  readonly nodeName: string;
  /** The authentication method of local and loopback connections. */
  readonly auth: { readonly local: string; readonly host: string };
  /** Lines that gs_initdb appends, in order. */
  readonly lines: readonly string[];
  /** Folders and files of shared storage are not in a node's own directory then. */
  readonly dss: boolean;
}

const sample = (nodeName: string, dss: boolean): string => `# -----------------------------
# openGauss configuration file
# -----------------------------
#
# This file consists of lines of the form:
#
#   name = value

#listen_addresses = 'localhost'		# what IP address(es) to listen on
#port = 5432				# (change requires restart)
max_connections = 200			# (change requires restart)
#unix_socket_directory = ''		# (change requires restart)
session_timeout = 10min			# allowed duration of any unused session
shared_buffers = 1024MB			# min 128kB
bulk_write_ring_size = 2GB		# for bulkload, max shared_buffers
max_prepared_transactions = 200		# zero disables the feature
cstore_buffers = 512MB			# min 16MB
wal_level = hot_standby			# minimal, archive, hot_standby or logical
enable_incremental_checkpoint = on	# enable incremental checkpoint
incremental_checkpoint_timeout = 60s	# range 1s-1h
enable_double_write = ${dss ? 'off' : 'on'}		# enable double write
max_wal_senders = 4			# max number of walsender processes
wal_keep_segments = 16			# in logfile segments
max_replication_slots = 8
synchronous_standby_names = '*'		# standby servers that provide sync rep
hot_standby = on			# "on" allows queries during recovery
#replconninfo1 = ''			# replication connection information
#cross_cluster_replconninfo1 = ''	# replication connection information of the other cluster
logging_collector = on			# Enable capturing of stderr and csvlog
#log_directory = 'pg_log'		# directory where log files are written
log_filename = 'postgresql-%Y-%m-%d_%H%M%S.log'	# log file name pattern
log_file_mode = 0600			# creation mode for log files
log_rotation_size = 20MB		# Automatic rotation of logfiles
log_line_prefix = '%m %u %d %h %p %S '	# special values
log_timezone = 'UCT'
datestyle = 'iso, mdy'
timezone = 'UCT'
lc_messages = 'C'			# locale for system error message
default_text_search_config = 'pg_catalog.english'
pgxc_node_name = '${nodeName}'		# Coordinator or Datanode name
audit_enabled = on
job_queue_processes = 10		# Number of concurrent jobs
`;

/** The text of a new pg_hba.conf. */
function hba(auth: DataDirOptions['auth']): string {
  return `# TYPE  DATABASE        USER            ADDRESS                 METHOD
# "local" is for Unix domain socket connections only
local   all             all                                     ${auth.local}
# IPv4 local connections:
host    all             all             127.0.0.1/32            ${auth.host}
# IPv6 local connections:
host    all             all             ::1/128                 ${auth.host}
`;
}

/** Writes the files of a new data directory, which must be empty. */
export function createDataDir(options: DataDirOptions): void {
  const { dataDir } = options;
  const folders = ['base', 'global', 'pg_clog', 'pg_log', 'pg_stat_tmp', 'pg_xlog', 'pg_notify'];
  for (const name of folders) {
    mkdirSync(join(dataDir, name), { recursive: true, mode: 0o700 });
  }
  const write = (name: string, text: string): void =>
    writeFileSync(join(dataDir, name), text, { mode: 0o600 });
  write('PG_VERSION', '9.2\n');
  write(
    'postgresql.conf',
    sample(options.nodeName, options.dss) + options.lines.map((line) => `${line}\n`).join(''),
  );
  write('pg_hba.conf', hba(options.auth));
  write('pg_ident.conf', '# MAPNAME       SYSTEM-USERNAME         PG-USERNAME\n');
}

/** The lines that `--enable-dss` adds. */
export function dssLines(
  version: '5.0.0' | '7.0.0',
  options: {
    readonly groups: readonly string[];
    readonly socket: string;
    readonly url: string;
    readonly instanceId: number;
  },
): string[] {
  const [data = '', log = data] = options.groups;
  return [
    'ss_enable_dms = on',
    'ss_enable_dss = on',
    `ss_instance_id = ${options.instanceId}`,
    ...(version === '5.0.0'
      ? [`ss_dss_vg_name = '${options.groups.join(',')}'`]
      : [`ss_dss_data_vg_name = '${data}'`, `ss_dss_xlog_vg_name = '${log}'`]),
    `ss_dss_conn_path = '${options.socket}'`,
    `ss_interconnect_url = '${options.url}'`,
    'enable_segment = on',
  ];
}
