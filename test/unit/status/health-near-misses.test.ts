// Snapshots that look well and are not, and some that look ill and are well.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { assess } from '../../../src/status/health.ts';
import type { Health } from '../../../src/status/health.ts';
import { lagGrows, lagIsStuck } from '../../../src/status/health-evidence.ts';
import type { HealthEvidence } from '../../../src/status/health-evidence.ts';
import { classifyAnswer } from '../../../src/status/node-state.ts';
import { parsePgControldata } from '../../../src/status/pg-controldata.ts';
import type { NodeState } from '../../../src/status/types.ts';
import type { NodeSpec, Topology } from '../../../src/topology/types.ts';
import { dualTopology } from '../../support/dual-topology.ts';
import { notRunningText, queryText } from '../../support/query-text.ts';
import type { QueryTextOptions } from '../../support/query-text.ts';

const time = 1_700_000_000_000;

function answered(stdout: string): NodeState {
  return classifyAnswer({ stdout, stderr: '', code: 0, timedOut: false, time, timeout: 1500 });
}
const says = (options: QueryTextOptions): NodeState => answered(queryText(options));
/** As the tool prints it for an account that may see process numbers only: NULL is nothing. */
const hidden = (options: QueryTextOptions): NodeState =>
  answered(
    queryText(options).replace(
      /^(\t(?:local_role|peer_role|peer_state|state|sync_\w+|channel|\w+_location) +:).*$/gm,
      (line, head: string) =>
        /local_role +: (Primary|Main Standby)\b/.test(line) ? line : `${head} `,
    ),
  );

const healthy: Readonly<Record<string, NodeState>> = {
  'production/dn0': says({ role: 'Primary', senders: [{}] }),
  'production/dn1': says({ role: 'Standby' }),
  'recovery/dn0': says({ role: 'Main Standby', receiver: {} }),
  'recovery/dn1': says({ role: 'Standby' }),
};
function withoutDss(node: NodeSpec): NodeSpec {
  const copy: { -readonly [K in keyof NodeSpec]: NodeSpec[K] } = { ...node };
  delete copy.dssHome;
  return copy;
}
const unreachable: NodeState = { kind: 'unreachable', time, reason: 'no route' };

