import { t } from '../../base/l10n.ts';
import type { KnownFailure } from './known-failure.ts';

/** gaussdb at its start, its configuration and its reform. */
export const serverFailures: readonly KnownFailure[] = [
  {
    id: 'unknown-parameter',
    pattern: /unrecognized configuration parameter "[^"]+"/,
    weight: 10,
    cause: () =>
      t(
        'postgresql.conf holds a parameter that this version does not know, such as cluster_run_mode from 5.1.0 on.',
      ),
    remedy: () => t('Remove the line or replace the parameter; the linter names the replacement.'),
  },
  {
    id: 'invalid-value',
    pattern: /invalid value for parameter "[^"]+"|is outside the valid range for parameter/,
    weight: 9,
    cause: () => t('A parameter in postgresql.conf has a value that the server does not take.'),
    remedy: () => t('Correct the value; the linter marks the line.'),
  },
  {
    id: 'conf-errors',
    pattern: /configuration file "[^"]*" contains errors/,
    weight: 5,
    cause: () => t('postgresql.conf holds an error; the line before in the log names it.'),
    remedy: () => t('Open the configuration of the node and mend what is underlined.'),
  },
  {
    id: 'hba-load',
    pattern: /could not load pg_hba\.conf/,
    weight: 8,
    cause: () =>
      t('pg_hba.conf holds a line that is not right; the line before in the log names it.'),
    remedy: () => t('Mend the line.'),
  },
  {
    id: 'hba-entry',
    pattern: /no pg_hba\.conf entry for/,
    weight: 10,
    cause: () =>
      t('pg_hba.conf of the node that was asked has no line that lets this host and user in.'),
    remedy: () => t('Add a line for the address on the serving node and reload it.'),
  },
  {
    id: 'hba-trust-remote',
    pattern: /Forbid remote connection with (?:trust method|initial user)/,
    weight: 9,
    cause: () =>
      t('The server refuses remote clients by trust, and remote logins of the initial user.'),
    remedy: () =>
      t('Use sha256 and another user for clients; trust lines are for the nodes themselves.'),
  },
  {
    id: 'port-taken',
    pattern:
      /could not create (?:ha )?listen socket for|could not bind IPv4 socket|Address already in use|port:\d+ already in use|could not create Unix-domain socket/i,
    weight: 8,
    cause: () => t('A port of the node is taken. A node needs its port and the one above it.'),
    remedy: () =>
      t(
        'Stop what uses it or change the port of the node in the topology and in both clusters’ entries.',
      ),
  },
  {
    id: 'dms-port',
    pattern: /failed to initialize dms, errno:\s*(?:308|309)/,
    weight: 9,
    cause: () =>
      t(
        'The port of this node in ss_interconnect_url is taken, or its address is not one of this machine.',
      ),
    remedy: () =>
      t(
        'Free the port, or change dmsPort in the topology and ss_interconnect_url on all nodes of the cluster.',
      ),
  },
  {
    id: 'dms-version',
    pattern: /dms library version is not matched/,
    weight: 10,
    cause: () => t('The DMS library was built from another commit than the server expects.'),
    remedy: () =>
      t(
        'Check out the commits that src/gausskernel/ddes/ddes_commit_id of the server names, and build CBB, DSS and DMS again.',
      ),
  },
  {
    id: 'startup-alone',
    pattern: /could not fork new process for connection due to PMstate PM_STARTUP/,
    weight: 7,
    cause: () =>
      t(
        'The node waits for the reform: in the simulation all nodes that cm_config.ini calls online must be started.',
      ),
    remedy: () =>
      t('Start the other nodes of the cluster, or set BITMAP_ONLINE to this node alone.'),
  },
  {
    id: 'first-reform',
    pattern: /first-round reform failed, shutdown now/,
    weight: 6,
    cause: () => t('The first reform of a starting node failed, and it has shut down by design.'),
    remedy: () => t('Start it again.'),
  },
  {
    id: 'in-reform',
    pattern: /failed to request snapshot as current node is in reform/,
    weight: 3,
    cause: () => t('The cluster is in reform.'),
    remedy: () => t('Wait and ask again.'),
  },
  {
    id: 'dss-and-dms',
    pattern: /ss_enable_dms and ss_enable_dss must be turned on or off simultaneously/,
    weight: 10,
    cause: () => t('ss_enable_dss and ss_enable_dms differ.'),
    remedy: () => t('Turn both on.'),
  },
  {
    id: 'option-z',
    pattern: /the options of -z is not recognized/,
    weight: 10,
    cause: () => t('-z knows cluster_primary and cluster_standby only.'),
    remedy: () => t('Start with one of the two.'),
  },
  {
    id: 'semaphores-removed',
    pattern: /semop\(id=\d+\) failed: (?:Identifier removed|Invalid argument)/,
    weight: 9,
    cause: () =>
      t(
        'Shared memory or semaphores of the user were removed: RemoveIPC of systemd at a logout, or a script that clears them all.',
      ),
    remedy: () =>
      t(
        'Set RemoveIPC=no in /etc/systemd/logind.conf; do not run ha_test.sh in an account with other instances.',
      ),
  },
  {
    id: 'shared-memory',
    pattern: /could not create shared memory segment/,
    weight: 8,
    cause: () => t('The system does not give as much shared memory as shared_buffers wants.'),
    remedy: () => t('Lower shared_buffers or raise kernel.shmmax and kernel.shmall.'),
  },
  {
    id: 'no-space',
    pattern: /No space left on device|Disk quota exceeded|File too large/i,
    weight: 10,
    cause: () => t('The disk is full.'),
    remedy: () => t('Make room on the file system that the line names, then go on.'),
  },
  {
    id: 'permission',
    pattern: /Permission denied|Operation not permitted/,
    weight: 4,
    cause: () => t('The user of the database may not use a file, folder or device.'),
    remedy: () =>
      t(
        'Give it to that user (chown); devices lose their owner at a reboot unless a udev rule keeps it.',
      ),
  },
  {
    id: 'data-folder-owner',
    pattern: /data directory "[^"]*" has (?:wrong ownership|group or world access)/,
    weight: 9,
    cause: () => t('The data directory belongs to another user or others may read it.'),
    remedy: () => t('chown it to the user of the database and set mode 0700.'),
  },
  {
    id: 'read-only',
    pattern: /cannot execute \w+(?: \w+)? (?:in a read-only transaction|at Standby node)/,
    weight: 6,
    cause: () =>
      t(
        'This node is a standby or belongs to the recovery cluster; a full disk makes a primary read-only, too.',
      ),
    remedy: () => t('Write on the first node of the primary cluster.'),
  },
  {
    id: 'senders-limit',
    pattern: /max_wal_senders must be less than max_connections/,
    weight: 9,
    cause: () => t('max_wal_senders is as large as max_connections or larger.'),
    remedy: () => t('Lower it or raise max_connections.'),
  },
  {
    id: 'root',
    pattern:
      /cannot be run as root|can ?not run .* as root|"root" execution of the .* server is not permitted/i,
    weight: 9,
    cause: () => t('openGauss refuses to run as root.'),
    remedy: () => t('Connect as the user of the database.'),
  },
];
