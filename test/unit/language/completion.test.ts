import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { completeConf } from '../../../src/config/language/completion.ts';
import { signatureConf } from '../../../src/config/language/signature.ts';
import type { LanguageContext } from '../../../src/config/language/types.ts';
import { deploymentOf } from './support.ts';
import { aloneContext, cursor, inside, node, taken } from './places.ts';

let alone: LanguageContext;
before(async () => {
  alone = await aloneContext();
});

describe('completion', () => {
  it('proposes names with type, default and effect, the dual cluster’s own first', () => {
    const all = completeConf(cursor('xlog|'), alone);
    const found = all.find((each) => each.label === 'xlog_file_size');
    assert.match(found?.detail ?? '', /int64, 549755813888 \(512 GiB\), after a restart/);
    assert.ok((found?.rank ?? 9) < (all.find((each) => each.label === 'work_mem')?.rank ?? 0));
  });
  it('replaces the whole name and keeps what follows', () => {
    assert.equal(
      taken(cursor('xlog_fi|le = 1\n'), 'xlog_file_size', alone),
      'xlog_file_size = 1\n',
    );
    assert.equal(taken(cursor('  xl|\n'), 'xlog_file_size', alone), '  xlog_file_size = \n');
  });
  it('proposes no name that another version has', () => {
    const names = completeConf(cursor('|'), alone).map((each) => each.label);
    assert.ok(names.includes('cluster_run_mode'));
    assert.ok(!names.includes('ss_disaster_mode'));
  });
  it('proposes words, switches and defaults', () => {
    assert.deepEqual(
      completeConf(cursor('cluster_run_mode = |'), alone).map((each) => each.label),
      ['cluster_primary', 'cluster_standby'],
    );
    assert.deepEqual(
      completeConf(cursor('ss_enable_dss = o|'), alone).map((each) => each.label),
      ['on', 'off'],
    );
    assert.equal(
      taken(cursor("cluster_run_mode = 'cl|'"), "'cluster_standby'", alone),
      "cluster_run_mode = 'cluster_standby'",
    );
  });
  it('knows node and cluster from the topology', async () => {
    const input = await deploymentOf({ version: '5.0.0' });
    const context = inside(input, node, '');
    assert.equal(taken(cursor('port = |'), '6600', context), 'port = 6600');
    assert.equal(
      completeConf(cursor('cluster_run_mode = |'), context)[0]?.label,
      'cluster_primary',
    );
    assert.equal(
      completeConf(cursor('ss_dss_conn_path = |'), context)[0]?.label,
      "'UDS:/home/omm/ss_hatest/dss_home0/.dss_unix_d_socket'",
    );
    assert.ok(
      completeConf(cursor('xlog_file_path = |'), context).some(
        (each) => each.detail === 'production/dn1',
      ),
    );
  });
  it('fills in the other cluster’s nodes', async () => {
    const input = await deploymentOf({ addresses: ['10.0.0.1', '10.0.1.1'] });
    const whole = 'localhost=10.0.0.1 localport=6600 remotehost=10.0.1.1 remoteport=9700';
    const context = inside(input, node, 'port = 6600\n');
    assert.equal(
      taken(cursor('cross_cluster_replconninfo2 = |'), 'all for recovery/dn1', context),
      `cross_cluster_replconninfo2 = '${whole}'`,
    );
    assert.equal(
      taken(cursor("cross_cluster_replconninfo2 = '|'"), 'all for recovery/dn1', context),
      `cross_cluster_replconninfo2 = '${whole}'`,
    );
    assert.deepEqual(
      completeConf(
        cursor("cross_cluster_replconninfo1='localhost=10.0.0.1 localport=|'"),
        context,
      ).map((each) => each.label),
      ['6600', '6601'],
    );
    assert.deepEqual(
      completeConf(
        cursor("cross_cluster_replconninfo1='remotehost=10.0.1.1 remoteport=9|'"),
        context,
      ).map((each) => each.label),
      ['9600', '9700'],
    );
    const keys = completeConf(
      cursor("cross_cluster_replconninfo1='localhost=10.0.0.1 |'"),
      context,
    ).map((each) => each.label);
    assert.ok(keys.includes('localport=') && !keys.includes('localhost='));
  });
  it('is silent in comments', () => {
    assert.deepEqual(completeConf(cursor('port = 1 # po|'), alone), []);
    assert.deepEqual(completeConf(cursor('# po|'), alone), []);
  });
});

describe('signature of a replconninfo', () => {
  const active = (marked: string): number | undefined => signatureConf(cursor(marked))?.active;
  it('follows the keys', () => {
    assert.equal(active("cross_cluster_replconninfo1 = '|"), 0);
    assert.equal(active("cross_cluster_replconninfo1 = 'localhost=1 |"), 1);
    assert.equal(active("cross_cluster_replconninfo1 = 'localhost=1 loc|"), 1);
    assert.equal(active("cross_cluster_replconninfo1 = 'localhost=1 localport=|"), 1);
    assert.equal(
      active("cross_cluster_replconninfo1 = 'localhost=1 localport=2 remotehost=3 remoteport=|'"),
      3,
    );
    assert.equal(
      active(
        "cross_cluster_replconninfo1 = 'localhost=1 localport=2 remotehost=3 remoteport=4, |'",
      ),
      0,
    );
  });
  it('is for replconninfo only, and inside the quotes', () => {
    assert.equal(active("log_directory = '|'"), undefined);
    assert.equal(active("replconninfo1 = 'localhost=1'|"), undefined);
  });
});