interface Case {
  readonly name: string;
  readonly nodes: Readonly<Record<string, NodeState>>;
  readonly level: Health['level'];
  readonly codes: readonly string[];
  readonly sentence?: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a follower of the primary stands alone and takes writes',
    nodes: { 'production/dn1': says({ role: 'Normal' }) },
    level: 'error',
    codes: ['role-conflict'],
    sentence: /takes writes of its own/,
  },
  {
    name: 'a node of the standby cluster stands alone',
    nodes: { 'recovery/dn1': says({ role: 'Normal' }) },
    level: 'error',
    codes: ['role-conflict'],
  },
  {
    name: 'a main standby stands beside the primary',
    nodes: { 'production/dn1': says({ role: 'Main Standby' }) },
    level: 'error',
    codes: ['role-conflict'],
    sentence: /production\/dn1 is Main Standby, although production\/dn0/,
  },
  {
    name: 'a second main standby receives nothing',
    nodes: { 'recovery/dn1': says({ role: 'Main Standby' }) },
    level: 'warning',
    codes: ['role-conflict'],
  },
  {
    name: 'a follower receives in place of the main standby',
    nodes: {
      'recovery/dn0': says({ role: 'Main Standby' }),
      'recovery/dn1': says({ role: 'Standby', receiver: {} }),
    },
    level: 'error',
    codes: ['no-main-standby', 'follower-replicates'],
  },
  {
    name: 'a follower receives beside the main standby',
    nodes: { 'recovery/dn1': says({ role: 'Standby', receiver: {} }) },
    level: 'warning',
    codes: ['follower-replicates'],
  },
  {
    name: 'a follower of the primary receives',
    nodes: { 'production/dn1': says({ role: 'Standby', receiver: {} }) },
    level: 'warning',
    codes: ['follower-replicates'],
  },
  {
    name: 'a follower of the primary sends',
    nodes: { 'production/dn1': says({ role: 'Standby', senders: [{}] }) },
    level: 'warning',
    codes: ['follower-replicates'],
  },
  {
    name: 'the main standby sends on to a cluster',
    nodes: { 'recovery/dn0': says({ role: 'Main Standby', receiver: {}, senders: [{}] }) },
    level: 'warning',
    codes: ['follower-replicates'],
  },
  {
    name: 'the main standby receives from a standby',
    nodes: { 'recovery/dn0': says({ role: 'Main Standby', receiver: { peerRole: 'Standby' } }) },
    level: 'warning',
    codes: ['receiver-peer'],
  },
  {
    name: 'the receiver has no connection',
    nodes: { 'recovery/dn0': says({ role: 'Main Standby', receiver: { channel: ':0<--:0' } }) },
    level: 'warning',
    codes: ['channel-mismatch'],
    sentence: /without a connection/,
  },
  {
    name: 'the receiver leads to another host',
    nodes: {
      'recovery/dn0': says({
        role: 'Main Standby',
        receiver: { channel: '10.0.0.2:41111<--10.0.0.9:6600' },
      }),
    },
    level: 'warning',
    codes: ['channel-mismatch'],
    sentence: /not the two ends of one channel/,
  },
  {
    name: 'the receiver leads to another server on the primary’s host',
    nodes: {
      'recovery/dn0': says({
        role: 'Main Standby',
        receiver: { channel: '10.0.0.2:41111<--10.0.0.1:7700' },
      }),
    },
    level: 'warning',
    codes: ['channel-mismatch'],
  },
  {
    name: 'the primary does not say to whom it sends',
    nodes: { 'production/dn0': hidden({ role: 'Primary', senders: [{}] }) },
    level: 'warning',
    codes: ['replication-hidden'],
    sentence: /MONADMIN/,
  },
  {
    name: 'the host of the primary is out of sight and the main standby still receives',
    nodes: { 'production/dn0': unreachable },
    level: 'warning',
    codes: ['node-unreachable', 'no-primary'],
  },
  {
    name: 'the host of the primary is out of sight and nobody receives',
    nodes: {
      'production/dn0': unreachable,
      'recovery/dn0': says({
        role: 'Main Standby',
        dbState: 'Need repair',
        detail: 'Disconnected',
      }),
    },
    level: 'error',
    codes: ['no-primary', 'node-unreachable', 'node-degraded'],
    sentence: /No node answers as Primary, and production\/dn0 cannot be asked/,
  },
  {
    name: 'the primary is known to be down while the main standby has not noticed yet',
    nodes: { 'production/dn0': answered(notRunningText()) },
    level: 'error',
    codes: ['no-primary', 'node-offline'],
    sentence: /nothing can be written/,
  },
  {
    name: 'the host of the main standby is out of sight and the primary streams to it',
    nodes: { 'recovery/dn0': unreachable },
    level: 'warning',
    codes: ['node-unreachable'],
  },
  {
    name: 'the main standby is known to be down while the primary has not noticed yet',
    nodes: { 'recovery/dn0': answered(notRunningText()) },
    level: 'error',
    codes: ['no-main-standby', 'node-offline'],
  },
  // What is well although it looks otherwise.
  {
    name: 'the receiver’s fields are not shown to the account',
    nodes: { 'recovery/dn0': hidden({ role: 'Main Standby', receiver: {} }) },
    level: 'ok',
    codes: [],
  },
  {
    name: 'addresses are translated on the way',
    nodes: {
      'recovery/dn0': says({
        role: 'Main Standby',
        receiver: { channel: '192.168.7.2:40000<--172.16.0.1:6600' },
      }),
    },
    level: 'ok',
    codes: [],
  },
  {
    name: 'the receiver has connected anew between the two looks',
    nodes: {
      'recovery/dn0': says({
        role: 'Main Standby',
        receiver: { channel: '10.0.0.2:45555<--10.0.0.1:6600' },
      }),
    },
    level: 'ok',
    codes: [],
  },
  {
    name: 'IPv6 addresses are printed without brackets',
    nodes: {
      'production/dn0': says({
        role: 'Primary',
        senders: [{ channel: 'fd00::1:6600-->fd00::2:40000' }],
      }),
      'recovery/dn0': says({
        role: 'Main Standby',
        receiver: { channel: 'fd00::2:40000<--fd00::1:6600' },
      }),
    },
    level: 'ok',
    codes: [],
  },
  {
    name: 'not everything has been sent yet, synchronously or not',
    nodes: { 'production/dn0': says({ role: 'Primary', senders: [{ percent: '97%' }] }) },
    level: 'ok',
    codes: [],
  },
];

