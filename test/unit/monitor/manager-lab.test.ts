import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHostPool } from '../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../src/hosts/terminal.ts';
import { Monitor } from '../../../src/monitor/monitor.ts';
import { parseTopology } from '../../../src/topology/parse.ts';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import { noPrompts } from '../../support/no-prompts.ts';

describe('clusters with the cluster manager, on real shells over SSH', () => {
  let lab: Lab;
  let pool: TerminalPool;
  let monitor: Monitor;

  before(async () => {
    lab = await startLab();
    const text = readFileSync(join(lab.workspace, 'opengauss.yaml'), 'utf8');
    const { topology, findings } = await parseTopology(
      text.replace(/^( +)(role: .*)$/gm, '$1$2\n$1manager: cm'),
    );
    assert.ok(topology, findings.map((finding) => finding.message).join('\n'));
    assert.ok(topology.clusters.every((cluster) => cluster.manager === 'cm'));
    pool = createHostPool({
      hosts: topology.hosts,
      sshConfigFiles: [lab.sshConfig],
      prompts: noPrompts,
      trusted: true,
      log: () => undefined,
    });
    monitor = new Monitor({ topology, pool, interval: 1000, timeout: 8000 });
  });

  after(async () => {
    monitor.dispose();
    await pool.close();
    await lab.stop();
  });

  it('are Normal, and every node is matched with its row', async () => {
    const snapshot = await monitor.refresh();
    for (const name of ['production', 'recovery']) {
      const status = snapshot.managers?.get(name);
      assert.ok(status?.kind === 'answered', JSON.stringify(status));
      assert.equal(status.query.cluster?.['clusterState'], 'Normal');
    }
    assert.equal(monitor.health?.level, 'ok', monitor.health?.sentence);
  });

  it('say of a killed node what the manager says', async () => {
    await lab.faults.kill('production/dn1');
    const snapshot = await monitor.refresh();
    const state = snapshot.nodes.get('production/dn1')?.state;
    assert.equal(state?.kind, 'offline');
    assert.match(state.reason, /The cluster manager says: Down Unknown, dms_res OffLine\./);
    assert.equal(snapshot.nodes.get('production/dn0')?.state.kind, 'ok');
    assert.ok(monitor.health?.problems.some(({ code }) => code === 'manager-state'));
  });
});
