/** For each rule of one postgresql.conf: texts in which it must speak, and near misses in which it must not. */
import type { ServerVersion } from '../../../src/topology/types.ts';

export interface RuleCase {
  readonly version?: ServerVersion;
  readonly found: readonly string[];
  readonly missed: readonly string[];
}

const channel = 'localhost=10.0.0.1 localport=6600 remotehost=10.0.0.2 remoteport=9600';
const pool = 'ss_enable_dss = on\nss_enable_dms = on\n';

export const ruleCases: Readonly<Record<string, RuleCase>> = {
  syntax: {
    found: [
      'port\n',
      'port =\n',
      'port = = 1\n',
      "port = 'x\n",
      'xlog_file_path = /dev/sda\n',
      'port = 1 2\n',
      'shared_buffers = 16 MB\n',
      'application_name = a.b\n',
      '1 = 2\n',
    ],
    missed: [
      'port 6600\n',
      "xlog_file_path = '/dev/sda'\n",
      '# port =\n',
      'application_name = a-b\n',
    ],
  },
  'include-missing': {
    found: ["include ''\n"],
    missed: ["include 'more.conf'\n", "include_if_exists 'more.conf'\n"],
  },
  'removed-parameter': {
    version: 'master',
    found: [
      "cluster_run_mode = 'cluster_primary'\n",
      'ss_enable_reform = on\n',
      'ss_fi_net_latency_ms = 1\n',
      "ss_dss_vg_name = '+data'\n",
    ],
    missed: ["ss_dss_data_vg_name = '+data'\n", '# cluster_run_mode = x\n'],
  },
  'replconninfo-number': {
    found: ["cross_cluster_replconninfo0 = ''\n", "replconninfo9 = ''\n"],
    missed: ["cross_cluster_replconninfo8 = ''\n", "replconninfo1 = ''\n"],
  },
  'unknown-parameter': {
    found: ['xlog_file_pth = x\n', "include_dir 'x'\n", '\uFEFFport = 1\n'],
    missed: ['XLOG_FILE_PATH = x\n', 'dolphin.nulls_minimal_policy = on\n', 'sort_mem = 1MB\n'],
  },
  'fixed-parameter': {
    found: ['block_size = 8192\n'],
    missed: ["sql_compatibility = 'B'\n", 'port = 1\n'],
  },
  'size-in-bytes': {
    found: [
      'xlog_file_size = 64GB\n',
      "xlog_file_size = '64 GB'\n",
      'xlog_file_size = 0x10000000\n',
    ],
    missed: ['xlog_file_size = 68719476736\n', 'xlog_file_size = 1\n'],
  },
  'invalid-unit': {
    found: [
      'shared_buffers = 16mb\n',
      'statement_timeout = 10sec\n',
      'work_mem = 1.5GB\n',
      'work_mem = 1TB\n',
    ],
    missed: ['shared_buffers = 16MB\n', "statement_timeout = '10 s'\n", 'port = 5432kB\n'],
  },
  'out-of-range': {
    found: [
      'port = 0\n',
      'port = 65536\n',
      'ss_instance_id = 64\n',
      'checkpoint_completion_target = 1.5\n',
      'xlog_file_size = 1\n',
    ],
    missed: ['port = 1\n', 'ss_instance_id = 63\n', 'checkpoint_completion_target = 1\n'],
  },
  'invalid-boolean': {
    found: ['ssl = enable\n', 'ssl = o\n', 'ssl = 2\n', "ssl = ''\n"],
    missed: ['ssl = of\n', 'ssl = T\n', "ssl = 'no'\n", 'ssl = 0\n'],
  },
  'invalid-word': {
    found: ['wal_level = replica\n', "cluster_run_mode = 'primary'\n", 'rewrite_rule = bogus\n'],
    missed: [
      'wal_level = LOGICAL\n',
      'cluster_run_mode = cluster_primary\n',
      "rewrite_rule = 'magicset, lazyagg'\n",
    ],
  },
  'replconninfo-syntax': {
    found: [
      "cross_cluster_replconninfo1 = 'localhost=10.0.0.1 localport=1 remotehost=10.0.0.2'\n",
      "replconninfo1 = 'garbage'\n",
      "replconninfo1 = 'LOCALHOST=1 LOCALPORT=1 REMOTEHOST=1 REMOTEPORT=1'\n",
    ],
    missed: [`cross_cluster_replconninfo1 = '${channel}'\n`, "replconninfo1 = ''\n"],
  },
  'invalid-value': {
    found: [
      "ss_interconnect_type = 'tcp'\n",
      "ss_dss_vg_name = 'data'\n",
      "ss_dss_conn_path = '/tmp/x'\n",
      'port = abc\n',
      "listen_addresses = 'a b'\n",
    ],
    missed: [
      "ss_interconnect_type = 'TCP'\n",
      "ss_dss_vg_name = '+data'\n",
      "listen_addresses = 'a, b'\n",
      'port = 0\n',
    ],
  },
  'xlog-file-size-multiple': {
    found: [
      "xlog_file_path = '/x'\nxlog_lock_file_path = '/l'\nxlog_file_size = 134217729\n",
      `${pool}xlog_file_path = '/x'\nxlog_file_size = 1090519040\n`,
    ],
    missed: [
      "xlog_file_path = '/x'\nxlog_file_size = 1090519040\n",
      'xlog_file_size = 134217729\n',
      `${pool}xlog_file_path = '/x'\nxlog_file_size = 2147483648\n`,
    ],
  },
  'xlog-file-path-empty': {
    found: ["xlog_file_path = ''\n", "xlog_file_path = '/x'\nxlog_lock_file_path = ''\n"],
    missed: ["xlog_file_path = '/x'\n", "xlog_lock_file_path = ''\n"],
  },
  'dss-dms-together': {
    found: ['ss_enable_dss = on\n', 'ss_enable_dms = on\nss_enable_dss = off\n'],
    missed: [pool, 'ss_enable_dss = off\n', 'port = 1\n'],
  },
  'dss-temp-tablespaces': {
    found: [`${pool}temp_tablespaces = 'x'\n`],
    missed: ["temp_tablespaces = 'x'\n", `${pool}temp_tablespaces = ''\n`],
  },
  'port-without-ha-port': { found: ['port = 65535\n'], missed: ['port = 65534\n'] },
  'connections-reserved': {
    found: [
      'max_connections = 20\nmax_wal_senders = 20\n',
      'sysadmin_reserved_connections = 300\n',
    ],
    missed: ['max_connections = 21\nmax_wal_senders = 20\n', 'max_connections = 200\n'],
  },
  'wal-level': {
    found: [
      'wal_level = minimal\n',
      'wal_level = archive\nhot_standby = on\n',
      'wal_level = minimal\nmax_wal_senders = 0\narchive_mode = on\n',
    ],
    missed: [
      'wal_level = archive\n',
      'wal_level = minimal\nmax_wal_senders = 0\n',
      'wal_level = hot_standby\nhot_standby = on\n',
      'hot_standby = on\n',
    ],
  },
  'ondemand-recovery': {
    version: 'master',
    found: [
      `${pool}ss_enable_ondemand_recovery = on\nrecovery_parse_workers = 1\n`,
      'ss_enable_dms = off\nss_enable_ondemand_recovery = on\n',
      'ss_enable_ondemand_realtime_build = on\n',
    ],
    missed: [
      `${pool}ss_enable_ondemand_recovery = on\nrecovery_parse_workers = 2\n`,
      'ss_enable_ondemand_recovery = off\n',
    ],
  },
  'interconnect-url': {
    found: [
      `${pool}ss_interconnect_url = 'abc'\n`,
      `${pool}ss_interconnect_url = '0:127.0.0.1:99999'\n`,
      `${pool}ss_interconnect_url = '0:300.0.0.1:1611'\n`,
      `${pool}ss_interconnect_url = '10:127.0.0.1:1611'\n`,
    ],
    missed: [
      `${pool}ss_interconnect_url = '0:127.0.0.1:1611,1:127.0.0.1:1711'\n`,
      "ss_interconnect_url = 'abc'\n",
    ],
  },
  'replconninfo-host-length': {
    found: [`replconninfo1 = '${channel.replace('10.0.0.1', 'h'.repeat(63))}'\n`],
    missed: [`replconninfo1 = '${channel.replace('10.0.0.1', 'h'.repeat(62))}'\n`],
  },
  'include-and-build': {
    found: ["include_if_exists 'x'\n"],
    missed: ["# include 'x'\n", 'port = 1\n'],
  },
  'tool-name-case': {
    found: [`Cross_Cluster_Replconninfo1 = '${channel}'\n`, 'PORT = 1\n'],
    missed: [`cross_cluster_replconninfo1 = '${channel}'\n`, 'WORK_MEM = 1MB\n'],
  },
  'tool-equals-missing': {
    found: ['port 6600\n', 'ss_enable_dss on\n'],
    missed: ['port = 6600\n', 'work_mem 1MB\n'],
  },
  'tool-hash-in-value': {
    found: ["application_name = 'a#b'\n"],
    missed: ["application_name = 'ab' # c\n", "log_line_prefix = '#'\n"],
  },
  'tool-quotes-missing': {
    found: ['application_name = dn1\n'],
    missed: ["application_name = 'dn1'\n", 'log_directory = pg_log\n'],
  },
  duplicate: {
    found: ['port = 1\nport = 2\n', 'work_mem = 1MB\nWORK_MEM = 1MB\n'],
    missed: ['port = 1\n# port = 2\n'],
  },
  'tool-exact-word': {
    version: 'master',
    found: [`ss_enable_dms = on\nss_enable_dss = true\n`, 'ss_disaster_mode = DORADO\n'],
    missed: [
      pool,
      'ss_enable_dss = no\n',
      "ss_disaster_mode = 'dorado'\n",
      'ss_disaster_mode = SINGLE\n',
    ],
  },
  'tool-commented-line': {
    version: 'master',
    found: ['#ss_enable_dss = on\n', `${pool}#ss_disaster_mode = dorado\n`],
    missed: [
      '# ss_enable_dss = on\n',
      '#ss_enable_dss = off\n',
      'ss_enable_dss = off\n#ss_enable_dss = on\n',
      '#ss_disaster_mode = dorado\n',
    ],
  },
  'tool-last-line': {
    found: ['work_mem = 1MB\nport = 1'],
    missed: ['port = 1\n', 'work_mem = 1MB'],
  },
  'tool-file-size': {
    found: [`#${'x'.repeat(1_100_000)}\n`],
    missed: [`#${'x'.repeat(1_000_000)}\n`],
  },
  'gs-guc-refuses': {
    version: 'master',
    found: ['enable_npu = off\n'],
    missed: ['port = 1\n'],
  },
  'xlog-path-without-lock': {
    found: ["xlog_file_path = '/x'\n"],
    missed: ["xlog_file_path = '/x'\nxlog_lock_file_path = '/l'\n", 'port = 1\n'],
  },
  'xlog-lock-without-path': {
    found: ["xlog_lock_file_path = '/l'\n"],
    missed: ["xlog_file_path = '/x'\nxlog_lock_file_path = '/l'\n"],
  },
  'xlog-lock-is-data': {
    found: ["xlog_file_path = '/x'\nxlog_lock_file_path = '/x'\n"],
    missed: ["xlog_file_path = '/x'\nxlog_lock_file_path = '/x.lock'\n"],
  },
  'device-name-unstable': {
    found: ["xlog_file_path = '/dev/sdm'\n"],
    missed: ["xlog_file_path = '/dev/disk/by-id/scsi-1'\n", "xlog_file_path = '/dev/xlog'\n"],
  },
  'xlog-path-with-disaster-mode': {
    version: 'master',
    found: ["xlog_file_path = '/x'\nss_disaster_mode = dorado\n"],
    missed: ["xlog_file_path = '/x'\nss_disaster_mode = single\n", 'ss_disaster_mode = dorado\n'],
  },
  'disaster-mode-single': {
    version: 'master',
    found: [`${pool}cross_cluster_replconninfo1 = '${channel}'\n`],
    missed: [
      `${pool}ss_disaster_mode = dorado\ncross_cluster_replconninfo1 = '${channel}'\n`,
      `${pool}cross_cluster_replconninfo1 = ''\n`,
      `cross_cluster_replconninfo1 = '${channel}'\n`,
    ],
  },
  'cluster-run-mode-missing': {
    found: [`cross_cluster_replconninfo1 = '${channel}'\n`],
    missed: [
      `cross_cluster_replconninfo1 = '${channel}'\ncluster_run_mode = cluster_standby\n`,
      'port = 1\n',
    ],
  },
  'stream-mode-in-pool': {
    found: [`${pool}stream_cluster_run_mode = cluster_primary\n`],
    missed: ['stream_cluster_run_mode = cluster_primary\n'],
  },
  'application-name-missing': {
    found: ["xlog_file_path = '/x'\n"],
    missed: [
      "xlog_file_path = '/x'\napplication_name = 'dn0'\n",
      "xlog_file_path = '/x'\nxlog_lock_file_path = '/l'\n",
    ],
  },
  'ss-log-size': {
    found: ['ss_log_backup_file_count = 100\nss_log_max_file_size = 1GB\n'],
    missed: ['ss_log_backup_file_count = 100\nss_log_max_file_size = 10MB\n'],
  },
  'ondemand-in-dual-cluster': {
    version: 'master',
    found: ['ss_enable_ondemand_recovery = on\nss_disaster_mode = dorado\n'],
    missed: ['ss_enable_ondemand_recovery = on\nss_disaster_mode = single\n'],
  },
  'comm-port-unused': {
    version: 'master',
    found: ['comm_sctp_port = 6630\n'],
    missed: ["comm_sctp_port = 6630\nshared_preload_libraries = 'spqplugin'\n"],
  },
  'replconninfo-order': {
    found: ["replconninfo1 = 'remotehost=1 remoteport=1 localhost=1 localport=1'\n"],
    missed: [`replconninfo1 = '${channel}'\n`],
  },
  'replconninfo-port': {
    found: [
      `replconninfo1 = '${channel.replace('6600', '99999')}'\n`,
      `replconninfo1 = '${channel.replace('6600', '6600kB')}'\n`,
    ],
    missed: [`replconninfo1 = '${channel.replace('6600', '65535')}'\n`],
  },
  'replconninfo-key': {
    found: [`replconninfo1 = '${channel} bogus=1'\n`],
    missed: [`replconninfo1 = '${channel} localheartbeatport=1 localservice=2'\n`],
  },
  'replconninfo-several': {
    found: [`replconninfo1 = '${channel}, ${channel}'\n`],
    missed: [`replconninfo1 = '${channel}'\n`],
  },
  'setting-ignored': {
    found: ["client_encoding = 'UTF8'\n", "sql_compatibility = 'B'\n"],
    missed: ["server_version = ''\n", 'port = 1\n'],
  },
  'placeholder-name': { found: ['dolphin.x = 1\n'], missed: ['port = 1\n'] },
  'unit-truncated': {
    found: ['wal_receiver_connect_timeout = 500ms\n'],
    missed: ['wal_receiver_connect_timeout = 0\n', 'wal_receiver_connect_timeout = 2s\n'],
  },
  'octal-number': {
    found: ['wal_keep_segments = 020\n'],
    missed: [
      'wal_keep_segments = 20\n',
      'wal_keep_segments = 0x20\n',
      'xlog_file_size = 0134217728\n',
    ],
  },
};