describe('health by near misses', () => {
  let topology: Topology;
  before(async () => {
    topology = await dualTopology();
  });
  const health = (
    nodes: Readonly<Record<string, NodeState>>,
    evidence: HealthEvidence = {},
  ): Health =>
    assess(
      topology,
      {
        sequence: 1,
        time,
        nodes: new Map(
          Object.entries({ ...healthy, ...nodes }).map(([id, state]) => [id, { id, state }]),
        ),
      },
      evidence,
    );
  const codes = ({ problems }: Health): string[] => problems.map((problem) => problem.code);

  for (const { name, nodes, level, codes: wanted, sentence } of cases) {
    it(`is ${level} when ${name}`, () => {
      const found = health(nodes);
      assert.deepEqual([found.level, codes(found)], [level, wanted], found.sentence);
      assert.match(found.sentence, sentence ?? /./);
    });
  }

  it('lets followers replicate inside a cluster without DSS', () => {
    const plain: Topology = {
      ...topology,
      clusters: topology.clusters.map((cluster) => ({
        ...cluster,
        nodes: cluster.nodes.map((node) => withoutDss(node)),
      })),
    };
    const snapshot = {
      sequence: 1,
      time,
      nodes: new Map(
        Object.entries({
          ...healthy,
          'production/dn0': says({
            role: 'Primary',
            senders: [{ peerRole: 'Standby', channel: '10.0.0.1:6601-->10.0.0.1:7000' }, {}],
          }),
          'production/dn1': says({ role: 'Standby', receiver: {} }),
        }).map(([id, state]) => [id, { id, state }]),
      ),
    };
    assert.equal(assess(plain, snapshot).level, 'ok', assess(plain, snapshot).sentence);
  });

  it('goes by the sender that streams when another is what is left of a lost connection', () => {
    const found = health({
      'production/dn0': says({
        role: 'Primary',
        senders: [
          { state: 'Startup', sent: '0/0', channel: '' },
          { sent: '2/600', replayed: '2/500' },
        ],
      }),
    });
    assert.deepEqual(codes(found), ['node-degraded', 'several-senders']);
  });

  it('knows no lag where there is no location', () => {
    const found = health({
      'production/dn0': says({ role: 'Primary', senders: [{ sent: '2/600', replayed: '0/0' }] }),
    });
    assert.match(found.sentence, /\? behind/);
  });

  const mebibyte = 1024 * 1024;
  const lagTable: readonly [string, readonly (number | undefined)[], boolean, boolean][] = [
    [
      'a load begins and is kept up with',
      [0, 0, 0, 0, 0, 5, 6, 5, 6, 4, 5, 6, 5, 4, 6],
      false,
      false,
    ],
    ['it wavers around one height', [5, 6, 4, 5, 6, 5, 4, 6, 5, 5, 6, 4, 5, 6, 5], false, false],
    ['it rises, with setbacks', [0, 2, 1, 3, 2, 5, 4, 6, 5, 8, 9, 8, 11, 10, 12], true, false],
    ['nothing is replayed and nothing written', [64, 64, 64, 64, 64, 64], false, true],
    ['nothing is replayed any more after a load', [1, 9, 30, 64, 64, 64, 64, 64, 64], false, true],
    ['there is no lag', [0, 0, 0, 0, 0, 0, 0, 0], false, false],
    ['it is not known in between', [64, 64, undefined, 64, 64, 64], false, false],
    ['it has just been equal', [64, 64, 64], false, false],
  ];
  for (const [name, values, grows, stuck] of lagTable) {
    it(`finds the lag ${grows ? 'growing' : stuck ? 'stuck' : 'well'} when ${name}`, () => {
      const lags = values.map((value, index) => ({
        time: time + index,
        lag: value === undefined ? undefined : BigInt(value * mebibyte),
      }));
      assert.deepEqual([lagGrows(lags), lagIsStuck(lags)], [grows, stuck]);
      assert.deepEqual(
        codes(health({}, { lags })),
        grows ? ['lag-growing'] : stuck ? ['lag-stuck'] : [],
      );
    });
  }

  it('takes an empty system identifier for none, and finds a second one on a later page', () => {
    const page = (id: string): string =>
      `\npg_control data\n\npg_control version number:            923\nDatabase system identifier:           ${id}\n`;
    const evidence = (text: string): HealthEvidence => ({
      controlData: new Map([
        ['production/dn0', parsePgControldata(page('7'))],
        ['recovery/dn0', parsePgControldata(text)],
      ]),
    });
    assert.deepEqual(codes(health({}, evidence(page('')))), []);
    assert.equal(parsePgControldata(page('')).systemIdentifier, null);
    assert.equal(parsePgControldata(page('0')).systemIdentifier, null);
    assert.deepEqual(codes(health({}, evidence(page('7') + page('8')))), ['system-identifier']);
  });
});
