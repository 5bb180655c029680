import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import type { DeploymentInput, NodeFiles } from '../../../src/config/cluster/deployment.ts';
import { DeploymentLinter } from '../../../src/config/cluster/lint.ts';
import { corpusText, withCorpus } from '../../support/corpus.ts';
import {
  type Change,
  type Shape,
  deploymentOf,
  dualTopology,
  findingsOf,
  lintDeployment,
  listFindings,
  withFix,
} from './support.ts';

const legacy: Shape = { version: '5.0.0' };
const modern: Shape = { version: '7.0.0-RC1' };
const twoSites: Shape = { addresses: ['10.0.0.1', '10.0.1.1'] };

/** Applies all fixes of the findings with a code and expects that nothing is left of it, and nothing new. */
function mend(input: DeploymentInput, code: string): DeploymentInput {
  let current = input;
  for (let round = 0; round < 8; round += 1) {
    const found = [...lintDeployment(current)].flatMap(([key, list]) =>
      list.filter((finding) => finding.code === code).map((finding) => ({ key, finding })),
    );
    const first = found[0];
    if (first === undefined) {
      return current;
    }
    const fix = first.finding.fixes?.[0];
    assert.ok(fix, `${code} has a fix`);
    const before = listFindings(lintDeployment(current));
    current = withFix(current, first.key, fix);
    assert.ok(listFindings(lintDeployment(current)).length < before.length, fix.title);
  }
  assert.fail(`${code} is not mended`);
}

interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly changes: readonly Change[];
  /** `node file code` of each finding. */
  readonly found: readonly string[];
  /** Whether the fixes lead back to files without findings. */
  readonly mends?: true;
}

const conf = 'postgresqlConf';
const p0 = 'production/dn0';
const p1 = 'production/dn1';
const r0 = 'recovery/dn0';
const r1 = 'recovery/dn1';

