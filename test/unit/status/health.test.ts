import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { assess } from '../../../src/status/health.ts';
import type { Health } from '../../../src/status/health.ts';
import { lagGrows } from '../../../src/status/health-evidence.ts';
import type { HealthEvidence } from '../../../src/status/health-evidence.ts';
import { classifyAnswer } from '../../../src/status/node-state.ts';
import { parsePgControldata } from '../../../src/status/pg-controldata.ts';
import type { NodeState, Snapshot } from '../../../src/status/types.ts';
import type { Topology } from '../../../src/topology/types.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { notRunningText, queryText } from '../../support/query-text.ts';

const time = 1_700_000_000_000;

function stateOf(
  stdout: string,
  more: { code?: number; timedOut?: boolean; stderr?: string } = {},
): NodeState {
  return classifyAnswer({
    stdout,
    stderr: '',
    code: 0,
    timedOut: false,
    time,
    timeout: 1500,
    ...more,
  });
}

const healthy: Readonly<Record<string, NodeState>> = {
  'production/dn0': stateOf(queryText({ role: 'Primary', senders: [{}] })),
  'production/dn1': stateOf(queryText({ role: 'Standby' })),
  'recovery/dn0': stateOf(queryText({ role: 'Main Standby', receiver: {} })),
  'recovery/dn1': stateOf(queryText({ role: 'Standby' })),
};
const unreachable: NodeState = { kind: 'unreachable', time, reason: 'no route' };
const unread: NodeState = { kind: 'unknown', time, reason: 'not read' };

describe('the health of a dual cluster', () => {
  let topology: Topology;
  before(async () => {
    topology = await dualTopology();
  });

  function health(
    changes: Readonly<Record<string, NodeState>> = {},
    evidence: HealthEvidence = {},
  ): Health {
    const snapshot: Snapshot = {
      sequence: 1,
      time,
      nodes: new Map(
        Object.entries({ ...healthy, ...changes }).map(([id, state]) => [id, { id, state }]),
      ),
    };
    return assess(topology, snapshot, evidence);
  }
  const codes = ({ problems }: Health): string[] => problems.map((problem) => problem.code);

  it('is good when one primary sends, one first standby receives and the followers do neither', () => {
    const good = health();
    assert.equal(good.level, 'ok', good.sentence);
    assert.deepEqual(good.problems, []);
    assert.match(good.sentence, /production.*recovery/);
  });

  it('is good in the legacy mode, whose first standby calls itself Standby', () => {
    assert.equal(
      health({ 'recovery/dn0': stateOf(queryText({ role: 'Standby', receiver: {} })) }).level,
      'ok',
    );
  });

  it('is not good because LSNs are equal: without a sender nothing is replicated', () => {
    const bad = health({ 'production/dn0': stateOf(queryText({ role: 'Primary' })) });
    assert.equal(bad.level, 'error');
    assert.deepEqual(codes(bad), ['no-replication']);
  });

  it('is not good with a sender to something else than the other cluster', () => {
    const bad = health({
      'production/dn0': stateOf(queryText({ role: 'Primary', senders: [{ peerRole: 'Standby' }] })),
    });
    assert.deepEqual(codes(bad), ['no-replication']);
  });

  for (const sender of [{ state: 'Catchup' }, { peerState: 'Need repair' }]) {
    it(`is a warning while the sender is ${JSON.stringify(sender)}`, () => {
      const bad = health({
        'production/dn0': stateOf(queryText({ role: 'Primary', senders: [sender] })),
      });
      assert.equal(bad.level, 'warning');
      assert.deepEqual(codes(bad), ['node-degraded']);
    });
  }

  it('is bad when nobody receives', () => {
    assert.deepEqual(
      codes(health({ 'recovery/dn0': stateOf(queryText({ role: 'Main Standby' })) })),
      ['no-main-standby'],
    );
  });

  it('is bad with two primaries, in one cluster or in both', () => {
    const primary = healthy['production/dn0'] ?? unread;
    for (const id of ['production/dn1', 'recovery/dn0']) {
      const bad = health({ [id]: primary });
      assert.equal(bad.level, 'error');
      assert.equal(codes(bad)[0], 'two-primaries');
      assert.deepEqual(bad.problems[0]?.nodes, ['production/dn0', id]);
    }
  });

  it('is bad without a primary', () => {
    const bad = health({ 'production/dn0': stateOf(notRunningText(), { code: 1 }) });
    assert.equal(bad.level, 'error');
    assert.deepEqual(codes(bad), ['no-primary', 'node-offline']);
  });

  it('is a warning when a follower is missing', () => {
    for (const state of [unreachable, stateOf(notRunningText()), stateOf('', { timedOut: true })]) {
      const bad = health({ 'recovery/dn1': state });
      assert.equal(bad.level, 'warning');
      assert.deepEqual(bad.problems[0]?.nodes, ['recovery/dn1']);
    }
  });

  it('is unknown, not bad, while nodes are still unread', () => {
    const some = health({
      'production/dn0': unread,
      'production/dn1': unread,
      'recovery/dn0': unread,
    });
    assert.equal(some.level, 'unknown');
    assert.deepEqual(some.problems, []);
  });

  it('is good after the clusters have exchanged their roles, with a note', () => {
    const switched = health({
      'production/dn0': healthy['recovery/dn0'] ?? unread,
      'recovery/dn0': healthy['production/dn0'] ?? unread,
    });
    assert.equal(switched.level, 'ok', switched.sentence);
    assert.deepEqual(
      switched.notes.map((note) => note.code),
      ['roles-exchanged'],
    );
  });

  it('is a warning when several nodes receive, or one sends twice', () => {
    assert.deepEqual(
      codes(health({ 'recovery/dn1': stateOf(queryText({ role: 'Main Standby', receiver: {} })) })),
      ['role-conflict', 'several-receivers'],
    );
    assert.deepEqual(
      codes(
        health({ 'production/dn0': stateOf(queryText({ role: 'Primary', senders: [{}, {}] })) }),
      ),
      ['several-senders'],
    );
  });

  it('is a warning while the lag grows, not while it comes and goes', () => {
    const lags = (values: readonly number[]): HealthEvidence => ({
      lags: values.map((lag, index) => ({ time: time + index, lag: BigInt(lag) })),
    });
    assert.deepEqual(codes(health({}, lags([0, 10, 20, 30, 40, 50, 60]))), ['lag-growing']);
    assert.equal(health({}, lags([0, 900, 0, 800, 10, 700, 0, 900])).level, 'ok');
    assert.equal(health({}, lags([500, 400, 300, 200, 100, 50])).level, 'ok');
    assert.equal(lagGrows(lags([1, 2]).lags ?? []), false);
  });

  it('is bad when the control file says another mode than the role, or the identifiers differ', () => {
    const control = (mode: string, id: string) =>
      parsePgControldata(
        `pg_control version number:            923\nDatabase system identifier:           ${id}\nCluster run mode:                     ${mode}\n`,
      );
    const evidence = (mode: string, id = '7'): HealthEvidence => ({
      controlData: new Map([
        ['production/dn0', control('primary cluster', '7')],
        ['recovery/dn0', control(mode, id)],
      ]),
    });
    assert.equal(health({}, evidence('standby cluster')).level, 'ok');
    assert.deepEqual(codes(health({}, evidence('primary cluster'))), ['mode-contradiction']);
    assert.deepEqual(codes(health({}, evidence('standby cluster', '8'))), ['system-identifier']);
  });

  it('is a warning when versions differ', () => {
    const versions = (other: string): HealthEvidence => ({
      versions: new Map([
        ['production/dn0', '5.0.5'],
        ['recovery/dn0', other],
      ]),
    });
    assert.equal(health({}, versions('5.0.5')).level, 'ok');
    assert.deepEqual(codes(health({}, versions('6.0.0'))), ['version-skew']);
  });
});

