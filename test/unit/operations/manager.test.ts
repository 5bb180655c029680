import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  cmInstance,
  cmStartCommand,
  cmStopCommand,
  cmSwitchoverCommand,
  managerMode,
  startProblem,
  stopProblem,
  switchoverProblem,
  wouldRestart,
} from '../../../src/operations/cm.ts';
import { configOf, gsDdrCommand } from '../../../src/operations/gs-ddr.ts';
import { parseCmCtlQuery } from '../../../src/status/cm-ctl-query.ts';
import { parseTopology } from '../../../src/topology/parse.ts';
import { cmQueryText } from '../../support/manager-text.ts';
import type { CmNode } from '../../support/manager-text.ts';

const noServer = parseCmCtlQuery(
  "cm_ctl: can't connect to cm_server.\nMaybe cm_server is not running, or timeout expired. Please try again.\n",
);

async function cluster() {
  const { topology, findings } = await parseTopology(`version: 1
openGauss: master
profile: dorado
clusters:
  - name: production
    role: primary
    manager: cm
    nodes:
      - {name: dn0, host: a, dataDir: /opt/data/dn/, port: 25400}
      - {name: dn1, host: b, dataDir: /opt/data/dn/, port: 25400}
  - name: recovery
    role: standby
    manager: cm
    nodes:
      - {name: dn0, host: c, dataDir: /opt/data/dn, port: 25400}
hosts:
  a: {hostName: 10.0.0.1}
  b: {hostName: 10.0.0.2}
  c: {hostName: 10.0.0.3}
`);
  assert.ok(topology, findings.map((finding) => finding.message).join('\n'));
  const [spec] = topology.clusters;
  const [first, second] = spec?.nodes ?? [];
  assert.ok(spec && first && second);
  const query = (one: Partial<CmNode>, two: Partial<CmNode>, state = 'Normal') =>
    parseCmCtlQuery(
      cmQueryText({
        state,
        nodes: [
          { ip: '10.0.0.1', role: 'Primary', ...one },
          { ip: '10.0.0.2', role: 'Standby', ...two },
        ],
      }),
    );
  return { topology, spec, first, second, query };
}

describe('cm_ctl', () => {
  it('is told what to do, every word quoted', () => {
    assert.equal(cmStartCommand(), 'cm_ctl start');
    assert.equal(
      cmStartCommand({ of: { nodeId: '2', instance: '6002' }, seconds: 300 }),
      'cm_ctl start -n 2 -I 6002 -t 300',
    );
    assert.equal(cmStopCommand({ mode: 'fast' }), 'cm_ctl stop -m fast');
    assert.equal(
      cmSwitchoverCommand({ nodeId: '2', dataDir: "/data/it's" }),
      `cm_ctl switchover -n 2 -D '/data/it'\\''s'`,
    );
    assert.throws(() => cmStartCommand({ of: { nodeId: '-a', instance: '6001' } }));
  });

  it('numbers the nodes, which the topology does not', async () => {
    const { topology, second, query } = await cluster();
    assert.deepEqual(cmInstance(topology, second, query({}, {})), {
      nodeId: '2',
      instance: '6002',
    });
    assert.equal(cmInstance(topology, second, noServer), undefined);
  });

  it('has started a cluster when every node of it is well, and not before', async () => {
    const { topology, spec, query } = await cluster();
    const problem = (...words: Parameters<typeof query>) =>
      startProblem(topology, spec, query(...words));
    assert.equal(problem({}, {}), undefined);
    assert.match(problem({}, {}, 'Degraded') ?? '', /Degraded/);
    assert.match(problem({}, { role: 'Down', state: 'Manually stopped' }) ?? '', /dn1/);
    assert.match(problem({}, { state: 'Starting' }) ?? '', /Starting/);
    assert.ok(startProblem(topology, spec, noServer));
  });

  it('has stopped a cluster when nobody runs', async () => {
    const { topology, spec, query } = await cluster();
    const down = { role: 'Down', state: 'Manually stopped' };
    assert.equal(stopProblem(topology, spec.nodes, noServer), undefined);
    assert.equal(stopProblem(topology, spec.nodes, query(down, down, 'Unavailable')), undefined);
    assert.ok(stopProblem(topology, spec.nodes, query(down, {}, 'Degraded')));
    assert.ok(stopProblem(topology, spec.nodes, parseCmCtlQuery('sh: cm_ctl: not found')));
  });

  it('has switched over when the target leads, alone', async () => {
    const { topology, second, query } = await cluster();
    const problem = (...words: Parameters<typeof query>) =>
      switchoverProblem(topology, second, 'Primary', query(...words));
    assert.equal(problem({ role: 'Standby' }, { role: 'Primary' }), undefined);
    assert.ok(problem({}, {}));
    assert.ok(problem({ role: 'Primary' }, { role: 'Primary' }));
    assert.ok(problem({ role: 'Standby' }, { role: 'Primary', state: 'Promoting' }));
    assert.ok(switchoverProblem(topology, second, 'Primary', noServer));
  });
});

describe('the cluster manager', () => {
  it('starts again what was not stopped by it', async () => {
    const { topology, spec, query } = await cluster();
    const again = (...words: Parameters<typeof query>) =>
      wouldRestart(topology, spec.nodes, query(...words));
    const stopped = { role: 'Down', state: 'Manually stopped' };
    assert.equal(again(stopped, stopped), false);
    assert.equal(again(stopped, { role: 'Down', state: 'Unknown' }), true);
    assert.equal(wouldRestart(topology, spec.nodes, noServer), false);
  });

  it('tells by its parameter what it starts a cluster as', () => {
    assert.equal(managerMode('log_dir = x\nss_double_cluster_mode = 2\n'), 'standby');
    assert.equal(managerMode('dorado_cluster_mode=1'), 'primary');
    assert.equal(managerMode('ss_double_cluster_mode = 0\n'), undefined);
    assert.equal(managerMode('cm_ctl: unknown'), undefined);
  });
});

describe('gs_ddr', () => {
  it('is typed as its tasks want it', () => {
    const config = configOf('/home/omm/my file.json');
    assert.equal(
      gsDdrCommand({ task: 'start', role: 'primary', config, disasterType: 'dorado' }),
      "gs_ddr -t start -m primary --json '/home/omm/my file.json' --disaster_type dorado",
    );
    assert.equal(
      gsDdrCommand({ task: 'stop', config: configOf('/a/cluster.XML') }),
      'gs_ddr -t stop -X /a/cluster.XML',
    );
    assert.equal(
      gsDdrCommand({ task: 'switchover', role: 'disaster_standby' }),
      'gs_ddr -t switchover -m disaster_standby',
    );
    assert.equal(gsDdrCommand({ task: 'failover' }), 'gs_ddr -t failover');
  });
});
