import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { eventually } from './support/client.ts';
import { Nodes } from './support/nodes.ts';

describe('a dual cluster of 7.0.0 in the lab', () => {
  let lab: Lab;
  let nodes: Nodes;

  before(async () => {
    lab = await startLab({ version: '7.0.0' });
    nodes = new Nodes(lab);
  });

  after(async () => {
    nodes.close();
    await lab.stop();
  });

  it('refuses writes on a follower in its own words', async () => {
    await nodes.sql('production/dn0', 'create table t(a int)');
    const follower = await nodes.sql('production/dn1', 'insert into t values (1)');
    assert.equal(
      follower.stderr,
      'ERROR:  cannot execute INSERT at Standby node while DMS enabled\n',
    );
    const standby = await eventually(
      () => nodes.sql('recovery/dn0', 'insert into t values (1)'),
      ({ stderr }) => !stderr.includes('does not exist'),
    );
    assert.equal(standby.stderr, 'ERROR:  cannot execute INSERT in a read-only transaction\n');
  });

  it('refuses what 5.0.0 takes', async () => {
    const build = await nodes.gsCtl('recovery/dn0', 'build', '-b cross_cluster_full -g 0 -q');
    assert.deepEqual(
      [build.code, build.stdout],
      [1, 'Try "gs_ctl --help" for more information.\n'],
    );
    const { dataDir } = lab.node('production/dn0');
    const guc = await nodes.run(
      'production/dn0',
      `gs_guc set -D ${dataDir} -c "cluster_run_mode=cluster_primary"`,
    );
    assert.equal(guc.code, 1);
    assert.match(guc.stdout, /^ERROR: The name of parameter "cluster_run_mode" is incorrect\./);
    const control = await nodes.run('production/dn0', 'pg_controldata -I 0 --enable-dss +data');
    assert.deepEqual(
      [control.code, control.stderr],
      [
        1,
        `pg_controldata: invalid option -- 'I'\nTry "pg_controldata --help" for more information.\n`,
      ],
    );
  });

  it('keeps its mode in a restart, and loses it in a start without one', async () => {
    await nodes.gsCtl('recovery/dn0', 'restart');
    await eventually(
      () => nodes.role('recovery/dn0'),
      (role) => role === 'Main Standby',
    );
    await nodes.gsCtl('recovery/dn0', 'stop');
    await nodes.gsCtl('recovery/dn0', 'start');
    await eventually(
      () => nodes.role('recovery/dn0'),
      (role) => role === 'Primary',
    );
    await nodes.gsCtl('recovery/dn0', 'stop');
    await nodes.gsCtl('recovery/dn0', 'start', '-o "-z cluster_standby"');
    await eventually(
      () => nodes.query('recovery/dn0'),
      ({ receivers }) => receivers.length === 1,
    );
  });

  it('lets a careless failover make two primaries, and the old one’s history is not taken back', async () => {
    const refused = await nodes.gsCtl('recovery/dn1', 'failover');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /cannot failover server; server is not main standby node in ss double cluster/,
    );
    const done = await nodes.gsCtl('recovery/dn0', 'failover');
    assert.match(done.stdout, / failover completed \(/);
    assert.deepEqual(
      await Promise.all(['production/dn0', 'recovery/dn0'].map((id) => nodes.role(id))),
      ['Primary', 'Primary'],
    );
    await nodes.sql('recovery/dn0', 'insert into t values (2)');
    await nodes.sql('production/dn0', 'insert into t values (1)');
    await nodes.gsCtl('production/dn0', 'stop');
    await nodes.gsCtl('production/dn0', 'start', '-o "-z cluster_standby"');
    const split = await eventually(
      () => nodes.query('production/dn0'),
      ({ haState }) => haState?.detailInformation === 'Timeline not matched',
    );
    assert.equal(split.haState?.dbState, 'Need repair');
  });

  it('builds the old primary anew as a standby', async () => {
    await nodes.gsCtl('production/dn1', 'stop');
    await nodes.gsCtl('production/dn0', 'stop');
    const build = await nodes.gsCtl('production/dn0', 'build', '-b cross_cluster_full -q');
    assert.equal(build.code, 0);
    assert.match(build.stdout, /cross cluster full build build completed\(/);
    assert.match(
      (await nodes.gsCtl('production/dn0', 'querybuild')).stdout,
      /db_state +: Build completed\n/,
    );
    await nodes.gsCtl('production/dn0', 'start', '-o "-z cluster_standby"');
    await eventually(
      () => nodes.sql('production/dn0', 'select a from t'),
      ({ stdout }) => stdout === '2\n',
    );
    await eventually(
      () => nodes.query('recovery/dn0'),
      ({ senders }) => senders.length === 1,
    );
  });
});