const cases: readonly Case[] = [
  {
    name: 'localport that is another node’s',
    shape: legacy,
    changes: [[p0, conf, 'localport=6600', 'localport=6700']],
    found: [`${p0} postgresql-conf replconninfo-local-port`],
    mends: true,
  },
  {
    name: 'localport that is nobody’s',
    shape: legacy,
    changes: [[p0, conf, 'localport=6600', 'localport=6650']],
    found: [`${p0} postgresql-conf replconninfo-local-port`],
    mends: true,
  },
  {
    name: 'the HA port as localport',
    shape: legacy,
    changes: [[p0, conf, 'localport=6600', 'localport=6601']],
    found: [],
  },
  {
    name: 'localhost that is the other site’s',
    shape: twoSites,
    changes: [[p0, conf, 'localhost=10.0.0.1', 'localhost=10.0.1.1']],
    found: [`${p0} postgresql-conf replconninfo-local-host`],
    mends: true,
  },
  {
    name: 'localhost that nobody knows',
    shape: twoSites,
    changes: [[p0, conf, 'localhost=10.0.0.1', 'localhost=10.9.0.1']],
    found: [`${p0} postgresql-conf replconninfo-local-host`],
    mends: true,
  },
  {
    name: 'localhost that the node listens on',
    shape: twoSites,
    changes: [
      [p0, conf, 'localhost=10.0.0.1', 'localhost=10.9.0.1'],
      [p0, conf, "'*'", "'127.0.0.1, 10.9.0.1'"],
    ],
    found: [],
  },
  {
    name: 'the loopback as localhost between two sites',
    shape: twoSites,
    changes: [[p0, conf, 'localhost=10.0.0.1', 'localhost=127.0.0.1']],
    found: [`${p0} postgresql-conf replconninfo-local-host`],
    mends: true,
  },
  {
    name: 'a remote end where nobody listens',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=9750']],
    found: [`${p0} postgresql-conf replconninfo-remote-unknown`],
    mends: true,
  },
  {
    name: 'the HA port as remoteport',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=9701']],
    found: [],
  },
  {
    name: 'an entry that leads into the own cluster',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=6700']],
    found: [`${p0} postgresql-conf replconninfo-own-cluster`],
    mends: true,
  },
  {
    name: 'an entry that leads to the node itself',
    shape: twoSites,
    changes: [
      [p0, conf, 'remotehost=10.0.1.1 remoteport=9700', 'remotehost=10.0.0.1 remoteport=6600'],
    ],
    found: [`${p0} postgresql-conf replconninfo-own-cluster`],
    mends: true,
  },
  {
    name: 'two entries to the same node',
    shape: legacy,
    changes: [[p0, conf, 'remoteport=9700', 'remoteport=9600']],
    found: [
      `${p0} postgresql-conf replconninfo-duplicate-remote`,
      `${p0} postgresql-conf replconninfo-missing`,
    ],
  },
  {
    name: 'a missing entry',
    shape: legacy,
    changes: [[r1, conf, /cross_cluster_replconninfo2.*\n/, '']],
    found: [`${r1} postgresql-conf replconninfo-missing`],
    mends: true,
  },
  {
    name: 'a node without any entry',
    shape: twoSites,
    changes: [[p1, conf, /cross_cluster_replconninfo1.*\ncross_cluster_replconninfo2.*\n/, '']],
    // The address of the other site is not in a replconninfo any more, so pg_hba.conf is asked.
    found: [`${p1} postgresql-conf replconninfo-missing`, `${p1} pg-hba hba-peer-missing`],
  },
  {
    name: 'an application_name twice',
    shape: legacy,
    changes: [[r0, conf, 'dn_standby_0', 'dn_primary_1']],
    found: [`${r0} postgresql-conf application-name-duplicate`],
    mends: true,
  },
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

describe('files of all nodes', () => {
  for (const shape of [
    legacy,
    modern,
    twoSites,
    { ...twoSites, version: 'master' as const },
    { size: 4 },
    { version: '6.0.0' as const },
  ]) {
    it(`finds nothing in good files: ${JSON.stringify(shape)}`, async () => {
      const input = await deploymentOf(
        shape,
        shape.version === '6.0.0'
          ? [p0, p1, r0, r1].map(
              (node) =>
                [node, conf, "ss_disaster_mode = 'dorado'", 'ss_enable_dorado = on'] as const,
            )
          : [],
      );
      assert.deepEqual(listFindings(lintDeployment(input)), []);
    });
  }
  for (const { name, shape, changes, found, mends } of cases) {
    it(`${found.length === 0 ? 'allows' : 'finds'} ${name}`, async () => {
      const input = await deploymentOf(shape, changes);
      assert.deepEqual(listFindings(lintDeployment(input)).sort(), [...found].sort());
      if (mends === true) {
        const [code = ''] = findingsOf(input).map((finding) => finding.code);
        assert.deepEqual(listFindings(lintDeployment(mend(input, code))), []);
      }
    });
  }
  it('links to the other node’s line', async () => {
    const input = await deploymentOf(legacy, [[r0, conf, 'dn_standby_0', 'dn_primary_1']]);
    const related = findingsOf(input)[0]?.related?.[0];
    assert.equal(related?.file, `${p1}:postgresql-conf`);
    const text = input.files.get(p1)?.postgresqlConf ?? '';
    assert.equal(text.slice(related.range.start, related.range.end), "'dn_primary_1'");
  });
  it('asks pg_hba.conf for peers that no replconninfo names', async () => {
    const strip = [
      p0,
      conf,
      /cross_cluster_replconninfo1.*\ncross_cluster_replconninfo2.*\n/,
      '',
    ] as const;
    const peer = async (line: string): Promise<string[]> => {
      const input = await deploymentOf(twoSites, [strip, [p0, 'pgHba', undefined, line]]);
      return listFindings(lintDeployment(input)).filter((each) => each.includes('hba-'));
    };
    assert.deepEqual(await peer('# nobody\n'), [`${p0} pg-hba hba-peer-missing`]);
    assert.deepEqual(await peer('host replication omm 10.0.1.1/32 trust\n'), []);
    assert.deepEqual(await peer('host all all 10.0.1.0/24 trust\n'), []);
    assert.deepEqual(await peer('host all all 10.0.1.0/24 sha256\n'), [
      `${p0} pg-hba hba-peer-password`,
    ]);
    assert.deepEqual(await peer('host replication other 10.0.1.1/32 trust\n'), [
      `${p0} pg-hba hba-peer-missing`,
    ]);
  });
  it('is silent before somebody connects the clusters', async () => {
    const topology = dualTopology({});
    const input: DeploymentInput = {
      topology,
      catalogue: await loadCatalogue('5.0.0', 'release'),
      files: new Map(
        topology.clusters.flatMap((cluster) =>
          cluster.nodes.map((node) => [
            node.id,
            { postgresqlConf: `port = ${node.port}\n`, pgHba: 'local all all trust\n' },
          ]),
        ),
      ),
    };
    assert.deepEqual(listFindings(lintDeployment(input)), []);
  });
  it('works when only one file is known', async () => {
    const input = await deploymentOf(legacy);
    const files = new Map([[p0, input.files.get(p0) ?? {}]]);
    assert.deepEqual(listFindings(lintDeployment({ ...input, files })), []);
  });
});

describe('the seed’s own files', withCorpus, () => {
  it('have the mistakes that are known of them', async () => {
    const topology = dualTopology(legacy);
    const hba = corpusText('confs/seed-pg_hba.conf');
    const files = new Map<string, NodeFiles>([
      [
        p0,
        {
          postgresqlConf: `${corpusText('confs/seed-primary-node0.postgresql.conf')}\nxlog_file_size = 68719476736\n`,
          pgHba: hba,
        },
      ],
      [p1, { postgresqlConf: corpusText('confs/seed-primary-node1.postgresql.conf') }],
      [r0, { postgresqlConf: corpusText('confs/seed-standby-node0.postgresql.conf'), pgHba: hba }],
      [r1, { postgresqlConf: corpusText('confs/seed-standby-node1.postgresql.conf') }],
    ]);
    const found = listFindings(
      lintDeployment({ topology, files, catalogue: await loadCatalogue('5.0.0', 'release') }),
    );
    assert.deepEqual(
      [...new Set(found)].sort(),
      [
        `${p0} pg-hba hba-stranger`,
        `${p1} postgresql-conf xlog-file-size-differs`,
        `${r0} pg-hba hba-stranger`,
        `${r0} postgresql-conf xlog-file-size-differs`,
        `${r1} postgresql-conf cluster-values-differ`,
        `${r1} postgresql-conf path-foreign-home`,
        `${r1} postgresql-conf xlog-file-path-differs`,
        `${r1} postgresql-conf xlog-file-size-differs`,
      ].sort(),
    );
  });
  it('of the switchover post have the lock of the other cluster', async () => {
    const cut = (path: string): readonly string[] =>
      corpusText(path)
        .split(/^.*节点\d.*$/m)
        .slice(1);
    const [a, b] = cut('confs/switch-primary-cluster.postgresql.conf');
    const [c, d] = cut('confs/switch-standby-cluster.postgresql.conf');
    const files = new Map(
      [a, b, c, d].map((text, index) => [
        [p0, p1, r0, r1][index] ?? '',
        { postgresqlConf: text ?? '' },
      ]),
    );
    const found = listFindings(
      lintDeployment({
        topology: dualTopology(legacy),
        files,
        catalogue: await loadCatalogue('5.0.0', 'release'),
      }),
    );
    assert.ok(found.includes(`${r0} postgresql-conf xlog-lock-shared`));
    assert.ok(found.includes(`${r1} postgresql-conf xlog-lock-shared`));
  });
});

describe('fixes between files', () => {
  it('each removes its finding and adds none', async () => {
    const inputs = new Map<string, DeploymentInput>();
    for (const each of cases) {
      inputs.set(each.name, await deploymentOf(each.shape, each.changes));
    }
    for (const [name, input] of inputs) {
      const findings = lintDeployment(input);
      const before = listFindings(findings);
      for (const [key, list] of findings) {
        for (const finding of list) {
          for (const fix of finding.fixes ?? []) {
            const left = listFindings(lintDeployment(withFix(input, key, fix)));
            const what = `${name}: ${finding.code}: ${fix.title}`;
            assert.ok(left.length < before.length, `${what}\n${left.join('\n')}`);
            const known = [...before];
            for (const each of left) {
              const at = known.indexOf(each);
              assert.ok(at >= 0, `${what} adds ${each}`);
              known.splice(at, 1);
            }
          }
        }
      }
    }
  });
  it('arbitrary texts never throw', async () => {
    const input = await deploymentOf(modern);
    const linter = new DeploymentLinter();
    const kinds = ['postgresqlConf', 'pgHba', 'dssInst', 'dssVgConf', 'cmConfig'] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(p0, r1),
        fc.constantFrom(...kinds),
        fc.string({ unit: 'binary', maxLength: 120 }),
        fc.nat(400),
        (node, kind, noise, place) => {
          const text = input.files.get(node)?.[kind] ?? '';
          const files = new Map(input.files);
          files.set(node, {
            ...files.get(node),
            [kind]: text.slice(0, place) + noise + text.slice(place + noise.length),
          });
          for (const list of linter.lint({ ...input, files }).values()) {
            for (const finding of list) {
              assert.ok(finding.range.start <= finding.range.end);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
