import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawnCurve } from '../../../src/editor/dashboard/curve.ts';
import { curveCsv, dashboardView } from '../../../src/editor/dashboard/view-model.ts';
import { classifyAnswer } from '../../../src/status/node-state.ts';
import { assess } from '../../../src/status/health.ts';
import type { NodeState, Snapshot } from '../../../src/status/types.ts';
import { parseTopology } from '../../../src/topology/parse.ts';
import type { Topology } from '../../../src/topology/types.ts';

const yaml = `version: 1
openGauss: "5.0.0"
clusters:
  - name: production
    role: primary
    nodes:
      - {name: dn0, host: a, dataDir: /d/p0, port: 6600}
      - {name: dn1, host: a, dataDir: /d/p1, port: 6700}
  - name: recovery
    role: standby
    nodes:
      - {name: dn0, host: b, dataDir: /d/r0, port: 9600}
      - {name: dn1, host: b, dataDir: /d/r1, port: 9700}
`;

const field = (name: string, value: string): string => `\t${name.padEnd(30)} : ${value}\n`;
const locations = (sent: string, replayed: string): string =>
  ['sent', 'write', 'flush', 'replay']
    .map((one) => field(`sender_${one}_location`, sent))
    .join('') +
  ['received', 'write', 'flush', 'replay']
    .map((one) => field(`receiver_${one}_location`, replayed))
    .join('');

function answer(role: string, sections: { senders?: string; receiver?: string } = {}): NodeState {
  const none = 'No information \n';
  const stdout =
    '[2026-01-02 03:04:05.678][1][][gs_ctl]: gs_ctl query ,datadir is /d \n HA state:           \n' +
    field('local_role', role) +
    field('static_connections', '2') +
    field('db_state', 'Normal') +
    field('detail_information', 'Normal') +
    `\n Senders info:       \n${sections.senders ?? none} Receiver info:      \n${sections.receiver ?? none}`;
  return classifyAnswer({
    code: 0,
    stdout,
    stderr: '',
    timedOut: false,
    time: 1_000,
    timeout: 1_000,
  });
}

const sender =
  field('sender_pid', '1') +
  field('local_role', 'Primary') +
  field('peer_role', 'StandbyCluster_Standby') +
  field('peer_state', 'Normal') +
  field('state', 'Streaming') +
  locations('2/800', '2/400') +
  field('sync_percent', '99%') +
  field('sync_state', 'Async') +
  field('channel', '127.0.0.1:6600-->127.0.0.1:4000') +
  '\n';
const receiver =
  field('receiver_pid', '1') +
  field('local_role', 'Standby') +
  field('peer_role', 'Primary') +
  field('peer_state', 'Normal') +
  field('state', 'Normal') +
  locations('2/800', '2/400') +
  field('sync_percent', '99%') +
  field('channel', '127.0.0.1:4000<--127.0.0.1:6600') +
  '\n';

async function topology(more: string): Promise<Topology> {
  const { topology: parsed } = await parseTopology(yaml + more);
  assert.ok(parsed);
  return parsed;
}

const snapshotOf = (states: Record<string, NodeState>): Snapshot => ({
  sequence: 1,
  time: 1_000,
  nodes: new Map(Object.entries(states).map(([id, state]) => [id, { id, state }])),
});

async function view(
  states: Record<string, NodeState>,
  more = '',
): Promise<ReturnType<typeof dashboardView>> {
  const parsed = await topology(more);
  const snapshot = snapshotOf(states);
  return dashboardView({
    title: 'test',
    topology: parsed,
    snapshot,
    health: assess(parsed, snapshot),
    curve: [{ time: 1_000, lag: 1024n, writeRate: 2048 }],
    events: [],
  });
}

const healthy = {
  'production/dn0': answer('Primary', { senders: sender }),
  'production/dn1': answer('Standby'),
  'recovery/dn0': answer('Main Standby', { receiver }),
  'recovery/dn1': answer('Standby'),
};

