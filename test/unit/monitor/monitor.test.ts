import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionLost } from '../../../src/hosts/errors.ts';
import type { BatchResult } from '../../../src/hosts/shell.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';
import type { Snapshot } from '../../../src/status/types.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { FakeClock, FakePool, settle } from '../../support/fake-pool.ts';
import { notRunningText, queryText } from '../../support/query-text.ts';

const interval = 2000;

function answer(stdout: string, pid: number | string = 4711): BatchResult {
  return {
    code: 0,
    stdout,
    stderr: `noise\nopengauss-dual-cluster pid ${pid}\n`,
    timedOut: false,
  };
}

const timedOut: BatchResult = { code: 143, stdout: '', stderr: '', timedOut: true };

/** A healthy dual cluster whose nodes a test can change. */
async function lab(openGauss: 'auto' | '5.0.0' = '5.0.0') {
  const topology = await dualTopology(openGauss);
  const clock = new FakeClock();
  const pool = new FakePool();
  const nodes = new Map<string, () => BatchResult | Promise<BatchResult>>([
    ['ss_hatest/dn0', () => answer(queryText({ role: 'Primary', senders: [{}] }))],
    ['ss_hatest/dn1', () => answer(queryText({ role: 'Standby' }))],
    ['ss_hatest1/dn0', () => answer(queryText({ role: 'Main Standby', receiver: {} }))],
    ['ss_hatest1/dn1', () => answer(queryText({ role: 'Standby' }))],
  ]);
  const reply = async (command: string): Promise<BatchResult> => {
    if (command.endsWith('gaussdb -V')) {
      return answer('gaussdb (openGauss 5.0.5 build c9f6da70) compiled at 2024\n');
    }
    const found = [...nodes].find(([path]) => command.includes(`/${path} `));
    assert.ok(found, command);
    return found[1]();
  };
  for (const host of ['prod', 'reco']) {
    pool.answers.set(host, async ({ command }) => reply(command));
  }
  const monitor = new Monitor({ topology, pool, interval, clock });
  const snapshots: Snapshot[] = [];
  monitor.onSnapshot((snapshot) => snapshots.push(snapshot));
  const kinds = (): Record<string, string> =>
    Object.fromEntries(
      [...(monitor.snapshot?.nodes ?? [])].map(([id, { state }]) => [id, state.kind]),
    );
  const reason = (id: string): string => {
    const state = monitor.snapshot?.nodes.get(id)?.state;
    return state !== undefined && 'reason' in state ? state.reason : '';
  };
  return { topology, clock, pool, nodes, monitor, snapshots, kinds, reason };
}

const allOk = {
  'production/dn0': 'ok',
  'production/dn1': 'ok',
  'recovery/dn0': 'ok',
  'recovery/dn1': 'ok',
};

