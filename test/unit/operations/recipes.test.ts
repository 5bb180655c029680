import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { loadCatalogue } from '../../../src/config/catalogue.ts';
import { diagnose } from '../../../src/operations/diagnosis/match.ts';
import { knownFailures } from '../../../src/operations/diagnosis/failures.ts';
import {
  applyConfigurationPlan,
  changedParameters,
  effectOf,
} from '../../../src/operations/recipes/apply-configuration.ts';
import {
  buildFromSourcePlan,
  patchFioDss,
} from '../../../src/operations/recipes/build-from-source.ts';
import { layoutOf, scopeOf } from '../../../src/operations/recipes/layout.ts';
import {
  adaptBuildScript,
  adaptCommonFunctions,
  adaptDssScript,
  adaptHaTest,
} from '../../../src/operations/recipes/upstream-scripts.ts';
import { activeLines } from '../../../src/operations/report-facts.ts';
import { hbaLines, withSettings } from '../../../src/operations/steps/parameters.ts';
import { seedTopology } from './support/seed-topology.ts';

const layout = layoutOf(seedTopology('5.0.0'), undefined);

describe('settings in postgresql.conf', () => {
  it('stand once, in the last place, and are a fixed point', () => {
    const text = "port = 1\n#ss_log_level = 7\nport = 2 # mine\nxlog_file_path = '/a'\n";
    const settings = [
      ['port', '6600'],
      ['ss_log_level', '255'],
      ['xlog_file_path', undefined],
      ['application_name', "'dn_master_0'"],
    ] as const;
    const once = withSettings(text, settings);
    assert.equal(
      once,
      "ss_log_level = 255\nport = 6600 # mine\napplication_name = 'dn_master_0'\n",
    );
    assert.equal(withSettings(once, settings), once);
  });

  it('that are right already are left as they were written', () => {
    const text = "PORT=6600\napplication_name='a'\n";
    assert.equal(
      withSettings(text, [
        ['port', '6600'],
        ['application_name', "'a'"],
      ]),
      text,
    );
  });

  it('let in the peers that no line lets in by trust', () => {
    const peer = { ...layout.standby.first, address: '10.0.0.2' };
    assert.deepEqual(
      hbaLines('host all all 127.0.0.1/32 trust\n', [layout.standby.first], 'omm'),
      [],
    );
    assert.equal(hbaLines('host all all 0.0.0.0/0 sha256\n', [peer, peer], 'omm').length, 2);
    assert.deepEqual(
      hbaLines('host all omm 10.0.0.0/24 trust\nhost all all 0.0.0.0/0 reject\n', [peer], 'omm'),
      [],
    );
  });
});

describe('applying a configuration', () => {
  it('knows what a change needs', async () => {
    const catalogue = await loadCatalogue('5.0.0', 'release');
    const file = (
      before: string,
      after: string,
      name: 'postgresql.conf' | 'pg_hba.conf' = 'postgresql.conf',
    ) => ({ nodeId: 'production/dn0', name, before, after });
    assert.equal(effectOf(file('port = 1\n', 'port = 1\n# a note\n'), catalogue), 'none');
    assert.equal(effectOf(file('', 'ss_log_level = 255\n'), catalogue), 'reload');
    assert.equal(effectOf(file('port = 1\n', 'port = 2\n'), catalogue), 'restart');
    assert.equal(effectOf(file('', 'local all all trust\n', 'pg_hba.conf'), catalogue), 'reload');
    assert.deepEqual(changedParameters('a = 1\nb = 2\n', 'b = 3\na = 1\n'), ['b']);
  });

  it('goes from the followers of the recovery cluster to the primary', async () => {
    const plan = await applyConfigurationPlan(
      layout,
      layout.nodes.map((node) => ({
        nodeId: node.id,
        name: 'postgresql.conf' as const,
        before: '',
        after: 'ss_log_level = 7\n',
      })),
    );
    assert.deepEqual(
      plan.steps.map((step) => step.node),
      ['recovery/dn1', 'recovery/dn0', 'production/dn1', 'production/dn0'],
    );
    await assert.rejects(applyConfigurationPlan(layout, []), { code: 'recipe-refused' });
  });
});

