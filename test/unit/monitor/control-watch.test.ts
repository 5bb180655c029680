// The control file says as what a cluster runs; when that contradicts the role of its leading node, health says so.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BatchResult } from '../../../src/hosts/shell.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { FakeClock, FakePool } from '../../support/fake-pool.ts';
import { queryText } from '../../support/query-text.ts';

const interval = 2000;
const controlInterval = 30_000;

const answer = (stdout: string): BatchResult => ({ code: 0, stdout, stderr: '', timedOut: false });
const control = (mode: string, identifier = '215046882207054510'): BatchResult =>
  answer(
    `pg_control data\n\npg_control version number:            923\nDatabase system identifier:           ${identifier}\nDatabase cluster state:               in production\n\nreformer data (last page id 64)\n\nReform control version number:        1\nPrimary instance ID:                  0\nCluster status:                       normal\nCluster run mode:                     ${mode}\n`,
  );

async function watched() {
  const clock = new FakeClock();
  const pool = new FakePool();
  const roles = new Map([
    ['ss_hatest/dn0', queryText({ role: 'Primary', senders: [{}] })],
    ['ss_hatest/dn1', queryText({ role: 'Standby' })],
    ['ss_hatest1/dn0', queryText({ role: 'Main Standby', receiver: {} })],
    ['ss_hatest1/dn1', queryText({ role: 'Standby' })],
  ]);
  const controls = new Map([
    ['prod', control('primary cluster')],
    ['reco', control('standby cluster')],
  ]);
  for (const host of ['prod', 'reco']) {
    pool.answers.set(host, ({ command }) => {
      const text = [...roles].find(([path]) => command.includes(`/${path} `))?.[1];
      const said = command.includes('pg_controldata') ? controls.get(host) : undefined;
      return Promise.resolve(said ?? answer(text ?? ''));
    });
  }
  const monitor = new Monitor({
    topology: await dualTopology('5.0.0'),
    pool,
    interval,
    clock,
    controlInterval,
  });
  const codes = (): readonly string[] =>
    (monitor.health?.problems ?? [])
      .map(({ code }) => code)
      .filter((code) => code === 'mode-contradiction' || code === 'system-identifier');
  return { clock, pool, roles, controls, monitor, codes };
}

describe('the control data', () => {
  it('is read of the two leading nodes only, rarely, and not while nothing is watched', async () => {
    const { clock, pool, monitor, codes } = await watched();
    monitor.start();
    await clock.advance(2.5 * controlInterval);
    assert.deepEqual(pool.runs.map(({ host }) => host).sort(), ['prod', 'prod', 'reco', 'reco']);
    assert.deepEqual(codes(), []);
    monitor.stop();
    await clock.advance(10 * controlInterval);
    assert.equal(pool.runs.length, 4);
    monitor.dispose();
  });

  it('that contradicts a role is told when it was read twice, until the role is another one', async () => {
    const { clock, roles, controls, monitor, codes } = await watched();
    controls.set('reco', control('primary cluster'));
    monitor.start();
    await clock.advance(1.5 * controlInterval);
    // A mode is written a moment before or after the role changes.
    assert.deepEqual(codes(), []);
    await clock.advance(controlInterval);
    assert.deepEqual(codes(), ['mode-contradiction']);
    assert.match(monitor.health?.sentence ?? '', /recovery\/dn0/);
    roles.set('ss_hatest1/dn0', queryText({ role: 'Primary', senders: [{}] }));
    await clock.advance(interval);
    assert.deepEqual(codes(), []);
    monitor.dispose();
  });

  it('of two clusters that do not belong together is told', async () => {
    const { clock, controls, monitor, codes } = await watched();
    controls.set('reco', control('standby cluster', '1'));
    monitor.start();
    await clock.advance(2.5 * controlInterval);
    assert.deepEqual(codes(), ['system-identifier']);
    monitor.dispose();
  });

  it('that cannot be read says nothing', async () => {
    const { clock, controls, monitor, codes } = await watched();
    controls.set('reco', answer('pg_controldata: could not open file\n'));
    controls.set('prod', { code: 1, stdout: '', stderr: 'Unknown error 2418', timedOut: false });
    monitor.start();
    await clock.advance(3.5 * controlInterval);
    assert.deepEqual(codes(), []);
    monitor.dispose();
  });
});
