// The sidebar tells the truth about both clusters, whatever happens to them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { openSession } from './support/session.ts';
import type { Session } from './support/session.ts';
import type { Row } from './support/workbench.ts';
import { eventually } from './support/workbench.ts';

describe('the explorer', () => {
  let session: Session;
  before(async () => {
    session = await openSession();
    await session.workbench.openContainer('openGauss');
  });
  after(() => session.close());

  const rows = () => session.workbench.rows();

  it('shows both clusters with the roles of their nodes', async () => {
    const seen = await eventually('all nodes normal', rows, (all) => healthy(all));
    assert.deepEqual(
      seen.map(({ label, level }) => `${'  '.repeat(level - 1)}${label}`),
      ['production', '  dn0', '  dn1', 'recovery', '  dn0', '  dn1'],
    );
    await session.workbench.picture('explorer');
  });

  it('shows the channel between the clusters with its LSNs', async () => {
    await session.workbench.expand(/^dn0.*Primary/);
    await session.workbench.expand('Sends to StandbyCluster_Standby');
    await eventually(
      'LSNs of the channel',
      rows,
      (all) =>
        all.filter(({ description }) => /^[0-9A-F]+\/[0-9A-F]+/i.test(description)).length >= 4,
    );
    await session.workbench.picture('explorer-channel');
    await session.workbench.collapse(/^dn0.*Primary/);
  });

  it('shows a killed node as down, and its return', async () => {
    await session.lab.faults.kill('production/dn1');
    await eventually('the killed node alone is down', rows, (all) =>
      onlyDown(all, 'production', ['dn1']),
    );
    await session.workbench.picture('explorer-killed');
    await session.lab.faults.start('production/dn1');
    await eventually('the node is back', rows, healthy);
  });

  it('shows a frozen node as not answering, and its return', async () => {
    session.lab.faults.freeze('recovery/dn1');
    try {
      await eventually('the frozen node alone does not answer', rows, (all) =>
        onlyDown(all, 'recovery', ['dn1']),
      );
      await session.workbench.picture('explorer-frozen');
    } finally {
      session.lab.faults.thaw('recovery/dn1');
    }
    await eventually('the node is back', rows, healthy);
  });

  it('shows a host that cannot be reached, and its return', async () => {
    await session.lab.faults.stopSshd('dr');
    try {
      await eventually('the recovery cluster alone cannot be reached', rows, (all) =>
        onlyDown(all, 'recovery', ['dn0', 'dn1']),
      );
      await session.workbench.picture('explorer-unreachable');
    } finally {
      await session.lab.faults.startSshd('dr');
    }
    await eventually('the cluster is back', rows, healthy, 40_000);
  });
});

function healthy(rows: readonly Row[]): boolean {
  const aria = (cluster: string, node: string) => nodeRow(rows, cluster, node)?.aria ?? '';
  return (
    /Normal, Primary/.test(aria('production', 'dn0')) &&
    /Normal, Standby/.test(aria('production', 'dn1')) &&
    /Normal, Main Standby/.test(aria('recovery', 'dn0')) &&
    /Normal, Standby/.test(aria('recovery', 'dn1'))
  );
}

/** Whether these nodes are shown as anything but normal, and the primary as well as ever. */
function onlyDown(rows: readonly Row[], cluster: string, nodes: readonly string[]): boolean {
  return (
    nodes.every((name) => !/normal/i.test(nodeRow(rows, cluster, name)?.aria ?? 'normal')) &&
    /Normal, Primary/.test(nodeRow(rows, 'production', 'dn0')?.aria ?? '')
  );
}

/** The row of a node: the first of that name below its cluster. */
function nodeRow(rows: readonly Row[], cluster: string, node: string): Row | undefined {
  const start = rows.findIndex(({ label, level }) => label === cluster && level === 1);
  return start < 0
    ? undefined
    : rows.slice(start).find(({ label, level }) => label === node && level === 2);
}
