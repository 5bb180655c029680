import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseGsCtlQuery } from '../../../src/status/gs-ctl-query.ts';
import { parsePgControldata } from '../../../src/status/pg-controldata.ts';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { corpusRuns, withCorpus } from '../../support/corpus.ts';
import { eventually } from './support/client.ts';
import { Nodes } from './support/nodes.ts';

/** A text with everything variable made equal, so that only the layout is left. */
function layout(text: string): string {
  return text
    .replace(/^\[[^\]]*\]\[\d+\]/gm, '[time][pid]')
    .replace(/(datadir is) \S+/g, '$1 dir')
    .replace(/ : \S[^\n]*/g, ' : value')
    .replace(/^( {8}\w+ *): [^\n]*/gm, '$1: value')
    .replace(/process \d+/g, 'process N');
}

describe('a dual cluster of 5.0.0 in the lab', () => {
  let lab: Lab;
  let nodes: Nodes;

  before(async () => {
    lab = await startLab();
    nodes = new Nodes(lab);
  });

  after(async () => {
    nodes.close();
    await lab.stop();
  });

  it('has the four roles, and one sender and one receiver', async () => {
    const seen = await eventually(
      () => Promise.all(lab.nodes.map(({ id }) => nodes.query(id))),
      (all) => all.flatMap(({ senders, receivers }) => [...senders, ...receivers]).length === 2,
    );
    assert.deepEqual(
      seen.map(({ haState }) => haState?.localRole),
      ['Primary', 'Standby', 'Main Standby', 'Standby'],
    );
    assert.equal(seen[0]?.senders[0]?.peerRole, 'StandbyCluster_Standby');
    assert.equal(seen[0].senders[0].state, 'Streaming');
    assert.equal(seen[2]?.receivers[0]?.peerRole, 'Primary');
  });

  it('answers in the layout of the real gs_ctl', withCorpus, async () => {
    const real = corpusRuns().filter(
      ({ cmd, file }) => /^gs_ctl query -D \S+$/.test(cmd) && file.includes('5.0.0/dual'),
    );
    const likeOurs = (kind: 'senders' | 'receivers'): string =>
      layout(real.find(({ stdout }) => parseGsCtlQuery(stdout)[kind].length === 1)?.stdout ?? '');
    assert.equal(
      layout((await nodes.gsCtl('production/dn0', 'query')).stdout),
      likeOurs('senders'),
    );
    assert.equal(
      layout((await nodes.gsCtl('recovery/dn0', 'query')).stdout),
      likeOurs('receivers'),
    );
  });

  it('replicates what is written on the primary and refuses writes elsewhere', async () => {
    const made = await nodes.sql(
      'production/dn0',
      'create table test01(id int) with(segment = on); insert into test01 select generate_series(0,100);',
      '',
    );
    assert.deepEqual(
      [made.code, made.stdout, made.stderr],
      [0, 'CREATE TABLE\nINSERT 0 101\n', ''],
    );
    for (const id of ['production/dn1', 'recovery/dn0', 'recovery/dn1']) {
      await eventually(
        () => nodes.sql(id, 'select count(*), sum(id) from test01'),
        ({ stdout }) => stdout === '101|5050\n',
      );
      const refused = await nodes.sql(id, 'insert into test01 values (1)');
      assert.equal(refused.code, 1);
      assert.equal(refused.stderr, 'ERROR:  cannot execute INSERT in a read-only transaction\n');
    }
  });

  it('advances its LSN with the writes, on both sides', async () => {
    const location = async (id: string): Promise<string | undefined> => {
      const { senders, receivers } = await nodes.query(id);
      return (senders[0] ?? receivers[0])?.receiverReplayLocation;
    };
    const before_ = await location('production/dn0');
    await nodes.sql('production/dn0', 'insert into test01 values (101)');
    const reached = await eventually(
      () => location('recovery/dn0'),
      (seen) => seen !== before_,
    );
    await eventually(
      () => location('production/dn0'),
      (seen) => seen === reached,
    );
  });

  it('prints results and errors as gsql does', async () => {
    const table = await nodes.sql(
      'production/dn0',
      `select 1 as a, 'x|y' as b, null as c union all select 22, '', 'z'`,
      '',
    );
    assert.equal(
      table.stdout,
      ' a  |  b  | c \n----+-----+---\n  1 | x|y | \n 22 |     | z\n(2 rows)\n\n',
    );
    const wrong = await nodes.sql('production/dn0', 'select nosuch');
    assert.equal(wrong.code, 1);
    assert.equal(
      wrong.stderr,
      'ERROR:  column "nosuch" does not exist\nLINE 1: select nosuch\n               ^\nCONTEXT:  referenced column: nosuch\n',
    );
    const { port } = lab.node('production/dn0');
    const script = await nodes.run(
      'production/dn0',
      `printf 'select 1;\\nselec 2;\\nselect 3;\\n' | gsql -p ${port} -A -t -v ON_ERROR_STOP=1`,
    );
    assert.deepEqual([script.code, script.stdout], [3, '1\n']);
    const nobody = await nodes.run('production/dn0', 'gsql -p 1 -c "select 1"');
    assert.deepEqual([nobody.code, nobody.stderr], [2, 'failed to connect Unknown:1.\n']);
  });

  it('answers the server’s own functions on each node', async () => {
    const count = `select count(*) from pg_stat_get_wal_senders() where peer_role = 'StandbyCluster_Standby' and peer_state = 'Normal'`;
    assert.equal((await nodes.sql('production/dn0', count)).stdout, '1\n');
    assert.equal((await nodes.sql('recovery/dn0', count)).stdout, '0\n');
    assert.equal(
      (await nodes.sql('recovery/dn0', 'select local_role from pg_stat_get_stream_replications()'))
        .stdout,
      'Main Standby\n',
    );
    assert.equal((await nodes.sql('recovery/dn0', 'select pg_is_in_recovery()')).stdout, 't\n');
    assert.equal(
      (await nodes.sql('production/dn1', `select setting from pg_settings where name = 'port'`))
        .stdout,
      `${lab.node('production/dn1').port}\n`,
    );
    assert.match(
      (await nodes.sql('production/dn0', 'select version()')).stdout,
      /openGauss 5\.0\.0/,
    );
  });

  it('cancels a statement that takes long', async () => {
    const { port } = lab.node('production/dn0');
    const long = nodes.run('production/dn0', `gsql -p ${port} -A -t -c 'select pg_sleep(60)'`);
    const pid = await eventually(
      async () =>
        (
          await nodes.sql(
            'production/dn0',
            `select pid from pg_stat_activity where query like '%sleep%' and state = 'active' and pid <> pg_backend_pid()`,
          )
        ).stdout.trim(),
      (text) => text !== '',
    );
    assert.equal(
      (await nodes.sql('production/dn0', `select pg_cancel_backend(${pid})`)).stdout,
      't\n',
    );
    assert.match((await long).stderr, /canceling statement due to user request/);
  });

  it('has one system identifier on both sides', async () => {
    const identifiers = await Promise.all(
      ['production/dn0', 'recovery/dn1'].map(async (id) => {
        const socket = `UDS:${lab.node(id).dssHome}/.dss_unix_d_socket`;
        const answer = await nodes.run(
          id,
          `pg_controldata -I 0 --enable-dss --socketpath=${socket} +data`,
        );
        return parsePgControldata(answer.stdout);
      }),
    );
    assert.ok(identifiers[0]?.systemIdentifier);
    assert.equal(identifiers[0].systemIdentifier, identifiers[1]?.systemIdentifier);
    assert.equal(identifiers[1]?.clusterRunMode, 'standby cluster');
  });

  it('lags when the link is broken and catches up when it is mended', async () => {
    await lab.faults.cutLink();
    const alone = await eventually(
      () => nodes.query('recovery/dn0'),
      ({ haState }) => haState?.dbState === 'Need repair',
    );
    assert.equal(alone.haState?.detailInformation, 'Disconnected');
    assert.equal(alone.receivers[0]?.channel, ':0<--:0');
    assert.deepEqual((await nodes.query('production/dn0')).senders, []);
    await nodes.sql('production/dn0', 'create table late(a int)');
    assert.equal((await nodes.sql('recovery/dn1', 'select * from late')).code, 1);
    await lab.faults.healLink();
    await eventually(
      () => nodes.sql('recovery/dn1', 'select count(*) from late'),
      ({ code }) => code === 0,
    );
  });

  it('tells a frozen, a killed and a stopped server apart', async () => {
    lab.faults.freeze('recovery/dn1');
    const frozen = await nodes.gsCtl('recovery/dn1', 'query');
    assert.equal(frozen.code, 0);
    const offline = parseGsCtlQuery(frozen.stdout);
    assert.equal(offline.kind, 'offline');
    assert.match(offline.haState?.detailInformation ?? '', /^wait localhost:\d+ timeout expired/);
    lab.faults.thaw('recovery/dn1');
    assert.equal((await nodes.query('recovery/dn1')).kind, 'online');

    await lab.faults.kill('recovery/dn1');
    const killed = await nodes.gsCtl('recovery/dn1', 'query');
    assert.equal(killed.code, 1);
    assert.match(
      killed.stdout,
      /could not connect to the local server, the postmaster process \d+ is not running$/,
    );
    await lab.faults.start('recovery/dn1');

    const stopped = await nodes.gsCtl('recovery/dn1', 'stop', '-m fast');
    assert.match(stopped.stdout, /waiting for server to shut down\.+ done\nserver stopped\n$/);
    assert.match(
      (await nodes.gsCtl('recovery/dn1', 'query')).stdout,
      /PID file "\S+" does not exist\n/,
    );
    assert.equal((await nodes.gsCtl('recovery/dn1', 'status')).code, 3);
    await lab.faults.killDss('recovery/dn1');
    const noDss = await nodes.gsCtl('recovery/dn1', 'start');
    assert.deepEqual(
      [noDss.code, layout(noDss.stdout)],
      [1, '[time][pid][][gs_ctl]: failed to init dss device\n'],
    );
    await lab.faults.start('recovery/dn1');
  });

  it('counts the rows of a write load, and loses none when the standby catches up', async () => {
    await lab.faults.load(200);
    await eventually(
      () => Promise.resolve(lab.faults.acknowledgedRows),
      (rows) => rows >= 100,
    );
    const rows = lab.faults.acknowledgedRows;
    await lab.faults.load(0);
    await eventually(
      () => nodes.sql('recovery/dn0', 'select count(*) from lab_load'),
      ({ stdout }) => Number(stdout) >= rows,
    );
  });

  it('hands the cluster on to the other node, and its standby follows', async () => {
    const answer = await nodes.gsCtl('production/dn1', 'switchover');
    assert.match(answer.stdout, /switchover completed/);
    await eventually(
      () => Promise.all(['production/dn0', 'production/dn1'].map((id) => nodes.role(id))),
      (roles) => roles.join() === 'Standby,Primary',
    );
    await eventually(
      () => nodes.query('production/dn1'),
      ({ senders }) => senders.length === 1,
    );
    await nodes.sql('production/dn1', 'insert into test01 values (102)');
    await eventually(
      () => nodes.sql('recovery/dn0', 'select count(*) from test01 where id = 102'),
      ({ stdout }) => stdout === '1\n',
    );
  });

  it('refuses a configuration in the server’s words', async () => {
    const { dataDir } = lab.node('recovery/dn1');
    await nodes.gsCtl('recovery/dn1', 'stop');
    await nodes.run(
      'recovery/dn1',
      `cp ${dataDir}/postgresql.conf ${dataDir}/keep; echo 'ss_disaster_mode = dorado' >> ${dataDir}/postgresql.conf`,
    );
    const unknown = await nodes.gsCtl('recovery/dn1', 'start');
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.stdout + unknown.stderr,
      /unrecognized configuration parameter "ss_disaster_mode" in file "\S+" line \d+/,
    );
    assert.match(unknown.stdout, /could not start server\nExamine the log output\.\n$/);
    await nodes.run(
      'recovery/dn1',
      `cp ${dataDir}/keep ${dataDir}/postgresql.conf; echo 'xlog_file_size = 68719476737' >> ${dataDir}/postgresql.conf`,
    );
    const size = await nodes.gsCtl('recovery/dn1', 'start');
    assert.match(
      size.stderr,
      /FATAL: {2}value of "xlog_file_size" 68719476737 must be an integer multiple of 1073741824/,
    );
    await nodes.run('recovery/dn1', `mv ${dataDir}/keep ${dataDir}/postgresql.conf`);
    assert.match((await nodes.gsCtl('recovery/dn1', 'start')).stdout, /server started/);
  });
});
