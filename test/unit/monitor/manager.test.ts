import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionLost } from '../../../src/hosts/errors.ts';
import type { BatchResult } from '../../../src/hosts/shell.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';
import { parseTopology } from '../../../src/topology/parse.ts';
import type { Topology } from '../../../src/topology/types.ts';
import { FakeClock, FakePool } from '../../support/fake-pool.ts';
import { cmQueryText } from '../../support/manager-text.ts';
import type { CmNode } from '../../support/manager-text.ts';
import { queryText } from '../../support/query-text.ts';

const interval = 2000;

async function managedTopology(): Promise<Topology> {
  const nodes = (hosts: readonly string[]): string =>
    hosts
      .map(
        (host, index) =>
          `      - {name: dn${index}, host: ${host}, dataDir: /opt/data/dn, port: 25400, address: 10.0.0.${host.slice(1)}}\n`,
      )
      .join('');
  const { topology, findings } = await parseTopology(
    `version: 1\nopenGauss: master\nprofile: dorado\nclusters:\n` +
      `  - name: production\n    role: primary\n    manager: cm\n    env: {GAUSSHOME: /opt/app}\n    nodes:\n${nodes(['h1', 'h2'])}` +
      `  - name: recovery\n    role: standby\n    manager: cm\n    env: {GAUSSHOME: /opt/app}\n    nodes:\n${nodes(['h3', 'h4'])}` +
      `hosts:\n${[1, 2, 3, 4].map((n) => `  h${n}: {hostName: 10.0.0.${n}, user: omm}\n`).join('')}`,
  );
  assert.ok(topology, findings.map((finding) => finding.message).join('\n'));
  return topology;
}

function result(stdout: string, code = 0): BatchResult {
  return { code, stdout, stderr: '', timedOut: false };
}

/** Two managed clusters whose managers a test can change. */
async function managed() {
  const topology = await managedTopology();
  const clock = new FakeClock();
  const pool = new FakePool();
  const roles = new Map([
    ['h1', queryText({ role: 'Primary', senders: [{}] })],
    ['h2', queryText({ role: 'Standby' })],
    ['h3', queryText({ role: 'Main Standby', receiver: {} })],
    ['h4', queryText({ role: 'Standby' })],
  ]);
  const managers = {
    production: {
      state: 'Normal',
      pausing: false,
      nodes: [
        { ip: '10.0.0.1', role: 'Primary' },
        { ip: '10.0.0.2', role: 'Standby' },
      ] as CmNode[],
    },
    recovery: {
      state: 'Normal',
      pausing: false,
      nodes: [
        { ip: '10.0.0.3', role: 'Main Standby' },
        { ip: '10.0.0.4', role: 'Standby' },
      ] as CmNode[],
    },
  };
  const asked: string[] = [];
  let silent = false;
  for (const [host, text] of roles) {
    pool.answers.set(host, async ({ command }) => {
      await Promise.resolve();
      if (command.endsWith('gaussdb -V')) {
        return result('gaussdb (openGauss 7.0.0-RC1 build 1) compiled at 2024\n');
      }
      if (!command.includes('cm_ctl query -Cvidp')) {
        return result(text);
      }
      assert.match(command, /GAUSSHOME=\/opt\/app/);
      asked.push(host);
      return silent
        ? result(
            "cm_ctl: can't connect to cm_server.\nMaybe cm_server is not running, or timeout expired. Please try again.\n",
            1,
          )
        : result(cmQueryText(host < 'h3' ? managers.production : managers.recovery));
    });
  }
  const monitor = new Monitor({ topology, pool, interval, clock });
  return {
    topology,
    clock,
    pool,
    managers,
    asked,
    monitor,
    silence: () => {
      silent = true;
    },
    node: (id: string) => monitor.snapshot?.nodes.get(id)?.state,
  };
}

