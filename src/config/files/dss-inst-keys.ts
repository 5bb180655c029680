/** How DSS checks the value of a key. Sizes are in bytes. */
export type DssCheck =
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'size'; readonly min: number; readonly max: number }
  | { readonly type: 'enum'; readonly words: readonly string[]; readonly exact: boolean }
  | { readonly type: 'path' }
  | { readonly type: 'nodes' }
  | { readonly type: 'text' };

export interface DssKey {
  readonly name: string;
  readonly check: DssCheck;
  readonly defaultValue: string;
  /** Whether a running dssserver takes a change over (`dsscmd setcfg`). */
  readonly online: boolean;
}

const kilo = 1024;
const mega = kilo * kilo;
const giga = mega * kilo;
const integer = (min: number, max: number): DssCheck => ({ type: 'integer', min, max });
const size = (min: number, max: number): DssCheck => ({ type: 'size', min, max });
const words = (...list: string[]): DssCheck => ({ type: 'enum', words: list, exact: false });
const flag = words('TRUE', 'FALSE');
const path: DssCheck = { type: 'path' };
const text: DssCheck = { type: 'text' };

const table: readonly (readonly [string, DssCheck, string, boolean])[] = [
  ['INST_ID', integer(0, 63), '0', false],
  ['LSNR_PATH', path, '/tmp/', false],
  ['DSS_NODES_LIST', { type: 'nodes' }, '0:127.0.0.1:1611', true],
  ['STORAGE_MODE', words('DISK', 'SHARE_DISK', 'CLUSTER_RAID'), 'DISK', false],
  [
    'CLUSTER_RUN_MODE',
    { type: 'enum', words: ['cluster_primary', 'cluster_standby'], exact: true },
    'cluster_primary',
    true,
  ],
  ['XLOG_VG_ID', integer(1, 64), '1', false],
  ['_SHM_KEY', integer(1, 64), '1', false],
  ['_DISK_LOCK_FILE_PATH', path, '/tmp', false],
  ['DISK_LOCK_FILE_PATH', path, '/tmp', false],
  ['DSS_CM_SO_NAME', text, '', false],
  ['_LOG_LEVEL', integer(0, 4087), '519', true],
  ['_LOG_BACKUP_FILE_COUNT', integer(0, 1024), '20', true],
  ['_LOG_MAX_FILE_SIZE', size(mega, 4 * giga), '256M', true],
  ['_LOG_FILE_PERMISSIONS', integer(600, 777), '600', false],
  ['_LOG_PATH_PERMISSIONS', integer(700, 777), '700', false],
  ['LOG_HOME', text, '', false],
  ['LOG_ALARM_HOME', text, '', false],
  ['LOG_COMPRESSED', flag, 'FALSE', false],
  ['_AUDIT_LEVEL', integer(0, 255), '1', true],
  ['_AUDIT_BACKUP_FILE_COUNT', integer(0, 1024), '20', true],
  ['_AUDIT_MAX_FILE_SIZE', size(mega, 4 * giga), '256M', true],
  ['MAX_SESSION_NUMS', integer(16, 16320), '8192', false],
  ['DISK_LOCK_INTERVAL', integer(1, 600000), '100', false],
  ['DLOCK_RETRY_COUNT', integer(1, 500000), '50', false],
  ['INTERCONNECT_TYPE', words('TCP', 'RDMA'), 'TCP', false],
  ['INTERCONNECT_CHANNEL_NUM', integer(1, 32), '2', false],
  ['WORK_THREAD_COUNT', integer(2, 64), '8', false],
  ['RECV_MSG_POOL_SIZE', size(9 * mega, giga), '48M', false],
  ['MES_WAIT_TIMEOUT', integer(500, 30000), '10000', true],
  ['MES_ELAPSED_SWITCH', flag, 'FALSE', false],
  ['MES_WITH_IP', flag, 'FALSE', false],
  ['IP_WHITE_LIST_ON', flag, 'TRUE', false],
  ['IO_THREADS', integer(1, 8), '2', false],
  ['WORK_THREADS', integer(16, 128), '16', false],
  ['DELAY_CLEAN_INTERVAL', integer(5, 1000000), '5', true],
  ['DELAY_CLEAN_SEARCH_FRAGMENT', integer(0, 1024), '128', true],
  ['VG_SPACE_USAGE_HWM', integer(0, 100), '80', false],
  ['VG_SPACE_USAGE_LWM', integer(0, 100), '75', false],
  ['LINUX_MULTIBUS', flag, 'FALSE', false],
  ['MPATHPERSIST_DSS_PATH', text, '', false],
  ['DISK_TYPE', { type: 'enum', words: ['NORMAL', 'VTABLE'], exact: true }, 'NORMAL', false],
  ['_BLACKBOX_DETAIL_ON', flag, 'FALSE', true],
  ['_ENABLE_CORE_STATE_COLLECT', flag, 'TRUE', true],
  ['SSL_CA', text, '', false],
  ['SSL_KEY', text, '', false],
  ['SSL_CRL', text, '', false],
  ['SSL_CERT', text, '', false],
  ['SSL_CIPHER', text, '', false],
  ['SSL_PWD_CIPHERTEXT', text, '', false],
  ['SSL_CERT_NOTIFY_TIME', integer(7, 180), '30', false],
  ['SSL_PERIOD_DETECTION', integer(1, 180), '7', false],
  ['POOL_NAMES', text, '', false],
  ['IMAGE_NAMES', text, '', false],
  ['CEPH_CONFIG', text, '/etc/ceph/ceph.conf', false],
  ['VOLUME_TYPES', text, '', false],
];

/** The keys of `dss_inst.ini`, with the ranges that dssserver checks when it starts. */
export const dssKeys: ReadonlyMap<string, DssKey> = new Map(
  table.map(([name, check, defaultValue, online]) => [name, { name, check, defaultValue, online }]),
);

/** Bytes of a DSS size such as `100M`; undefined when it is none. */
export function dssSize(value: string): number | undefined {
  const match = /^(\d+)\s*([BKMGTP]?)$/i.exec(value);
  const factor = ['B', 'K', 'M', 'G', 'T', 'P'].indexOf((match?.[2] ?? '').toUpperCase() || 'B');
  return match === null || factor < 0 ? undefined : Number(match[1]) * kilo ** factor;
}

/** The range of a key in words, for messages and hovers. */
export function dssRange(check: DssCheck): string {
  switch (check.type) {
    case 'integer':
      return `${check.min} … ${check.max}`;
    case 'size':
      return `${shortSize(check.min)} … ${shortSize(check.max)}`;
    case 'enum':
      return check.words.join(', ');
    case 'nodes':
      return 'id:ip:port,…';
    case 'path':
      return '/…';
    case 'text':
      return '';
  }
}

function shortSize(bytes: number): string {
  return bytes >= giga ? `${bytes / giga}G` : `${bytes / mega}M`;
}
