/** What works today and is dangerous, or does nothing, in a dual cluster. Relations between files are in ../cluster. */
import { t } from '../../base/l10n.ts';
import { removeLine } from '../edit.ts';
import type { ServerSetting } from '../readers/server.ts';
import { crossNames, effective, fix, isOn, setting, since, textOf } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

function warning(code: string, check: (input: RuleInput) => Iterable<Report>): Rule {
  return { code, stage: 'start', severity: 'warning', check };
}

/** The cross-cluster channels that the file sets. */
function crossSettings(input: RuleInput): readonly ServerSetting[] {
  return crossNames.flatMap((name) => {
    const each = setting(input, name);
    return typeof each?.value === 'string' && each.value.trim() !== '' ? [each] : [];
  });
}

const pathWithoutLock = warning('xlog-path-without-lock', function* (input) {
  const path = setting(input, 'xlog_file_path');
  if (
    textOf(input, 'xlog_file_path') &&
    setting(input, 'xlog_lock_file_path') === undefined &&
    path
  ) {
    yield {
      severity: input.context.profile === 'dorado' ? 'info' : 'warning',
      message: `use scsi to preempt shared storage\n${t(
        'Without xlog_lock_file_path the writer reserves the device by SCSI with gs_persist, which a plain file does not have.',
      )}`,
      range: path.range,
    };
  }
});

const lockWithoutPath = warning('xlog-lock-without-path', function* (input) {
  const lock = setting(input, 'xlog_lock_file_path');
  if (lock?.value !== undefined && setting(input, 'xlog_file_path') === undefined) {
    yield {
      severity: 'info',
      message: t('The server ignores xlog_lock_file_path without xlog_file_path.'),
      range: lock.range,
    };
  }
});

const lockIsData = warning('xlog-lock-is-data', function* (input) {
  const lock = setting(input, 'xlog_lock_file_path');
  const path = textOf(input, 'xlog_file_path');
  if (lock !== undefined && path !== undefined && path !== '' && lock.value === path) {
    yield {
      message: t('The lock file must not be the redo log file itself.'),
      range: lock.valueRange,
    };
  }
});

const unstableDevice = warning('device-name-unstable', function* (input) {
  for (const name of ['xlog_file_path'] as const) {
    const each = setting(input, name);
    const text = textOf(input, name);
    if (
      each !== undefined &&
      text !== undefined &&
      /^\/dev\/(?:sd[a-z]+\d*|dm-\d+|nvme\d+n\d+)$/.test(text)
    ) {
      yield {
        message: t(
          'The name {0} may belong to another device after a restart of the host. Use a name below /dev/disk/by-id or a fixed link.',
          text,
        ),
        range: each.valueRange,
      };
    }
  }
});

const pathWithMode = warning('xlog-path-with-disaster-mode', function* (input) {
  const path = setting(input, 'xlog_file_path');
  const mode = setting(input, 'ss_disaster_mode');
  if (path?.value === undefined || (mode?.value !== 'dorado' && mode?.value !== 'stream')) {
    return;
  }
  yield {
    message: t(
      'With ss_disaster_mode = {0} the redo log is in the DSS volume group; xlog_file_path is not used for it and turns other parts into the old mode.',
      mode.value,
    ),
    range: path.range,
    related: [{ range: mode.valueRange, message: t('The mode is set here.') }],
    fixes: () => [fix(t('Remove the line'), removeLine(input.document, path.line))],
  };
});

const singleWithChannels = warning('disaster-mode-single', function* (input) {
  const channels = crossSettings(input);
  const [first] = channels;
  if (
    first === undefined ||
    !since(input.catalogue.version, '7.0.0-RC1') ||
    !isOn(input, 'ss_enable_dss') ||
    effective(input, 'ss_disaster_mode') !== 'single'
  ) {
    return;
  }
  const mode = setting(input, 'ss_disaster_mode');
  yield {
    message: t(
      'With ss_disaster_mode = single the cluster replicates to no other one, whatever {0} says, and gs_ctl build is refused.',
      first.name,
    ),
    range: mode?.valueRange ?? first.nameRange,
  };
});

/** 5.0.0 tells the clusters apart by cluster_run_mode, and its default is the primary. */
const runModeMissing = warning('cluster-run-mode-missing', function* (input) {
  const [first] = crossSettings(input);
  const applies = input.catalogue.get('cluster_run_mode') !== undefined;
  if (first !== undefined && applies && setting(input, 'cluster_run_mode') === undefined) {
    const standby = input.context.cluster?.role === 'standby';
    yield {
      severity: standby ? 'warning' : 'info',
      message: standby
        ? t(
            'Without cluster_run_mode = cluster_standby this node of the standby cluster calls itself primary.',
          )
        : t('Without cluster_run_mode this node belongs to the primary cluster.'),
      range: first.nameRange,
    };
  }
});