describe('clusters with the cluster manager', () => {
  it('are asked once each, beside their nodes, and are healthy', async () => {
    const { monitor, clock, asked } = await managed();
    monitor.start();
    await clock.advance(100);
    assert.deepEqual(asked, ['h1', 'h3']);
    assert.equal(monitor.health?.level, 'ok', monitor.health?.sentence);
    const status = monitor.snapshot?.managers?.get('recovery');
    assert.equal(status?.kind === 'answered' && status.query.cluster?.['clusterState'], 'Normal');
    monitor.dispose();
    assert.equal(clock.pending, 0);
  });

  it('show what only the manager knows, on the node that it concerns', async () => {
    const { monitor, clock, managers, node } = await managed();
    managers.production.state = 'Degraded';
    managers.production.nodes[1] = {
      ip: '10.0.0.2',
      role: 'Standby',
      state: 'Need repair(Disconnected)',
      resource: 'Deleted',
    };
    monitor.start();
    await clock.advance(100);
    const state = node('production/dn1');
    assert.equal(state?.kind, 'degraded');
    assert.match(
      state.reason,
      /Standby Need repair \(Disconnected\), dms_res Deleted, dss Deleted/,
    );
    assert.equal(node('production/dn0')?.kind, 'ok');
    assert.equal(node('recovery/dn1')?.kind, 'ok');
    assert.deepEqual(monitor.health?.problems.map(({ code }) => code).sort(), [
      'manager-state',
      'node-degraded',
    ]);
    // Nothing piles up, and all is forgotten when it is well again.
    await clock.advance(3 * interval);
    const later = node('production/dn1');
    assert.ok(later?.kind === 'degraded');
    assert.equal(later.reason, state.reason);
    managers.production.state = 'Normal';
    managers.production.nodes[1] = { ip: '10.0.0.2', role: 'Standby' };
    await clock.advance(2 * interval);
    assert.equal(monitor.health.level, 'ok');
    monitor.dispose();
  });

  it('say on the next host what they can, when the first is gone', async () => {
    const { monitor, clock, pool, asked, managers, node } = await managed();
    pool.refused.set('h1', connectionLost('h1', undefined));
    managers.production.state = 'Degraded';
    managers.production.nodes[0] = { ip: '10.0.0.1', role: 'Down', state: 'Unknown' };
    monitor.start();
    await clock.advance(100);
    assert.deepEqual(asked.sort(), ['h2', 'h3']);
    const state = node('production/dn0');
    assert.equal(state?.kind, 'unreachable');
    assert.match(state.reason, /cluster manager says: Down Unknown/);
    monitor.dispose();
  });

  it('leave the nodes’ own states alone when the manager does not answer', async () => {
    const { monitor, clock, asked, silence, node } = await managed();
    silence();
    monitor.start();
    await clock.advance(100);
    assert.deepEqual(asked.sort(), ['h1', 'h2', 'h3', 'h4']);
    assert.equal(node('production/dn0')?.kind, 'ok');
    assert.deepEqual(
      monitor.health?.problems.map(({ code }) => code),
      ['manager-silent', 'manager-silent'],
    );
    monitor.dispose();
  });

  it('tell that a manager is paused, and that it contradicts a node about who is Primary', async () => {
    const { monitor, clock, managers, node } = await managed();
    managers.recovery.pausing = true;
    managers.recovery.nodes[0] = { ip: '10.0.0.3', role: 'Primary' };
    monitor.start();
    await clock.advance(100);
    assert.equal(node('recovery/dn0')?.kind, 'degraded');
    assert.ok(monitor.health?.problems.some(({ code }) => code === 'manager-paused'));
    monitor.dispose();
  });

  it('are read by a single refresh, too', async () => {
    const { monitor } = await managed();
    const snapshot = await monitor.refresh();
    assert.deepEqual([...(snapshot.managers?.keys() ?? [])], ['production', 'recovery']);
    monitor.dispose();
  });
});
