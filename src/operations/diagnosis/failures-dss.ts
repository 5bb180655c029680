import { t } from '../../base/l10n.ts';
import type { KnownFailure } from './known-failure.ts';

/** dssserver, dsscmd and the volumes below. */
export const dssFailures: readonly KnownFailure[] = [
  {
    id: 'dss-shared-memory-exists',
    pattern: /Failed to create shared memory, key=0x\w+.*errno=17|shared memory.*File exists/,
    weight: 9,
    cause: () =>
      t(
        'A shared memory segment of this key exists: another DSS on the host uses the same _SHM_KEY and INST_ID, or one that crashed has left it behind.',
      ),
    remedy: () =>
      t(
        'Give this DSS another _SHM_KEY in dss_inst.ini, or remove just the stale segment with “ipcrm -m <id>”. Never remove all segments.',
      ),
  },
  {
    id: 'dss-inst-id',
    pattern: /the value of 'INST_ID' is invalid/,
    weight: 9,
    cause: () => t('INST_ID in dss_inst.ini is outside 0 to 63 or used twice.'),
    remedy: () => t('Correct dss_inst.ini on all nodes of the cluster.'),
  },
  {
    id: 'dss-port',
    pattern: /Start tcp lsnr failed.*os error:\s*(17|98)|mes_init failed/,
    weight: 8,
    cause: () =>
      t(
        'The port of this DSS in DSS_NODES_LIST is taken, perhaps by a port that the system gave out at random.',
      ),
    remedy: () =>
      t(
        'Free the port or change dssPort of the node in the topology, outside the range of net.ipv4.ip_local_port_range.',
      ),
  },
  {
    id: 'dss-peer-down',
    pattern: /Failed to establish tcp connection to \[[\d.]+\]:\[\d+\], errno 111/,
    weight: 2,
    cause: () =>
      t(
        'The DSS of a peer does not listen yet, or its port in DSS_NODES_LIST is wrong. At the start this is harmless.',
      ),
    remedy: () => t('Start the DSS of the other node; compare DSS_NODES_LIST of both.'),
  },
  {
    id: 'dss-perctrl-capability',
    pattern: /Scsi3 register failed|\[PERCTRL\]\s*rgister failed/,
    weight: 9,
    cause: () =>
      t(
        'The helper perctrl lacks the capability CAP_SYS_RAWIO, as after an installation or a copy of the binaries.',
      ),
    remedy: () => t('sudo setcap CAP_SYS_RAWIO+ep $GAUSSHOME/bin/perctrl'),
  },
  {
    id: 'dss-device-letters',
    pattern: /Scsi3 caw failed/,
    weight: 7,
    cause: () =>
      t(
        'The hosts name the same disk differently (/dev/sdX), so one of them works on the wrong one.',
      ),
    remedy: () =>
      t('Use names that are stable, as those of /dev/disk/by-id, and set the cluster up anew.'),
  },
  {
    id: 'dss-write-protected',
    pattern:
      /Failed to lock vg:|DSS instance failed to load vg:\S+ ctrl|Failed to lock vg, entry_path/,
    weight: 6,
    cause: () =>
      t(
        'The volume cannot be written: the replicated LUN is protected on this side, or its owner or mode is wrong.',
      ),
    remedy: () =>
      t(
        'Look at the replication pair: while installing, it must be split and the protection of the secondary cancelled. Check owner and mode of the device.',
      ),
  },
  {
    id: 'dss-volume-used',
    pattern: /please check volume is used in cluster/,
    weight: 8,
    cause: () =>
      t('The volume holds a volume group already, of an earlier set-up or of somebody else.'),
    remedy: () =>
      t('Make sure whose it is. Only a volume that nobody needs may have its head zeroed.'),
  },
  {
    id: 'dss-not-connected',
    pattern: /Could not connect dssserver|failed to init dss device|Failed to get uds connection/,
    weight: 6,
    cause: () =>
      t(
        'The dssserver of this node does not run, or its socket is missing, elsewhere or of another owner.',
      ),
    remedy: () =>
      t(
        'Start the dssserver of the node; check LSNR_PATH in dss_inst.ini against ss_dss_conn_path, and the owner of the socket.',
      ),
  },
  {
    id: 'dss-storage-mode',
    pattern: /Invalid DSS parameter: RAID|the value of 'STORAGE_MODE' is invalid/,
    weight: 9,
    cause: () => t('STORAGE_MODE = RAID is no longer accepted by this DSS.'),
    remedy: () => t('SHARE_DISK or CLUSTER_RAID for LUNs, DISK for plain files.'),
  },
  {
    id: 'dss-parameter',
    pattern: /Invalid DSS parameter|failed to load params/i,
    weight: 5,
    cause: () => t('dss_inst.ini holds a value that this DSS does not accept.'),
    remedy: () => t('Correct the parameter that the line names, on all nodes of the cluster.'),
  },
  {
    id: 'dss-home-missing',
    pattern: /Environment variant DSS_HOME not found/,
    weight: 9,
    cause: () => t('DSS_HOME is not set in the environment of the command.'),
    remedy: () =>
      t('Source the environment file of the node; each line of it must begin with export.'),
  },
  {
    id: 'device-unavailable',
    pattern: /Unavailable\s+.*0\/2|paths?\s+0\/2/i,
    weight: 4,
    cause: () => t('The LUN is write-protected or not reachable: no path is usable.'),
    remedy: () =>
      t('Check the replication pair and its protection, then rescan the disks of the host.'),
  },
  {
    id: 'dss-pg-control',
    pattern: /could not find the database system|could not open file "\+\w+\/pg_control"/,
    weight: 5,
    cause: () =>
      t(
        'pg_control is not in the volume group: it was never initialised, was removed, or the path to DSS is wrong.',
      ),
    remedy: () =>
      t(
        'Check the socket path and the volume group; a cluster without pg_control has to be initialised or built again.',
      ),
  },
];
