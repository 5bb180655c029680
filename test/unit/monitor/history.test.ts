import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { History } from '../../../src/monitor/history.ts';
import { Ring } from '../../../src/monitor/ring.ts';
import { parseVersion } from '../../../src/monitor/version.ts';
import { classifyAnswer } from '../../../src/status/node-state.ts';
import type { Snapshot } from '../../../src/status/types.ts';
import { formatLsn } from '../../../src/status/lsn.ts';
import type { Topology } from '../../../src/topology/types.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { queryText } from '../../support/query-text.ts';

describe('history', () => {
  let topology: Topology;
  before(async () => {
    topology = await dualTopology();
  });

  function snapshot(time: number, stdout: string, read = time): Snapshot {
    const state = classifyAnswer({
      stdout,
      stderr: '',
      code: 0,
      timedOut: false,
      time: read,
      timeout: 1,
    });
    const id = 'production/dn0';
    return { sequence: 1, time, nodes: new Map([[id, { id, state }]]) };
  }
  const primary = (sent: number, replayed = sent): string =>
    queryText({
      role: 'Primary',
      senders: [{ sent: formatLsn(BigInt(sent)), replayed: formatLsn(BigInt(replayed)) }],
    });

  it('has the lag and the bytes written per second', () => {
    const history = new History(topology);
    history.add(snapshot(1000, primary(1000, 900)));
    history.add(snapshot(3000, primary(5000, 4000)));
    assert.deepEqual(history.curve, [
      { time: 1000, lag: 100n, writeRate: undefined },
      { time: 3000, lag: 1000n, writeRate: 2000 },
    ]);
  });

  it('counts a reading once, however many snapshots show it', () => {
    const history = new History(topology);
    history.add(snapshot(1000, primary(1000)));
    history.add(snapshot(1500, primary(1000), 1000));
    history.add(snapshot(1800, primary(1000), 1000));
    assert.equal(history.curve.length, 1);
  });

  it('has a gap while no primary is seen, and no rate over the gap or backwards', () => {
    const history = new History(topology);
    history.add(snapshot(1000, primary(1000)));
    history.add(snapshot(2000, ''));
    history.add(snapshot(3000, ''));
    history.add(snapshot(4000, primary(9000)));
    history.add(snapshot(5000, primary(100)));
    assert.deepEqual(
      history.curve.map((sample) => [sample.time, sample.lag, sample.writeRate]),
      [
        [1000, 0n, undefined],
        [2000, undefined, undefined],
        [4000, 0n, undefined],
        [5000, 0n, undefined],
      ],
    );
  });

  it('has a gap where nobody was watching', () => {
    const history = new History(topology);
    history.pause(500);
    history.add(snapshot(1000, primary(1000)));
    history.pause(1500);
    history.pause(1600);
    history.add(snapshot(9000, primary(9000)));
    assert.deepEqual(
      history.curve.map((sample) => [sample.time, sample.lag, sample.writeRate]),
      [
        [1000, 0n, undefined],
        [1500, undefined, undefined],
        [9000, 0n, undefined],
      ],
    );
  });

  it('keeps no more than its size', () => {
    const history = new History(topology, 10);
    for (let index = 1; index <= 1000; index += 1) {
      history.add(
        snapshot(index * 1000, index % 2 === 0 ? primary(index) : queryText({ role: 'Standby' })),
      );
    }
    assert.equal(history.curve.length, 10);
    assert.equal(history.curve.at(-1)?.time, 1000_000);
    assert.equal(history.events.length, 10);
    assert.equal(history.lags.length, 10);
  });
});

describe('a ring', () => {
  it('keeps the newest in order', () => {
    const ring = new Ring<number>(3);
    assert.deepEqual(ring.newest(2), []);
    for (const item of [1, 2, 3, 4, 5]) {
      ring.push(item);
    }
    assert.deepEqual(ring.toArray(), [3, 4, 5]);
    assert.deepEqual(ring.newest(2), [4, 5]);
    assert.deepEqual(ring.newest(9), [3, 4, 5]);
  });
});

describe('the version of an installation', () => {
  it('is read with its build, and mapped to the rules that hold', () => {
    assert.deepEqual(
      parseVersion(
        'gsql (openGauss 5.0.5 build c9f6da70) compiled at 2026-11-22 07:36:05 commit 0 last mr  release\n',
      ),
      {
        name: '5.0.5',
        rules: '5.0.0',
        build: 'c9f6da70',
      },
    );
    assert.equal(
      parseVersion('gaussdb (openGauss 7.0.0-RC2 build 7e1fc94a) compiled at x')?.rules,
      'master',
    );
    assert.equal(parseVersion('gaussdb (openGauss 9.9.9)')?.name, '9.9.9');
    assert.equal(parseVersion('gs_ctl (openGauss) 9.2.4'), undefined);
    assert.equal(parseVersion('bash: gaussdb: command not found'), undefined);
  });
});