describe('building from source', () => {
  const source =
    'int other()\n{\n    return 1;\n}\n\nint dss_set_server_status_wrapper()\n{\n    return g_dss_device_op.dss_set_main_inst();\n}\n';

  it('changes fio_dss.cpp as the seed does, once', () => {
    const patched = patchFioDss(source);
    assert.equal(
      patched,
      'int other()\n{\n    return 1;\n}\n\nint dss_set_server_status_wrapper()\n{\n    // return g_dss_device_op.dss_set_main_inst();\n    return GS_SUCCESS;\n}\n',
    );
    assert.equal(patchFioDss(patched), patched);
    assert.equal(patchFioDss('int nothing();'), undefined);
  });

  it('goes in the order of the dependencies with the modes of the seed', () => {
    const plan = buildFromSourcePlan({
      topology: seedTopology('master'),
      host: 'local',
      folder: '/src',
      thirdParty: '/tmp/a.tar.gz',
      branch: 'master',
    });
    assert.deepEqual(
      plan.steps.map((step) => step.id),
      [
        'build.third-party',
        'build.cbb',
        'build.dss',
        'build.dms',
        'build.openGauss-server-source',
        'build.patch',
        'build.openGauss-server',
      ],
    );
    const text = JSON.stringify(plan.steps.map((step) => step.scripts));
    for (const mode of ['-m DebugDsstest', '-m DMSTest', '-m Debug']) {
      assert.ok(text.includes(mode));
    }
  });
});

