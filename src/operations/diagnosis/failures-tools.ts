import { t } from '../../base/l10n.ts';
import type { KnownFailure } from './known-failure.ts';

/** Building, gs_initdb, gs_ctl and the upstream scripts. */
export const toolFailures: readonly KnownFailure[] = [
  {
    id: 'initdb-not-empty',
    pattern: /directory "[^"]*" exists but is not empty/,
    weight: 9,
    cause: () => t('The data directory is not empty.'),
    remedy: () => t('Choose another one in the topology; what is in it is left as it is.'),
  },
  {
    id: 'initdb-volume-not-empty',
    pattern:
      /shared storage files of (?:cluster|instance \d+) in the directory "[^"]*" already exists/,
    weight: 9,
    cause: () => t('The volume group holds the data of an earlier set-up.'),
    remedy: () =>
      t('Make sure whose data it is; a volume group that nobody needs has to be made anew.'),
  },
  {
    id: 'initdb-order',
    pattern: /shared storage files .* (?:does not exist|is not completed)/,
    weight: 8,
    cause: () =>
      t(
        'The first node of the cluster has not been initialised, or its initialisation has not ended.',
      ),
    remedy: () => t('Initialise the first node first.'),
  },
  {
    id: 'initdb-password',
    pattern: /[Pp]assw(?:or)?d must contain at least/,
    weight: 9,
    cause: () =>
      t('The password is too simple: at least eight characters of three kinds are wanted.'),
    remedy: () => t('Give another one.'),
  },
  {
    id: 'initdb-node-id',
    pattern: /ss_nodeid is invalid or nodedatainfo not exist/,
    weight: 8,
    cause: () => t('The instance id of the node does not stand in the list of the DMS addresses.'),
    remedy: () => t('Check instanceId and dmsPort of the nodes in the topology.'),
  },
  {
    id: 'gs-ctl-busy',
    pattern:
      /Another gs_ctl command is still running|another \S+ command is running, init_log failed/,
    weight: 8,
    cause: () =>
      t('Another gs_ctl works on the same data directory or writes to the same GAUSSLOG.'),
    remedy: () => t('Wait until it has ended; give each node a GAUSSLOG of its own.'),
  },
  {
    id: 'bad-symbol',
    pattern: /token invaild symbol/,
    weight: 9,
    cause: () =>
      t('A path or environment variable holds one of | ; & $ < > ` \\ !, which the tools refuse.'),
    remedy: () => t('Use a path without it.'),
  },
  {
    id: 'library-missing',
    pattern: /error while loading shared libraries: \S+/,
    weight: 9,
    cause: () =>
      t(
        'A library of openGauss is not found: LD_LIBRARY_PATH does not name $GAUSSHOME/lib, or the installation is incomplete.',
      ),
    remedy: () => t('Check GAUSSHOME in the topology; source the environment file of the node.'),
  },
  {
    id: 'tool-missing',
    pattern: /(?:gaussdb|gs_\w+|dssserver|dsscmd|gsql|pg_controldata): (?:command )?not found/,
    weight: 8,
    cause: () => t('The tool is not in $GAUSSHOME/bin or GAUSSHOME is not set.'),
    remedy: () =>
      t('Set GAUSSHOME under env in the topology to the folder that holds bin and lib.'),
  },
  {
    id: 'gausshome-missing',
    pattern: /GAUSSHOME NOT EXIST/,
    weight: 9,
    cause: () => t('GAUSSHOME is not set in the environment of the script.'),
    remedy: () =>
      t(
        'Set it under env in the topology; each line of an environment file must begin with export.',
      ),
  },
  {
    id: 'dss-script-count',
    pattern: /dssserver start failed, or parameter error/,
    weight: 6,
    cause: () =>
      t(
        'The script counts dssserver processes of the account, and found another number: a port is taken, or there are others.',
      ),
    remedy: () =>
      t('Check ports and the log of DSS, and that nobody else runs a dssserver in this account.'),
  },
  {
    id: 'compile-configure',
    pattern: /configure failed/,
    weight: 7,
    cause: () => t('The third-party package or the compiler does not fit the system.'),
    remedy: () => t('Take the binarylibs package of this system and its compiler.'),
  },
  {
    id: 'option-g',
    pattern: /Try "gs_ctl --help" for more information/,
    weight: 3,
    cause: () =>
      t('gs_ctl does not know an option; “-g 0” of the older guides is one that it refuses.'),
    remedy: () => t('Leave the option out.'),
  },
  {
    id: 'control-version',
    pattern:
      /pg_control version number .* but the server was compiled|database files are incompatible with server/,
    weight: 9,
    cause: () => t('The data was made by another version of the server.'),
    remedy: () => t('Let GAUSSHOME of all nodes name the same version.'),
  },
];