const streamMode = warning('stream-mode-in-pool', function* (input) {
  const mode = setting(input, 'stream_cluster_run_mode');
  if (mode?.value !== undefined && isOn(input, 'ss_enable_dss')) {
    yield {
      severity: 'info',
      message: t(
        'stream_cluster_run_mode belongs to streaming replication between ordinary clusters; resource pooling does not read it.',
      ),
      range: mode.nameRange,
      fixes: () => [fix(t('Remove the line'), removeLine(input.document, mode.line))],
    };
  }
});

const applicationName = warning('application-name-missing', function* (input) {
  const path = setting(input, 'xlog_file_path');
  if (
    textOf(input, 'xlog_file_path') &&
    path !== undefined &&
    setting(input, 'xlog_lock_file_path') === undefined &&
    setting(input, 'application_name') === undefined
  ) {
    yield {
      message: t(
        'Without xlog_lock_file_path the server reserves the device under application_name, which is empty here.',
      ),
      range: path.nameRange,
    };
  }
});

const logSize = warning('ss-log-size', function* (input) {
  const count = setting(input, 'ss_log_backup_file_count');
  const files = effective(input, 'ss_log_backup_file_count');
  const size = effective(input, 'ss_log_max_file_size');
  const gigabytes = Number(files) * (Number(size) / 1024 / 1024);
  if (count?.value !== undefined && gigabytes >= 50) {
    yield {
      severity: 'info',
      message: t('The logs of DMS and DSS may take {0} GB on this node.', Math.round(gigabytes)),
      range: count.valueRange,
    };
  }
});

const onDemandDual = warning('ondemand-in-dual-cluster', function* (input) {
  const recovery = setting(input, 'ss_enable_ondemand_recovery');
  const mode = setting(input, 'ss_disaster_mode')?.value;
  if (recovery?.value === true && (mode === 'dorado' || mode === 'stream')) {
    yield {
      message: t('On-demand recovery is not supported in a dual cluster.'),
      range: recovery.valueRange,
      fixes: () => [fix(t('Write {0}', 'off'), { range: recovery.valueRange, newText: 'off' })],
    };
  }
});

const commPorts = warning('comm-port-unused', function* (input) {
  const preload = textOf(input, 'shared_preload_libraries') ?? '';
  for (const name of ['comm_sctp_port', 'comm_control_port']) {
    const each = setting(input, name);
    if (each?.value !== undefined && !preload.includes('spqplugin')) {
      yield {
        severity: 'hint',
        message: t('{0} is opened only with resource pooling and the spqplugin library.', name),
        range: each.nameRange,
      };
    }
  }
});

/** Names that the shared-storage synchronisation leaves to each node (walreceiver.cpp, g_reserve_param). */
const nodeLocal =
  /^(?:application_name|archive_(?:command|dest)|audit_directory|available_zone|comm_(?:control|sctp)_port|listen_addresses|local_bind_address|log_directory|port|(?:cross_cluster_)?replconninfo[1-8]|repl_(?:uuid|auth_mode)|ssl\w*|synchronous_standby_names|(?:perf|query_log|asp_log)_directory|xlog_(?:file_size|file_path|lock_file_path)|(?:stream_)?cluster_run_mode|recovery_min_apply_delay|sync_config_strategy|enable_huge_pages|huge_page_size|(?:dcf|uwal)_\w+|ss_(?:enable_dss|enable_dms|enable_catalog_centralized|instance_id|dss_conn_path|rdma_work_config|ock_log_path|scrlock_server_port|enable_ondemand_recovery|enable_ondemand_realtime_build|disaster_mode))$/;

const overwritten = warning('sync-overwrites', function* (input) {
  const { context, catalogue, reading } = input;
  const { node, cluster } = context;
  const follower = node !== undefined && cluster !== undefined && cluster.nodes[0]?.id !== node.id;
  if (!follower || !since(catalogue.version, '7.0.0-RC1') || !isOn(input, 'ss_enable_dms')) {
    return;
  }
  const names = [...reading.settings.values()].filter(
    ({ key, parameter }) => parameter !== undefined && !nodeLocal.test(key),
  );
  const [first] = names;
  if (first !== undefined) {
    yield {
      severity: 'info',
      message: t(
        'The primary node of this cluster overwrites {0} of these settings with its own, {1} among them; change them there.',
        names.length,
        first.name,
      ),
      range: first.nameRange,
    };
  }
});

export const dualClusterRules: readonly Rule[] = [
  pathWithoutLock,
  lockWithoutPath,
  lockIsData,
  unstableDevice,
  pathWithMode,
  singleWithChannels,
  runModeMissing,
  streamMode,
  applicationName,
  logSize,
  onDemandDual,
  commPorts,
  overwritten,
];
