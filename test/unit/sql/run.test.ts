// Running SQL on nodes of the lab, through ssh, sh and gsql.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { FollowOptions, HostPool, Shell } from '../../../src/hosts/shell.ts';
import { compareResults } from '../../../src/operations/sql/compare.ts';
import { resultCsv, resultJson } from '../../../src/operations/sql/export.ts';
import { runSql } from '../../../src/operations/sql/run.ts';
import type { SqlOptions, SqlOutcome } from '../../../src/operations/sql/run.ts';
import { nodeById } from '../../../src/topology/lookups.ts';
import type { Topology } from '../../../src/topology/types.ts';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { openLabPool } from '../../support/lab-pool.ts';

describe('SQL on nodes', () => {
  let lab: Lab;
  let pool: HostPool;
  let topology: Topology;

  before(async () => {
    lab = await startLab({});
    ({ topology, pool } = await openLabPool(lab));
  });
  after(async () => {
    await pool.close();
    await lab.stop();
  });

  const sql = async (
    text: string,
    options: SqlOptions = {},
    id = 'production/dn0',
  ): Promise<SqlOutcome> => {
    const node = nodeById(topology, id);
    assert.ok(node);
    return runSql(await pool.shell(node.host), node, text, options);
  };

  it('runs nothing of a script that has not come whole', async () => {
    await sql('create table cut (a int) with (segment = on); insert into cut values (1), (2)');
    const node = nodeById(topology, 'production/dn0');
    assert.ok(node);
    const shell = await pool.shell(node.host);
    const script = 'delete from cut where a = 1';
    let length = 0;
    const cut = Object.assign(Object.create(shell) as Shell, {
      follow: (command: string, options: FollowOptions) => {
        const input = String(options.input);
        length = input.indexOf(' where a');
        return shell.follow(command, { ...options, input: input.slice(0, length) });
      },
    });
    await runSql(cut, node, script);
    assert.ok(length > 0);
    assert.deepEqual((await sql('select count(*) from cut')).results[0]?.rows, [['2']]);
    assert.deepEqual((await sql(script)).results[0]?.tags, ['DELETE 1']);
    await sql('drop table cut');
  });

  it('hands every character of a script on', async () => {
    // The bytes that some shells use for themselves are among them.
    const text = Array.from({ length: 0x800 }, (_, code) => String.fromCodePoint(code + 0x20))
      .join('')
      .replaceAll("'", "''");
    const outcome = await sql(`select '${text}' as text, '中文\\n%s%% \t' as more`);
    assert.equal(outcome.error, undefined);
    assert.deepEqual(outcome.results[0]?.rows, [[text.replaceAll("''", "'"), '中文\\n%s%% \t']]);
  });

  it('answers each statement with its columns, types, rows, tags and notices', async () => {
    const outcome = await sql(
      `create table t (a int, b text) with (segment = on);
       insert into t values (1, 'x|y'), (2, null), (3, ''), (4, E'two\\nlines');
       select a, b from t order by a; -- a comment
       drop table if exists nosuch;`,
    );
    assert.equal(outcome.error, undefined);
    const [created, inserted, selected, dropped] = outcome.results;
    assert.deepEqual(created?.tags, ['CREATE TABLE']);
    assert.deepEqual(inserted?.tags, ['INSERT 0 4']);
    assert.deepEqual(selected?.columns, [
      { name: 'a', type: 'integer' },
      { name: 'b', type: 'text' },
    ]);
    assert.deepEqual(selected.rows, [
      ['1', 'x|y'],
      ['2', null],
      ['3', ''],
      ['4', 'two\nlines'],
    ]);
    assert.deepEqual(dropped?.tags, ['DROP TABLE']);
    assert.match(outcome.notices.map((one) => one.message).join(), /nosuch/);
    assert.ok(selected);
    assert.equal(resultCsv(selected), 'a,b\n1,x|y\n2,\n3,""\n4,"two\nlines"\n');
    assert.deepEqual(JSON.parse(resultJson(selected)), [
      { a: '1', b: 'x|y' },
      { a: '2', b: null },
      { a: '3', b: '' },
      { a: '4', b: 'two\nlines' },
    ]);
  });

  it('stops at the first error and says where in the script it is', async () => {
    const script = 'select 1;\n\nselect\n  nosuch\nfrom t;\nselect 2;';
    const outcome = await sql(script);
    assert.equal(outcome.results.length, 1);
    assert.match(outcome.error?.message ?? '', /column "nosuch" does not exist/);
    assert.equal(outcome.error?.offset, script.indexOf('nosuch'));
  });

  it('takes as many rows as the limit, and says that there were more', async () => {
    const outcome = await sql('select * from generate_series(1, 5000) as i', { rowLimit: 10 });
    assert.equal(outcome.results[0]?.rows.length, 10);
    assert.equal(outcome.results[0].truncated, true);
    const exact = await sql('select * from generate_series(1, 10) as i', { rowLimit: 10 });
    assert.equal(exact.results[0]?.truncated, false);
  });

  it('cancels on the server, by the signal and by the time limit', async () => {
    const controller = new AbortController();
    // By then it has reached the server, also on a slow machine.
    setTimeout(() => controller.abort(), 1500);
    const began = Date.now();
    const cancelled = await sql('select pg_sleep(60)', { signal: controller.signal });
    assert.equal(cancelled.cancelled, true);
    assert.equal((await sql('select pg_sleep(60)', { timeout: 500 })).cancelled, true);
    // Far below the minute that the statements would have taken; how fast it is, the machine decides.
    assert.ok(Date.now() - began < 30_000);
    // The server itself says so: the statement is not left running there.
    assert.match(cancelled.error?.message ?? '', /cancel/i);
  });

  it('shows the same rows on every node, and marks what differs', async () => {
    const query = 'select a from t order by a';
    const here = (await sql(query)).results[0];
    const there = (await sql(query, {}, 'production/dn1')).results[0];
    assert.ok(here && there);
    assert.equal(compareResults(there, here).same, true);
    const other = (await sql('select case when a = 2 then 7 else a end as a from t order by t.a'))
      .results[0];
    assert.ok(other);
    assert.deepEqual(compareResults(other, here).cells, ['1:0']);
  });

  it("refuses gsql's own commands before anything is run", async () => {
    await assert.rejects(sql('create table never (a int);\n\\! id'), {
      code: 'sql-script-refused',
    });
    assert.match((await sql('select * from never')).error?.message ?? '', /does not exist/);
  });
});