describe('what the dashboard draws', () => {
  it('shows a healthy pair with its lag and direction', async () => {
    const shown = await view(healthy);
    assert.equal(shown.verdict.level, 'ok');
    assert.deepEqual(
      shown.sites.map((site) => [site.name, site.level, site.nodes.map((node) => node.role)]),
      [
        ['production', 'ok', ['Primary', 'Standby']],
        ['recovery', 'ok', ['Main Standby', 'Standby']],
      ],
    );
    assert.deepEqual(
      [shown.link?.from, shown.link?.to, shown.link?.level, shown.link?.state],
      [0, 1, 'ok', 'Streaming'],
    );
    assert.deepEqual(shown.link?.lines, [
      '1 KiB behind',
      '2 KiB of redo per second',
      'Sent: 99%',
      '127.0.0.1:6600-->127.0.0.1:4000',
    ]);
    assert.deepEqual(shown.samples, [{ time: 1_000, lag: 1024, rate: 2048 }]);
  });

  it('turns the arrow when the roles are exchanged', async () => {
    const shown = await view({
      'production/dn0': answer('Main Standby', { receiver }),
      'production/dn1': answer('Standby'),
      'recovery/dn0': answer('Primary', { senders: sender }),
      'recovery/dn1': answer('Standby'),
    });
    assert.deepEqual([shown.link?.from, shown.link?.to, shown.link?.level], [1, 0, 'ok']);
    assert.deepEqual(
      shown.sites.map(({ role }) => role),
      ['Standby cluster', 'Primary cluster'],
    );
  });

  it('knows of no array pair where the topology names none', async () => {
    assert.equal((await view(healthy)).array, null);
  });

  it('says of a simulated pair that it is a file, and claims no state', async () => {
    const { array } = await view(healthy, 'xlog: {path: /d/shared, size: 64GB}\n');
    assert.deepEqual(array?.ends, ['production', 'recovery']);
    assert.match(array.kind, /Simulated/);
    assert.equal(array.state, 'No pair');
    assert.equal(array.lines[0], '/d/shared (64 GiB)');
  });

  it('draws the arrays with their names, the live direction and where to look the state up', async () => {
    const dorado = `profile: dorado
arrays:
  - {name: north, url: "https://10.0.0.9:8088", cluster: production}
`;
    const exchanged = {
      'production/dn0': answer('Main Standby', { receiver }),
      'production/dn1': answer('Standby'),
      'recovery/dn0': answer('Primary', { senders: sender }),
      'recovery/dn1': answer('Standby'),
    };
    const { array } = await view(exchanged, dorado);
    assert.deepEqual(array?.ends, ['Array of recovery', 'north']);
    assert.equal(array.state, 'State not read');
    assert.match(array.description, /recovery → production.*DeviceManager.*at recovery/);
    assert.deepEqual(array.rows.slice(1, 3), [
      ['Array of recovery', 'not named under “arrays” in opengauss.yaml'],
      ['Array of production', 'north, https://10.0.0.9:8088'],
    ]);
    const home = await view(healthy, dorado);
    assert.deepEqual(home.array?.ends, ['north', 'Array of recovery']);
  });

  it('breaks the arrow when nothing is sent, and when nobody is Primary nothing is known', async () => {
    const broken = await view({ ...healthy, 'production/dn0': answer('Primary') });
    assert.equal(broken.link?.level, 'error');
    const unknown = await view({ ...healthy, 'production/dn0': answer('Standby') });
    assert.equal(unknown.link?.level, 'unknown');
    assert.equal(unknown.verdict.level, 'error');
  });

  it('draws the time that was chosen with few points, and loses no peak', () => {
    const curve = Array.from({ length: 3600 }, (_one, index) => ({
      time: index * 2000,
      lag: index === 1234 ? 999n : index < 100 ? undefined : 5n,
      writeRate: index === 3500 ? 777 : 1,
    }));
    const recent = drawnCurve(curve, 600_000);
    assert.ok(recent.length > 100 && recent.length <= 300, String(recent.length));
    assert.ok((recent[0]?.time ?? 0) >= 7_198_000 - 600_000);
    const all = drawnCurve(curve, Infinity);
    assert.ok(all.length <= 300);
    assert.equal(all.at(-1)?.time, 7_198_000);
    assert.equal(Math.max(...all.map(({ lag }) => lag ?? 0)), 999);
    assert.equal(Math.max(...all.map(({ rate }) => rate ?? 0)), 777);
    assert.equal(all[0]?.lag, null);
    assert.deepEqual(drawnCurve([], Infinity), []);
  });

  it('writes the curve as CSV, empty where nothing was known', () => {
    assert.equal(
      curveCsv([
        { time: 0, lag: 12n, writeRate: 3.25 },
        { time: 1_000, lag: undefined, writeRate: undefined },
      ]),
      'time,lag_bytes,redo_bytes_per_second\n1970-01-01T00:00:00.000Z,12,3.3\n1970-01-01T00:00:01.000Z,,\n',
    );
  });
});
