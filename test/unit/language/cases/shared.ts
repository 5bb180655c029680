import type { Case } from './case.ts';
import { conf, legacy, modern, p0, p1, r0, r1, twoSites } from './case.ts';

/** What both clusters share or must not share: redo log, lock file, roles, values, folders. */
export const sharedCases: readonly Case[] = [
  {
    name: 'different lists of nodes in a cluster',
    shape: modern,
    changes: [[p1, conf, '0:127.0.0.1:6611', '0:127.0.0.1:6612']],
    found: [`${p1} postgresql-conf cluster-values-differ`],
    mends: true,
  },
  {
    name: 'the same value in another spelling',
    shape: modern,
    changes: [[p1, conf, 'ss_enable_dss = on', "ss_enable_dss = 'true'"]],
    found: [],
  },
  {
    name: 'a switch that only one node has',
    shape: modern,
    changes: [[p1, conf, undefined, 'ss_enable_ssl = off\n']],
    found: [`${p1} postgresql-conf cluster-values-differ`],
    mends: true,
  },
  {
    name: 'another redo log',
    shape: legacy,
    changes: [
      [
        r1,
        conf,
        '/home/omm/ss_hatest/dorado_shared_disk',
        '/home/omm/ss_hatest/dorado_shared_disk2',
      ],
    ],
    found: [`${r1} postgresql-conf xlog-file-path-differs`],
    mends: true,
  },
  {
    name: 'other device names on real arrays',
    shape: { ...twoSites, profile: 'dorado' },
    changes: [
      [r0, conf, '/home/omm/ss_hatest/dorado_shared_disk', '/dev/mapper/xlog_b'],
      [r1, conf, '/home/omm/ss_hatest/dorado_shared_disk', '/dev/mapper/xlog_b'],
    ],
    found: [],
  },
  {
    name: 'a follower without the redo log',
    shape: legacy,
    changes: [[p1, conf, /xlog_file_path.*\n/, '']],
    found: [`${p1} postgresql-conf xlog-file-path-missing`],
    mends: true,
  },
  {
    name: 'a size that only one node names',
    shape: legacy,
    changes: [p1, r0, r1].map((node) => [node, conf, /xlog_file_size.*\n/, ''] as const),
    found: [p1, r0, r1].map((node) => `${node} postgresql-conf xlog-file-size-differs`),
    mends: true,
  },
  {
    name: 'a size that is not the topology’s',
    shape: { ...legacy, xlog: { size: 1n << 37n } },
    changes: [p0, p1, r0].map((node) => [node, conf, '68719476736', '137438953472'] as const),
    found: [`${r1} postgresql-conf xlog-file-size-differs`],
    mends: true,
  },
  {
    name: 'a path that is not the topology’s',
    shape: { ...legacy, xlog: { path: '/home/omm/ss_hatest/xlog' } },
    changes: [],
    found: [p0, p1, r0, r1].map((node) => `${node} postgresql-conf xlog-file-topology`),
    mends: true,
  },
  {
    name: 'the lock of the other cluster',
    shape: legacy,
    changes: [r0, r1].map(
      (node) => [node, conf, 'shared_lock_standby', 'shared_lock_primary'] as const,
    ),
    found: [r0, r1].map((node) => `${node} postgresql-conf xlog-lock-shared`),
    mends: true,
  },
  {
    name: 'two locks in a cluster',
    shape: legacy,
    changes: [[r1, conf, 'shared_lock_standby', 'shared_lock_standby1']],
    found: [`${r1} postgresql-conf cluster-values-differ`],
    mends: true,
  },
  {
    name: 'a node without the lock',
    shape: legacy,
    changes: [[p1, conf, /xlog_lock_file_path.*\n/, '']],
    found: [`${p1} postgresql-conf xlog-lock-missing`],
    mends: true,
  },
  {
    name: 'one node of a cluster with the other role',
    shape: legacy,
    changes: [[r1, conf, "'cluster_standby'", "'cluster_primary'"]],
    found: [`${r1} postgresql-conf cluster-values-differ`],
    mends: true,
  },
  {
    name: 'two primary clusters',
    shape: legacy,
    changes: [r0, r1].map((node) => [node, conf, /cluster_run_mode.*\n/, ''] as const),
    found: [`${r0} postgresql-conf cluster-role-same`],
    mends: true,
  },
  {
    name: 'roles that contradict the topology',
    shape: legacy,
    changes: [
      ...[p0, p1].map((node) => [node, conf, "'cluster_primary'", "'cluster_standby'"] as const),
      ...[r0, r1].map((node) => [node, conf, "'cluster_standby'", "'cluster_primary'"] as const),
    ],
    found: [p0, r0].map((node) => `${node} postgresql-conf cluster-role-topology`),
  },
  {
    name: 'disaster recovery switched on in one cluster only',
    shape: modern,
    changes: [r0, r1].map((node) => [node, conf, /ss_disaster_mode.*\n/, ''] as const),
    found: [r0, r1].map((node) => `${node} postgresql-conf disaster-mode-differs`),
    mends: true,
  },
  {
    name: 'a home that nobody has',
    shape: legacy,
    changes: [
      [
        r1,
        conf,
        /\/home\/omm\/ss_hatest\/dorado_shared_disk/,
        '/home/zx/ss_hatest/dorado_shared_disk',
      ],
    ],
    found: [
      `${r1} postgresql-conf path-foreign-home`,
      `${r1} postgresql-conf xlog-file-path-differs`,
    ],
  },
  {
    name: 'a path in another node’s folder',
    shape: legacy,
    changes: [[p1, conf, undefined, "log_directory = '/home/omm/ss_hatest/dn0/pg_log'\n"]],
    found: [`${p1} postgresql-conf path-of-other-node`],
  },
  {
    name: 'a path in the own folder',
    shape: legacy,
    changes: [[p1, conf, undefined, "log_directory = '/home/omm/ss_hatest/dn1/pg_log'\n"]],
    found: [],
  },
];