describe('the state of a node', () => {
  it('says why it is not known', () => {
    const missing = stateOf('', { code: 127, stderr: 'sh: 1: gs_ctl: not found' });
    assert.equal(missing.kind, 'unknown');
    assert.match(missing.reason, /GAUSSHOME/);
    const strange = stateOf('Segmentation fault');
    assert.equal(strange.kind, 'unknown');
    assert.match(strange.reason, /Segmentation fault/);
    assert.equal(stateOf('').kind, 'unknown');
  });

  it('is offline when dssserver is down, whatever the server does', () => {
    const state = stateOf('[2024-01-02 03:04:05.678][1][][gs_ctl]: failed to init dss device\n', {
      code: 1,
    });
    assert.equal(state.kind, 'offline');
    assert.match(state.reason, /dssserver/);
  });

  it('is degraded while it is not Normal, with role and reason', () => {
    const state = stateOf(
      queryText({ role: 'Standby', dbState: 'Need repair', detail: 'Disconnected' }),
    );
    assert.ok(state.kind === 'degraded');
    assert.equal(state.role, 'Standby');
    assert.equal(state.reason, 'Need repair, Disconnected');
    assert.equal(stateOf(queryText({ role: 'Unknown' })).kind, 'degraded');
    assert.equal(stateOf(queryText({ role: 'Pending' })).kind, 'degraded');
  });

  it('is judged without the fields that an ordinary user is not shown', () => {
    const text = queryText({ role: 'Primary', senders: [{}] }).replace(
      /\t(peer_state|state|peer_role) .*\n/g,
      '',
    );
    assert.equal(stateOf(text).kind, 'ok');
  });
});
