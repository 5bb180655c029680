import { t } from '../../base/l10n.ts';

/** What a key of `dss_inst.ini` or `cm_config.ini` does. */
export function dssKeyText(key: string): string | undefined {
  switch (key) {
    case 'INST_ID':
      return t('Number of this dssserver in its cluster, 0 … 63. It must be in DSS_NODES_LIST.');
    case 'LSNR_PATH':
      return t(
        'Folder of the socket by which the server and the tools reach this dssserver; usually DSS_HOME.',
      );
    case 'DSS_NODES_LIST':
      return t('All dssservers of the cluster as id:address:port, the same on every node.');
    case 'STORAGE_MODE':
      return t(
        'DISK: files or disks locked by files (simulation). SHARE_DISK: LUNs with SCSI reservation. CLUSTER_RAID: LUNs that an array replicates.',
      );
    case 'CLUSTER_RUN_MODE':
      return t(
        'Role of the cluster. In a recovery cluster (cluster_standby) the xlog volume group is read-only.',
      );
    case 'XLOG_VG_ID':
      return t(
        'Which line of dss_vg_conf.ini is the replicated xlog volume group, counted from 0; 0 is not allowed.',
      );
    case '_SHM_KEY':
      return t(
        'Together with INST_ID the key of shared memory: all dssservers of a machine need different pairs.',
      );
    case '_DISK_LOCK_FILE_PATH':
    case 'DISK_LOCK_FILE_PATH':
      return t(
        'Folder of the files that replace disk locks with STORAGE_MODE = DISK: one for a cluster, another for the other cluster.',
      );
    case 'DSS_CM_SO_NAME':
      return t(
        'Library of the cluster manager: libclient.so with CM, empty without, simulation in test builds.',
      );
    case '_LOG_LEVEL':
      return t('Bit mask of what is logged; 7 run log, 255 also debug, 519 by default.');
    case '_LOG_BACKUP_FILE_COUNT':
      return t('How many old log files are kept.');
    case '_LOG_MAX_FILE_SIZE':
      return t('Size at which a log file is closed.');
    case 'LOG_HOME':
      return t('Folder of the logs; empty: log in DSS_HOME.');
    case 'MAX_SESSION_NUMS':
      return t('How many clients may be connected at once.');
    case 'INTERCONNECT_TYPE':
      return t('How dssservers talk to each other; the same on all nodes.');
    case 'INTERCONNECT_CHANNEL_NUM':
      return t('Connections between two dssservers.');
    case 'WORK_THREAD_COUNT':
      return t('Threads that work on messages of other dssservers.');
    case 'RECV_MSG_POOL_SIZE':
      return t('Memory for messages of other dssservers.');
    case 'REFORMER_ID':
      return t('The instance that leads the reform; it becomes the primary at a failover.');
    case 'BITMAP_ONLINE':
      return t(
        'Which instances are online: bit i is the one with ss_instance_id i. 3 = 0 and 1, 1 = only 0, 2 = only 1.',
      );
    case 'LOCK_OWNER_ID':
      return t('The instance that holds the lock of the simulated cluster manager.');
    default:
      return undefined;
  }
}

/** What an authentication method means. */
export function hbaMethodText(method: string): string | undefined {
  switch (method) {
    case 'trust':
      return t(
        'No password. Replication, builds and the tools need it between the nodes; nobody else should have it.',
      );
    case 'reject':
      return t('Nobody comes in by this line.');
    case 'md5':
      return t('A password, hashed with MD5; weak.');
    case 'sha256':
      return t(
        'A password, hashed with SHA-256. The initial user cannot log in with it from another machine.',
      );
    case 'sm3':
      return t('A password, hashed with SM3.');
    case 'cert':
      return t('A client certificate; only with hostssl.');
    case 'gss':
      return t('Kerberos.');
    default:
      return undefined;
  }
}
