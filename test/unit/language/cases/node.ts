import type { Case } from './case.ts';
import { conf, legacy, modern, p0, p1, r0, r1, twoSites } from './case.ts';

/** What makes a node one of its cluster: ports, DSS, volumes, cluster manager, who is let in. */
export const nodeCases: readonly Case[] = [
  {
    name: 'a port that is not the topology’s',
    shape: legacy,
    changes: [[p0, conf, 'port = 6600', 'port = 6601']],
    found: [
      `${p0} postgresql-conf port-topology`,
      `${p0} postgresql-conf replconninfo-local-port`,
      `${p0} postgresql-conf replconninfo-local-port`,
    ],
  },
  {
    name: 'a DMS port that is a server’s HA port',
    shape: modern,
    changes: [p0, p1].map((node) => [node, conf, '0:127.0.0.1:6611', '0:127.0.0.1:6701'] as const),
    found: [`${p0} postgresql-conf dms-port-topology`, `${p0} postgresql-conf port-conflict`],
  },
  {
    name: 'a DSS port that is another DSS’s',
    shape: modern,
    changes: [r0, r1].map((node) => [node, 'dssInst', '31000', '30001'] as const),
    found: [`${r0} dss-inst port-conflict`],
  },
  {
    name: 'equal ports on two machines',
    shape: twoSites,
    changes: [r0, r1].map(
      (node) => [node, 'dssInst', /10\.0\.1\.1:31000/, '10.0.1.1:30000'] as const,
    ),
    found: [],
  },
  {
    name: 'an instance id twice',
    shape: modern,
    changes: [[p1, conf, 'ss_instance_id = 1', 'ss_instance_id = 0']],
    found: [
      `${p1} postgresql-conf dms-port-topology`,
      `${p1} postgresql-conf instance-id-duplicate`,
      `${p1} postgresql-conf port-conflict`,
    ],
  },
  {
    name: 'an instance id that the list does not have',
    shape: modern,
    changes: [[p1, conf, 'ss_instance_id = 1', 'ss_instance_id = 5']],
    found: [
      `${p1} postgresql-conf instance-id-not-in-url`,
      `${p1} postgresql-conf instance-id-topology`,
    ],
  },
  {
    name: 'a list without a member',
    shape: modern,
    changes: [
      [p0, conf, ',1:127.0.0.1:6711', ''],
      [p1, conf, ',1:127.0.0.1:6711', ''],
    ],
    found: [
      `${p0} postgresql-conf interconnect-member-missing`,
      `${p1} postgresql-conf instance-id-not-in-url`,
    ],
  },
  {
    name: 'an address of the other site in the list',
    shape: { ...twoSites, version: 'master' },
    changes: [p0, p1].map((node) => [node, conf, '0:10.0.0.1:6611', '0:10.0.1.1:6611'] as const),
    found: [`${p0} postgresql-conf interconnect-address`],
  },
  {
    name: 'the socket of the other node',
    shape: modern,
    changes: [[p1, conf, 'dss_home1/.dss', 'dss_home0/.dss']],
    found: [`${p1} postgresql-conf dss-socket`],
    mends: true,
  },
  {
    name: 'a volume group that DSS does not have',
    shape: modern,
    changes: [p0, p1].map((node) => [node, conf, "'+data'", "'+dat'"] as const),
    found: [p0, p1].map((node) => `${node} postgresql-conf vg-not-listed`),
  },
  {
    name: 'several volume groups in one parameter',
    shape: legacy,
    changes: [p0, p1].map((node) => [node, conf, "'+data'", "'+data,+log'"] as const),
    found: [],
  },
  {
    name: 'other volumes on one node',
    shape: modern,
    changes: [[r1, 'dssVgConf', 'dss_log.dmp', 'dss_log1.dmp']],
    found: [`${r1} dss-vg-conf vg-differs`],
    mends: true,
  },
  {
    name: 'one data volume for both clusters',
    shape: modern,
    changes: [r0, r1].map(
      (node) =>
        [
          node,
          'dssVgConf',
          '/home/omm/recovery/dss_data.dmp',
          '/home/omm/production/dss_data.dmp',
        ] as const,
    ),
    found: [r0, r1].map((node) => `${node} dss-vg-conf vg-shared-data`),
  },
  {
    name: 'the same log volume after the build',
    shape: modern,
    changes: [r0, r1].map(
      (node) =>
        [
          node,
          'dssVgConf',
          '/home/omm/recovery/dss_log.dmp',
          '/home/omm/production/dss_log.dmp',
        ] as const,
    ),
    found: [],
  },
  {
    name: 'different DSS lists',
    shape: modern,
    changes: [[p1, 'dssInst', '30000', '30005']],
    found: [`${p1} dss-inst dss-values-differ`],
    mends: true,
  },
  {
    name: 'a DSS id twice',
    shape: modern,
    changes: [[p1, 'dssInst', 'INST_ID = 1', 'INST_ID = 0']],
    found: [`${p1} dss-inst dss-id-duplicate`, `${p1} dss-inst port-conflict`],
  },
  {
    name: 'one shared memory for two clusters',
    shape: modern,
    changes: [r0, r1].map((node) => [node, 'dssInst', '_SHM_KEY = 2', '_SHM_KEY = 1'] as const),
    found: [r0, r1].map((node) => `${node} dss-inst dss-shm-key`),
    mends: true,
  },
  {
    name: 'the same key on two machines',
    shape: twoSites,
    changes: [r0, r1].map((node) => [node, 'dssInst', '_SHM_KEY = 2', '_SHM_KEY = 1'] as const),
    found: [],
  },
  {
    name: 'one folder of disk locks for both clusters',
    shape: modern,
    changes: [r0, r1].map(
      (node) => [node, 'dssInst', 'locks_recovery', 'locks_production'] as const,
    ),
    found: [r0, r1].map((node) => `${node} dss-inst dss-lock-folder`),
  },
  {
    name: 'two folders of disk locks in a cluster',
    shape: modern,
    changes: [[p1, 'dssInst', 'locks_production', 'locks_1']],
    found: [`${p1} dss-inst dss-lock-folder`],
    mends: true,
  },
  {
    name: 'no disk locks on shared disks',
    shape: modern,
    changes: [p0, p1, r0, r1].map(
      (node) => [node, 'dssInst', /_DISK_LOCK_FILE_PATH.*/, 'STORAGE_MODE = SHARE_DISK'] as const,
    ),
    found: [],
  },
  {
    name: 'DSS with the role of the other site',
    shape: modern,
    changes: [r0, r1].map(
      (node) => [node, 'dssInst', 'cluster_standby', 'cluster_primary'] as const,
    ),
    found: [r0, r1].map((node) => `${node} dss-inst dss-role`),
  },
  {
    name: 'a DSS that listens in another’s folder',
    shape: modern,
    changes: [
      [
        p1,
        'dssInst',
        'LSNR_PATH = /home/omm/ss_hatest/dss_home1',
        'LSNR_PATH = /home/omm/ss_hatest/dss_home0',
      ],
    ],
    found: [
      `${p1} dss-inst dss-home`,
      `${p1} dss-inst dss-listen-folder`,
      `${p1} postgresql-conf dss-socket`,
    ],
  },
  {
    name: 'instances online that do not exist',
    shape: modern,
    changes: [[p0, 'cmConfig', 'BITMAP_ONLINE = 3', 'BITMAP_ONLINE = 7']],
    found: [`${p0} cm-config cm-online-unknown`],
    mends: true,
  },
  {
    name: 'an instance that counts as offline',
    shape: modern,
    changes: [[p0, 'cmConfig', 'BITMAP_ONLINE = 3', 'BITMAP_ONLINE = 1']],
    found: [`${p0} cm-config cm-offline`],
    mends: true,
  },
  {
    name: 'a reformer that does not exist',
    shape: modern,
    changes: [[p0, 'cmConfig', 'REFORMER_ID = 0', 'REFORMER_ID = 4']],
    found: [`${p0} cm-config cm-reformer-unknown`],
  },
  {
    name: 'a stranger who is trusted',
    shape: twoSites,
    changes: [[p0, 'pgHba', undefined, 'host all omm 10.10.10.10/32 trust\n']],
    found: [`${p0} pg-hba hba-stranger`],
  },
  {
    name: 'a stranger with a password and a peer who is trusted',
    shape: twoSites,
    changes: [
      [
        p0,
        'pgHba',
        undefined,
        'host all all 10.10.10.10/32 sha256\nhost all omm 10.0.1.1/32 trust\n',
      ],
    ],
    found: [],
  },
  {
    name: 'a line for SSL without SSL',
    shape: legacy,
    changes: [[p0, 'pgHba', undefined, 'hostssl all all 10.0.0.0/8 sha256\n']],
    found: [`${p0} pg-hba hba-ssl-off`],
  },
  {
    name: 'a line for SSL with SSL',
    shape: legacy,
    changes: [
      [p0, 'pgHba', undefined, 'hostssl all all 10.0.0.0/8 sha256\n'],
      [p0, conf, undefined, 'ssl = on\n'],
    ],
    found: [],
  },
];