describe("openGauss's own scripts on a copy", () => {
  it('ha_test.sh keeps its test cases from running', () => {
    const text =
      'PGPORT=(1 2)\nSTANDBY_PGPORT=(3 4)\nnodedata_cfg="x"\nfunction testcase()\n{\n    one\n}\nif [ $1 == dual_cluster ]; then a; fi\ntestcase\nexit 0\n';
    const { text: changed } = adaptHaTest(text, layout);
    assert.match(changed, /^PGPORT=\(6600 6700\)$/m);
    assert.match(changed, /^STANDBY_PGPORT=\(9600 9700\)$/m);
    assert.match(changed, /^nodedata_cfg="0:127\.0\.0\.1:6611,1:127\.0\.0\.1:6711"$/m);
    assert.match(changed, /^function testcase\(\)$/m);
    assert.match(changed, /^# testcase$/m);
    assert.doesNotMatch(changed, /^testcase$/m);
    assert.throws(() => adaptHaTest('PGPORT=(1 2)', layout), { code: 'recipe-refused' });
    assert.throws(() => adaptHaTest('dual_cluster', layout), { code: 'recipe-refused' });
  });

  it('the DSS script gets a port and instance ids that are never negative', () => {
    const { text } = adaptDssScript(
      "INST_OFFSET=`expr $UID % 63`\nDSS_PORT_BASE=1\nif [ ${cluster_mode} == 'x' ]; then y; fi\n",
      layout,
    );
    assert.equal(
      text,
      'INST_OFFSET=`expr $UID % 60 + 2`\nDSS_PORT_BASE=30000\nif [ "${cluster_mode}" == \'x\' ]; then y; fi\n',
    );
  });

  it('the disaster recovery scripts lose their known mistakes', () => {
    const common = [
      'PGPORT=(1 2)',
      'function kill_dn()',
      '{',
      '    data_dir=$1',
      '    ps -ef | grep -w $data_dir | xargs kill -9',
      '}',
      'function start_dn()',
      '{',
      '    nohup $BIN_PATH/gaussdb -D $data_dir & 2>&1 &',
      '}',
      'function start_standby_cluster() {',
      '  start_dn $main_standby_dn',
      '  start_dn $standby_dn',
      '}',
      'function assign_dorado_master_parameter()',
      '{',
      '    gs_guc set -D ${SS_DATA_STANDBY}/dn${id} -c "xlog_file_path = 1"',
      '}',
      'echo"checking"',
      '',
    ].join('\n');
    const { text, changes } = adaptCommonFunctions(common, layout);
    assert.doesNotMatch(text, /kill -9|echo"/);
    assert.match(text, /data_dir=\$1\n/);
    assert.match(
      text,
      /nohup \$BIN_PATH\/gaussdb -D \$data_dir >> "\$data_dir\.log" 2>&1 < \/dev\/null &\n/,
    );
    assert.match(text, /DSS_HOME=\$3\/dss_home1\n {2}start_dn \$standby_dn/);
    assert.match(text, /-D \$\{SS_DATA\}\/dn\$\{id\} -c "xlog_file_path/);
    assert.ok(changes.length >= 5);
    const build = adaptBuildScript(
      'source ./common_function.sh\n  gs_ctl build -D x -b cross_cluster_full -g 0 --vgname=+data -q\n',
      layout,
    );
    assert.equal(
      build.text,
      '. "${CURPATH}/common_function.sh"\n  gs_ctl build -D x -b cross_cluster_full --vgname=+data -q || exit 1\n',
    );
  });
});

describe('known failures', () => {
  it('each has a name of its own and words', () => {
    const ids = knownFailures().map((failure) => failure.id);
    assert.equal(new Set(ids).size, ids.length);
    for (const failure of knownFailures()) {
      assert.ok(failure.cause().length > 10 && failure.remedy().length > 3, failure.id);
      assert.equal(failure.pattern.global, false, failure.id);
    }
  });

  const samples: readonly (readonly [string, string])[] = [
    ['FATAL:  could not lock lock file', 'lock-file-held'],
    [
      'LOG:  unrecognized configuration parameter "cluster_run_mode" in file "x" line 3\nFATAL:  configuration file "x" contains errors',
      'unknown-parameter',
    ],
    ['PANIC:  could not open xlog file "/a" : Permission denied', 'xlog-file-missing'],
    ['failed to initialize dms, errno: 308, reason: Tcp port conflict 127.0.0.1:6611', 'dms-port'],
    ['build command is not supported in share storage single cluster', 'build-single-cluster'],
    [
      'FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "omm", database "postgres"',
      'hba-entry',
    ],
    [
      'build connection to 10.0.0.1 failed cause FATAL:  no pg_hba.conf entry for replication connection from host "10.0.0.2", user "omm", SSL off',
      'hba-entry',
    ],
    [
      'FATAL:  database system version is different between shared storage 1 and local 2',
      'system-identifier',
    ],
    [
      'Failed to create shared memory, key=0x2a0000, size=1, errno=17, reason File exists',
      'dss-shared-memory-exists',
    ],
    ['gs_initdb: directory "/a" exists but is not empty', 'initdb-not-empty'],
    ['could not bind IPv4 socket: Address already in use', 'port-taken'],
  ];
  for (const [text, id] of samples) {
    it(`recognises ${id}`, () => {
      assert.equal(diagnose(`something before\n${text}\nand after`)[0]?.id, id);
    });
  }

  it('finds nothing in what is well', () => {
    assert.deepEqual(
      diagnose('server started (/home/omm/ss_hatest/dn0)\nDSS SERVER STARTED.\n'),
      [],
    );
  });
});

describe('the scope of what a plan creates', () => {
  it('depends on what is placed where, not on ports or versions', () => {
    const one = seedTopology('5.0.0');
    const two = {
      ...seedTopology('7.0.0-RC1'),
      clusters: one.clusters.map((cluster) => ({
        ...cluster,
        nodes: cluster.nodes.map((node) => ({ ...node, port: node.port + 1 })),
      })),
    };
    assert.equal(scopeOf(one), scopeOf(two));
    const moved = {
      ...one,
      clusters: one.clusters.map((cluster) => ({
        ...cluster,
        nodes: cluster.nodes.map((node) => ({ ...node, dataDir: `${node.dataDir}x` })),
      })),
    };
    assert.notEqual(scopeOf(one), scopeOf(moved));
  });
});

describe('the configuration in a report', () => {
  it('is without comments and secrets', () => {
    assert.equal(
      activeLines("# note\nport = 1\nssl_key_passwd = 'x'\n"),
      'port = 1\nssl_key_passwd = …',
    );
  });
});
