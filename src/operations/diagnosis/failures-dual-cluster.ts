import { t } from '../../base/l10n.ts';
import type { KnownFailure } from './known-failure.ts';

const fullBuild = (): string =>
  t('Build the first standby again from the primary cluster (gs_ctl build -b cross_cluster_full).');

/** What goes wrong between the two clusters. */
export const dualClusterFailures: readonly KnownFailure[] = [
  {
    id: 'reserve-key',
    pattern: /could not reserve the key of .* on /,
    weight: 9,
    cause: () =>
      t(
        'xlog_lock_file_path is not set, so that the server tries to reserve the device by SCSI-3: a plain file has no reservation, or another host holds it.',
      ),
    remedy: () =>
      t(
        'Set xlog_lock_file_path in a simulation; with a device check who has reserved it and the rights on it.',
      ),
  },
  {
    id: 'lock-file-held',
    pattern: /could not lock lock file/,
    weight: 9,
    cause: () =>
      t(
        'Another node holds the lock file: both clusters have the same xlog_lock_file_path, or the old primary is still alive.',
      ),
    remedy: () => t('Give each cluster a lock file of its own; stop the process that holds it.'),
  },
  {
    id: 'lock-file-folder',
    pattern: /could not open file "(?:LOCK|[^"]*lock[^"]*)"/i,
    weight: 6,
    cause: () => t('The lock file cannot be made: its folder is missing or not writable.'),
    remedy: () =>
      t('Create the folder that xlog_lock_file_path names, for the user of the database.'),
  },
  {
    id: 'xlog-size-multiple',
    pattern:
      /value of "xlog_file_size" \d+ must be an integer multiple of|"xlog_file_size" is zero/,
    weight: 9,
    cause: () =>
      t('xlog_file_size is no multiple of the segment size: 1 GiB with DSS, 16 MiB without.'),
    remedy: () =>
      t(
        'Write a number of bytes that is a multiple of 1073741824, for example 68719476736, the same on all nodes.',
      ),
  },
  {
    id: 'xlog-size-update',
    pattern: /could not update share storage size/,
    weight: 8,
    cause: () =>
      t(
        'The head of the shared redo file could not be rewritten: it is not writable, or smaller than xlog_file_size.',
      ),
    remedy: () =>
      t(
        'Check rights and size of xlog_file_path, and that both clusters have the same xlog_file_size.',
      ),
  },
  {
    id: 'system-identifier',
    pattern: /database system version is different between|System id not matched/,
    weight: 9,
    cause: () =>
      t(
        'The clusters have different system identifiers: the first standby was not built from this primary, or the shared file is another one.',
      ),
    remedy: fullBuild,
  },
  {
    id: 'xlog-behind',
    pattern: /the local's head is smaller than The shared storage's head|WAL segment removed/,
    weight: 8,
    cause: () =>
      t(
        'The redo log that this standby needs is no longer in the shared file; it was away for too long.',
      ),
    remedy: fullBuild,
  },
  {
    id: 'xlog-ahead',
    pattern: /the local's tail is bigger than The shared storage's head/,
    weight: 9,
    cause: () =>
      t(
        'This cluster has redo log that the primary does not know: it has run as a primary of its own.',
      ),
    remedy: fullBuild,
  },
  {
    id: 'xlog-diverged',
    pattern:
      /standby's local request lsn|is not valid record|'s crc mismatched|Timeline not matched/,
    weight: 7,
    cause: () => t('The histories of the two clusters have parted.'),
    remedy: fullBuild,
  },
  {
    id: 'xlog-file-missing',
    pattern: /could not open xlog file/,
    weight: 9,
    cause: () =>
      t('The file or device of xlog_file_path is missing, a folder, or not allowed to the user.'),
    remedy: () =>
      t(
        'Check the path on this node. The server never makes the file; “gs_initdb -g <path>” of the primary does.',
      ),
  },
  {
    id: 'xlog-file-header',
    pattern: /could not read dorado ctl info|dorado ctl info maybe damaged/,
    weight: 9,
    cause: () =>
      t('The shared redo file has no valid head: it is empty or was not made by “gs_initdb -g”.'),
    remedy: () =>
      t(
        'Check that xlog_file_path names the file of the primary cluster; if it does, the cluster has to be initialised again.',
      ),
  },
  {
    id: 'replconninfo-listen',
    pattern: /could not create Ha listen socket for ReplConnInfoArr/,
    weight: 9,
    cause: () =>
      t(
        'localhost of a cross_cluster_replconninfo is no address of this machine, or its localport is taken.',
      ),
    remedy: () => t('Let localhost be an address of the node and localport its port.'),
  },
  {
    id: 'channel-list',
    pattern: /the ha connection is not in the channel list/,
    weight: 7,
    cause: () => t('A node connects that no cross_cluster_replconninfo of this node names.'),
    remedy: () => t('Add an entry for each node of the other cluster on every node.'),
  },
  {
    id: 'build-connect',
    pattern:
      /could not get remote node name when cross cluster build|could not connect to server\./,
    weight: 6,
    cause: () =>
      t(
        'The build did not reach the primary: it is not up, not configured, or pg_hba.conf does not let this node in.',
      ),
    remedy: () =>
      t(
        'Start the primary cluster with its disaster recovery parameters first; check cross_cluster_replconninfo, ports and pg_hba.conf.',
      ),
  },
  {
    id: 'build-single-cluster',
    pattern: /build command is not supported in share storage single cluster/,
    weight: 10,
    cause: () =>
      t(
        'gs_ctl does not find ss_disaster_mode = dorado (or stream) in postgresql.conf; it wants the word in small letters.',
      ),
    remedy: () => t('Set ss_disaster_mode = dorado on all nodes of both clusters.'),
  },
  {
    id: 'build-replconninfo',
    pattern: /invalid value for parameter "replconninfo" in postgresql\.conf/,
    weight: 9,
    cause: () =>
      t(
        'gs_ctl finds no usable cross_cluster_replconninfo in postgresql.conf; it wants the value in single quotes.',
      ),
    remedy: () => t('Write an entry for each node of the primary cluster.'),
  },
  {
    id: 'build-running-role',
    pattern: /The local server run as .*,\s*build cannot be executed/,
    weight: 9,
    cause: () => t('The node that is to be built runs as something else than a standby.'),
    remedy: () => t('Stop all nodes of the recovery cluster, then build.'),
  },
  {
    id: 'build-incomplete',
    pattern: /Uncompleted build is detected/,
    weight: 9,
    cause: () => t('An earlier build of this node was interrupted.'),
    remedy: fullBuild,
  },
  {
    id: 'remote-not-primary',
    pattern: /main standby of standby cluster of the remote server must be primary/,
    weight: 7,
    cause: () => t('The first standby reached a node of the other cluster that is no primary.'),
    remedy: () =>
      t(
        'Look at the state of the primary cluster; it goes through all entries by itself once there is a primary.',
      ),
  },
  {
    id: 'both-dorado-and-file',
    pattern: /Do not allow both enable/,
    weight: 9,
    cause: () => t('xlog_file_path is set together with ss_enable_dorado or ss_stream_cluster.'),
    remedy: () =>
      t('Remove xlog_file_path: from 5.1.0 on the redo log is in the volume group of DSS.'),
  },
];
