import type { ServerVersion } from '../../topology/types.ts';

/** What differs between versions for whoever deploys and runs a dual cluster. */
export interface ServerModel {
  readonly version: ServerVersion;
  /**
   * How a cluster is told whether it is the primary or the standby one. `parameter`: cluster_run_mode in
   * postgresql.conf (up to 5.0.0). `start-option`: `-z` at every start; a standby cluster that is started without it
   * becomes a primary.
   */
  readonly runMode: 'parameter' | 'start-option';
  /** The redo log of both clusters goes through one file or LUN of its own, xlog_file_path. */
  readonly sharedXlogFile: boolean;
  /** The parameters that switch disaster recovery on, beside the replication channels. */
  readonly disasterParameters: readonly (readonly [string, string])[];
  /** Redo volume groups: one for each node (5.x) or one for the cluster. */
  readonly logGroups: 'per-node' | 'one';
  /** The name of DSS's parameter for the folder of lock files that stand in for SCSI reservations. */
  readonly diskLockKey: 'DISK_LOCK_FILE_PATH' | '_DISK_LOCK_FILE_PATH';
  /** dss_inst.ini has CLUSTER_RUN_MODE. */
  readonly dssRunMode: boolean;
}

const early = {
  runMode: 'start-option',
  sharedXlogFile: false,
  disasterParameters: [['ss_enable_dorado', 'on']],
  dssRunMode: true,
} as const;
const late = {
  runMode: 'start-option',
  sharedXlogFile: false,
  // gs_ctl wants the word in small letters, although the server takes capitals too.
  disasterParameters: [['ss_disaster_mode', 'dorado']],
  logGroups: 'one',
  diskLockKey: '_DISK_LOCK_FILE_PATH',
  dssRunMode: true,
} as const;

const models: Readonly<Record<ServerVersion, ServerModel>> = {
  '5.0.0': {
    version: '5.0.0',
    runMode: 'parameter',
    sharedXlogFile: true,
    disasterParameters: [],
    logGroups: 'per-node',
    diskLockKey: 'DISK_LOCK_FILE_PATH',
    dssRunMode: false,
  },
  '5.1.0': {
    version: '5.1.0',
    ...early,
    logGroups: 'per-node',
    diskLockKey: 'DISK_LOCK_FILE_PATH',
  },
  '6.0.0': { version: '6.0.0', ...early, logGroups: 'one', diskLockKey: '_DISK_LOCK_FILE_PATH' },
  '7.0.0-RC1': { version: '7.0.0-RC1', ...late },
  master: { version: 'master', ...late },
};

/** The model of a version. */
export function serverModel(version: ServerVersion): ServerModel {
  return models[version];
}