describe('the monitor', () => {
  it('reads all nodes of a host in one round trip, each interval, until it is stopped', async () => {
    const { monitor, pool, clock, kinds } = await lab();
    monitor.start();
    await clock.advance(100);
    assert.deepEqual(kinds(), allOk);
    assert.equal(monitor.health?.level, 'ok');
    assert.equal(pool.batches.length, 2);
    await clock.advance(3 * interval);
    assert.equal(pool.batches.length, 8);
    // Two nodes, and no version after the first time.
    assert.deepEqual(
      pool.batches.map((batch) => batch.commands.length).slice(2),
      [2, 2, 2, 2, 2, 2],
    );
    monitor.setVisible(false);
    await clock.advance(10 * interval);
    assert.equal(pool.batches.length, 8);
    assert.equal(clock.pending, 0);
    assert.deepEqual(kinds(), allOk);
  });

  it('asks with the node’s environment, without GAUSSLOG and without input', async () => {
    const { monitor, pool } = await lab();
    await monitor.refresh();
    const command = pool.batches.find((batch) => batch.host === 'prod')?.commands[0] ?? '';
    assert.match(command, /export DSS_HOME=\/home\/omm\/ss_hatest\/dss_home0;/);
    assert.match(command, /PATH=\/opt\/omm\/openGauss-server\/mppdb_temp_install\/bin:"\$PATH"/);
    assert.match(
      command,
      /unset GAUSSLOG; .*gs_ctl query -D \/home\/omm\/ss_hatest\/dn0 <\/dev\/null/,
    );
  });

  it('publishes immutable snapshots, numbered one by one', async () => {
    const { monitor, snapshots, clock, nodes } = await lab();
    monitor.start();
    await clock.advance(100);
    const first = snapshots.at(-1);
    nodes.set('ss_hatest/dn1', () => answer(notRunningText(), ''));
    await clock.advance(interval);
    assert.equal(first?.nodes.get('production/dn1')?.state.kind, 'ok');
    assert.equal(snapshots.at(-1)?.nodes.get('production/dn1')?.state.kind, 'offline');
    assert.deepEqual(
      snapshots.map((snapshot) => snapshot.sequence),
      snapshots.map((_, index) => index + 1),
    );
    monitor.dispose();
  });

  it('shows what answers while another host hangs, and that one as stale, then well again', async () => {
    const { monitor, pool, clock, kinds, snapshots } = await lab();
    monitor.start();
    await clock.advance(100);
    const well = pool.answers.get('reco');
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    pool.answers.set('reco', async (command, signal) => {
      await hung;
      assert.ok(well);
      return well(command, signal);
    });
    await clock.advance(4 * interval);
    assert.deepEqual(kinds(), { ...allOk, 'recovery/dn0': 'stale', 'recovery/dn1': 'stale' });
    assert.ok(snapshots.length >= 4);
    release();
    await clock.advance(2 * interval);
    assert.deepEqual(kinds(), allOk);
    monitor.dispose();
  });

  it('shows a killed node at the next reading, with the reason', async () => {
    const { monitor, clock, nodes, kinds, reason } = await lab();
    monitor.start();
    await clock.advance(100);
    nodes.set('ss_hatest/dn0', () => answer(notRunningText(), ''));
    await clock.advance(interval);
    assert.deepEqual(kinds(), { ...allOk, 'production/dn0': 'offline' });
    assert.match(reason('production/dn0'), /PID file/);
    assert.equal(monitor.health?.level, 'error');
    monitor.dispose();
  });

  it('asks a frozen node apart from the others, which go on being read, until it answers again', async () => {
    const { monitor, clock, nodes, kinds, pool, reason } = await lab();
    monitor.start();
    await clock.advance(100);
    const well = nodes.get('ss_hatest/dn0');
    assert.ok(well);
    let thaw: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    let patient = false;
    nodes.set('ss_hatest/dn0', async () => {
      if (!patient) {
        patient = true;
        return timedOut;
      }
      await frozen;
      return well();
    });
    await clock.advance(interval);
    assert.deepEqual(kinds(), { ...allOk, 'production/dn0': 'offline' });
    assert.match(reason('production/dn0'), /does not answer/);
    const before = pool.batches.length;
    await clock.advance(5 * interval);
    assert.deepEqual(kinds(), { ...allOk, 'production/dn0': 'offline' });
    const later = pool.batches.slice(before).filter((batch) => batch.host === 'prod');
    assert.ok(later.length >= 4);
    assert.ok(later.every((batch) => batch.commands.length === 1));
    thaw();
    await clock.advance(2 * interval);
    assert.deepEqual(kinds(), allOk);
    monitor.dispose();
  });

  it('shows a host that cannot be reached, keeps the last reading and recovers by itself', async () => {
    const { monitor, clock, pool, kinds } = await lab();
    monitor.start();
    await clock.advance(100);
    pool.refused.set('reco', connectionLost('reco'));
    await clock.advance(interval);
    assert.deepEqual(kinds(), {
      ...allOk,
      'recovery/dn0': 'unreachable',
      'recovery/dn1': 'unreachable',
    });
    const state = monitor.snapshot?.nodes.get('recovery/dn0')?.state;
    assert.ok(state?.kind === 'unreachable');
    assert.equal(state.last?.query.haState?.localRole, 'Main Standby');
    pool.refused.delete('reco');
    await clock.advance(2 * interval);
    assert.deepEqual(kinds(), allOk);
    monitor.dispose();
  });

  it('runs one reading of a host at a time, and one more however many ask meanwhile', async () => {
    const { monitor, pool } = await lab();
    const well = pool.answers.get('prod');
    let running = 0;
    let most = 0;
    pool.answers.set('prod', async (command, signal) => {
      running += 1;
      most = Math.max(most, running);
      await settle();
      running -= 1;
      assert.ok(well);
      return well(command, signal);
    });
    await Promise.all([monitor.refresh(), monitor.refresh(), monitor.refresh(), monitor.refresh()]);
    assert.equal(pool.batches.filter((batch) => batch.host === 'prod').length, 2);
    // The commands of one batch run side by side: two queries and two versions.
    assert.equal(most, 4);
  });

  it('shows what is old as stale when it is looked at again', async () => {
    const { monitor, clock, pool, kinds } = await lab();
    monitor.start();
    await clock.advance(100);
    monitor.stop();
    await clock.advance(60_000);
    pool.answers.set('prod', () => new Promise(() => undefined));
    const levels: (string | undefined)[] = [];
    monitor.onSnapshot(() => levels.push(monitor.health?.level));
    monitor.start();
    await clock.advance(100);
    assert.ok(
      levels.length > 0 && !levels.includes('error'),
      'no alarm before anybody could answer',
    );
    await clock.advance(interval);
    assert.equal(kinds()['production/dn0'], 'stale');
    assert.equal(kinds()['recovery/dn0'], 'ok');
    monitor.dispose();
  });

  it('learns the version of the installations', async () => {
    const { monitor } = await lab('auto');
    assert.equal(monitor.version, undefined);
    await monitor.refresh();
    assert.equal(monitor.version, '5.0.0');
    assert.equal(monitor.versions.get('production/dn0')?.name, '5.0.5');
  });

  it('tells what happened: roles, restarts, nodes down and up', async () => {
    const { monitor, clock, nodes } = await lab();
    const events: string[] = [];
    monitor.onEvent((event) => events.push(`${event.code} ${event.node ?? ''}`));
    monitor.start();
    await clock.advance(100);
    assert.deepEqual(events, []);
    nodes.set('ss_hatest1/dn1', () => answer(notRunningText(), ''));
    await clock.advance(interval);
    nodes.set('ss_hatest1/dn1', () => answer(queryText({ role: 'Standby' }), 5000));
    await clock.advance(interval);
    nodes.set('ss_hatest/dn0', () => answer(queryText({ role: 'Standby' })));
    nodes.set('ss_hatest/dn1', () => answer(queryText({ role: 'Primary' })));
    await clock.advance(interval);
    assert.deepEqual(events, [
      'down recovery/dn1',
      'up recovery/dn1',
      'restarted recovery/dn1',
      'role-changed production/dn0',
      'role-changed production/dn1',
      'replication-lost production/dn1',
    ]);
    assert.equal(monitor.history.events.length, events.length);
    monitor.dispose();
  });
});
