import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startPlan } from '../../../src/operations/recipes/lifecycle.ts';
import { layoutOf } from '../../../src/operations/recipes/layout.ts';
import { switchoverPlan } from '../../../src/operations/recipes/roles.ts';
import { withRunMode } from '../../../src/operations/steps/roles-mode.ts';
import { versionsToTry } from '../../support/versions.ts';
import { told } from './support/bare-lab.ts';
import { changeThroughFault } from './support/role-faults.ts';
import {
  Watch,
  atHome,
  exchanged,
  production,
  recovery,
  startRoleLab,
  type RoleLab,
} from './support/role-lab.ts';

async function done(
  one: RoleLab,
  recipe: 'switchover' | 'failover' | 'rebuild',
  target: Parameters<RoleLab['plan']>[1],
): Promise<void> {
  const result = await one.run(one.plan(recipe, target));
  assert.equal(result.outcome, 'done', told(result));
}

async function refusedWith(
  one: RoleLab,
  recipe: 'switchover' | 'failover' | 'rebuild',
  target: Parameters<RoleLab['plan']>[1],
  words: RegExp,
): Promise<void> {
  const before_ = one.roles();
  const result = await one.run(one.plan(recipe, target));
  assert.equal(result.outcome, 'failed', told(result));
  const [step] = result.steps.filter((each) => each.failure !== undefined);
  assert.match(step?.failure?.message ?? '', words);
  assert.notEqual(step?.failure?.remedy ?? '', '');
  assert.deepEqual(one.roles(), before_, 'nothing was changed');
}

for (const version of versionsToTry('5.0.0')) {
  describe(`role changes of ${version}`, () => {
    let one: RoleLab;
    let watch: Watch;
    before(async () => {
      one = await startRoleLab(version);
      watch = new Watch(one.lab.nodes);
    });
    after(async () => {
      await watch.stop();
      await one.stop();
    });

    it('switch over under write load, lose no acknowledged row, and do nothing the second time', async () => {
      await one.lab.faults.load(50);
      const moreThan = async (count: number): Promise<number> => {
        while (one.lab.faults.acknowledgedRows <= count) {
          await pause(20);
        }
        return one.lab.faults.acknowledgedRows;
      };
      await moreThan(0);
      await done(one, 'switchover', recovery);
      assert.deepEqual(one.roles(), exchanged);
      const acknowledged = await moreThan(one.lab.faults.acknowledgedRows);
      await one.lab.faults.load(0);
      const ours = await one.rows('recovery/dn0');
      assert.ok(ours >= acknowledged, `${ours} of ${acknowledged}`);
      while ((await one.rows('production/dn0')) !== ours) {
        await pause(50);
      }
      if (version === '7.0.0') {
        return;
      }
      const again = await one.run(one.plan('switchover', recovery));
      assert.ok(
        again.steps.every((step) => step.outcome === 'skipped'),
        told(again),
      );
    });

    it('do not start a second primary after the roles were exchanged', async () => {
      const result = await one.run(startPlan(one.layout, { kind: 'cluster', name: 'production' }));
      assert.equal(result.outcome, 'failed', told(result));
      assert.deepEqual(one.roles(), exchanged);
    });

    it('are refused with the reason', async () => {
      await refusedWith(one, 'failover', production, /recovery still answers as Primary/);
      await refusedWith(one, 'rebuild', recovery, /recovery has a Primary/);
      if (version === '5.0.0') {
        await refusedWith(
          one,
          'switchover',
          { kind: 'node', id: 'production/dn1' },
          /known from 6\.0\.0 on/,
        );
      }
      await one.lab.faults.kill('production/dn1');
      await refusedWith(one, 'switchover', production, /production is not ready to take over/);
      await done(one, 'rebuild', { kind: 'node', id: 'production/dn1' });
    });

    it('fail over when the primary site is lost, and rebuild it', async () => {
      await one.lab.faults.kill('recovery/dn0');
      await one.lab.faults.kill('recovery/dn1');
      await done(one, 'failover', production);
      assert.equal(one.roles()['production/dn0'], 'Primary');
      await one.sql('production/dn0', 'create table public.after_failover(id int)');
      await done(one, 'rebuild', recovery);
      assert.deepEqual(one.roles(), atHome);
      const arrived = () =>
        one.sql('recovery/dn0', 'select * from public.after_failover').catch(() => undefined);
      while ((await arrived()) === undefined) {
        await pause(50);
      }
    });

    it('never had two clusters that take writes', () => {
      assert.ok(watch.writes > 0);
      assert.deepEqual(watch.seen, []);
    });
  });
}

describe('role changes with something in the way', () => {
  let one: RoleLab;
  before(async () => {
    one = await startRoleLab('7.0.0');
  });
  after(() => one.stop());

  it('inside a cluster: switchover, the leader killed, failover, the node back', async () => {
    await done(one, 'switchover', { kind: 'node', id: 'production/dn1' });
    assert.equal(one.roles()['production/dn1'], 'Primary');
    const dn0 = { kind: 'node', id: 'production/dn0' } as const;
    await refusedWith(one, 'failover', dn0, /production\/dn1 leads and answers/);
    await one.lab.faults.kill('production/dn1');
    await done(one, 'failover', dn0);
    assert.match(await readFile(one.layout.primary.cmConfig ?? '', 'utf8'), /BITMAP_ONLINE = 1\b/);
    await done(one, 'rebuild', { kind: 'node', id: 'production/dn1' });
    assert.match(await readFile(one.layout.primary.cmConfig ?? '', 'utf8'), /BITMAP_ONLINE = 3\b/);
    assert.deepEqual(one.roles(), atHome);
  });

  it('a host that cannot be reached is no proof while the standby cluster still receives', async () => {
    await one.lab.faults.stopSshd('prod');
    one.lab.faults.cutConnections('prod');
    await refusedWith(one, 'failover', recovery, /recovery still receives from its primary/);
    await one.lab.faults.startSshd('prod');
    await one.reconnect();
  });

  it('is nothing at all where the cluster manager is in charge', () => {
    const { topology } = one.layout;
    const managed = {
      ...topology,
      clusters: topology.clusters.map((cluster) => ({ ...cluster, manager: 'cm' as const })),
    };
    assert.throws(
      () => switchoverPlan(layoutOf(managed, '7.0.0-RC1'), recovery),
      (thrown: { code?: string; remedy?: string }) =>
        thrown.code === 'recipe-refused' && /gs_ddr -t switchover/.test(thrown.remedy ?? ''),
    );
  });

  it('let go of in the middle of the promotion it is resumed', async () => {
    await changeThroughFault(one, 'switchover', 'promote.recovery', 'let go', 150);
  });
});

describe('what a role change writes', () => {
  it('leaves dss_inst.ini as it is but for the mode', () => {
    assert.equal(
      withRunMode('INST_ID = 0\nCLUSTER_RUN_MODE = cluster_primary\nX = 1\n', 'standby'),
      'INST_ID = 0\nCLUSTER_RUN_MODE = cluster_standby\nX = 1\n',
    );
    assert.equal(withRunMode('A = 1', 'standby'), 'A = 1\nCLUSTER_RUN_MODE = cluster_standby\n');
  });
});
