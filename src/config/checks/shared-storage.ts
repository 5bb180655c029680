/** Checks of resource pooling: DSS, DMS and the two ways of replicating between clusters. */
import { splitIdentifiers } from '../values.ts';
import type { Check, CheckContext } from './check.ts';
import { fatal, ofNumber, ofOn, ofText } from './check.ts';

const isOn = (context: CheckContext, name: string): boolean => context.current(name) === true;

const volumeGroup: Check = ofText((text) =>
  text === '' || (text.startsWith('+') && !text.includes('/'))
    ? undefined
    : fatal("DSS vg name must start with '+' and not comtain '\\'."),
);

const connectionPath: Check = ofText((text, context) => {
  if (text === '') {
    return fatal('DSS conn path can not be NULL.');
  }
  if (!text.startsWith('UDS:')) {
    return fatal('DSS conn path format: "UDS:socket_domain"');
  }
  return isOn(context, 'ss_enable_dss') && !text.startsWith('UDS:/')
    ? fatal('DSS conn path must be absolute path.')
    : undefined;
});

/** One `inst:ip:port` as the server's check wants it. */
function isInterconnectEntry(entry: string): boolean {
  const parts = splitIdentifiers(entry, ':');
  const [id = '', address = '', port = ''] = parts ?? [];
  const octets = splitIdentifiers(address, '.');
  return (
    parts?.length === 3 &&
    octets?.length === 4 &&
    [id, port, ...octets].every((part) => /^[0-9]*$/.test(part))
  );
}

/** Looked at only when ss_enable_dms stands before it. */
const interconnectUrl: Check = ofText((text, context) => {
  if (!isOn(context, 'ss_enable_dms')) {
    return undefined;
  }
  if (text === '') {
    return fatal('ss_interconnect_url cannot be NULL.');
  }
  const entries = splitIdentifiers(text);
  return entries !== undefined &&
    entries.length > 0 &&
    entries.length <= 64 &&
    entries.every(isInterconnectEntry)
    ? undefined
    : {};
});

/** pg_proc.cpp, check_special_character. */
const special = /[ |;&$<>`\\'"{}()[\]~*?!\t\n\v\f\r]/;

const ockLogPath: Check = ofText((text, context) => {
  if (text === '') {
    return undefined;
  }
  const found = special.exec(text);
  if (found !== null) {
    return fatal(`Special character "${found[0]}" can not used.`);
  }
  // realpath() wants the path to exist. A relative one is looked for in the data directory, where there is none of it.
  const exists = context.pathExists(text) ?? /^\/(?!dev\/)/.test(text);
  return exists ? undefined : fatal('Fail to realpath config param ss_ock_log_path.');
});

const twoCores: Check = ofText((text) => {
  const numbers = text.split(/[ \t\n\v\f\r]+/).filter((part) => part !== '');
  return text === '' || (numbers.length === 2 && numbers.every((part) => /^[0-9]+$/.test(part)))
    ? undefined
    : {};
});

const transactionCache: Check = ofNumber((value) => {
  if (value === 0) {
    return undefined;
  }
  if (value < 8192) {
    return fatal(`ss_txnstatus_cache_size set as ${value}, should be >8192 or 0.`);
  }
  return value % 256 === 0
    ? undefined
    : fatal('ss_txnstatus_cache_size should be multiple of partition number 256.');
});

const threadPool: Check = ofText((text) => {
  if (text === '') {
    return undefined;
  }
  if (!/^[0-9]+$/.test(text)) {
    return fatal(
      `invalid parameter ss_work_thread_pool_attr:${text.slice(0, 100)} should be number`,
    );
  }
  const count = Number(text);
  return count >= 16 && count <= 128
    ? undefined
    : fatal(
        `invalid parameter ss_work_thread_pool_attr:${text.slice(0, 100)}, max_cnt:${count} should between ` +
          'SS_WORK_THREAD_POOL_MAX_CNT_LOWER:16 and SS_WORK_THREAD_POOL_MAX_CNT_UPPER:128',
      );
});

const isolation: Check = ofText((text, context) =>
  isOn(context, 'ss_enable_dms') && text !== 'read committed'
    ? fatal('Only support read committed transaction isolation level while DMS and DSS enabled')
    : undefined,
);

function pathOf(context: CheckContext): string | undefined {
  const path = context.current('xlog_file_path');
  return typeof path === 'string' ? path : undefined;
}

/** ss_enable_dorado: not with ss_stream_cluster or xlog_file_path before it. */
const dorado: Check = ofOn((context) => {
  if (isOn(context, 'ss_stream_cluster')) {
    return fatal(
      'Do not allow both enable ss cluster replication and disaster replication with "ss_stream_cluster" = 1',
    );
  }
  const path = pathOf(context);
  return path === undefined
    ? undefined
    : fatal(
        `Do not allow both enable ss cluster replication and normal cluster repliction with "xlog_file_path" = ${path}`,
      );
});

const stream: Check = ofOn((context) => {
  if (isOn(context, 'ss_enable_dorado')) {
    return fatal(
      'Do not allow both enable ss cluster replication and dorado replication with "ss_enable_dorado" = 1',
    );
  }
  const path = pathOf(context);
  return path === undefined
    ? undefined
    : fatal(
        `Do not allow both enable ss cluster replication and normal cluster replication with "xlog_file_path" = ${path}`,
      );
});

const xlogFilePath: Check = ofText((text, context) => {
  if (text === '') {
    return undefined;
  }
  if (isOn(context, 'ss_enable_dorado')) {
    return fatal(
      'Do not allow both enable normal cluster replication and ss cluster repliction with "ss_enable_dorado" = 1',
    );
  }
  return isOn(context, 'ss_stream_cluster')
    ? fatal(
        'Do not allow both enable normal cluster replication and disaster replication with "ss_stream_cluster" = 1',
      )
    : undefined;
});

export const sharedStorageChecks: Readonly<Record<string, Check>> = {
  check_ss_dss_vg_name: volumeGroup,
  check_ss_dss_conn_path: connectionPath,
  check_ss_interconnect_url: interconnectUrl,
  check_ss_ock_log_path: ockLogPath,
  check_ss_rdma_work_config: twoCores,
  check_ss_txnstatus_cache_size: transactionCache,
  check_ss_work_thread_pool_attr: threadPool,
  check_default_transaction_isolation: isolation,
  check_ss_cluster_replication_control_para: dorado,
  check_ss_cluster_disaster_control_para: stream,
  check_normal_cluster_replication_config_para: xlogFilePath,
};
