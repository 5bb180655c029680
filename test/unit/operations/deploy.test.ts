import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { RunResult } from '../../../src/operations/events.ts';
import { deployPlan } from '../../../src/operations/recipes/deploy.ts';
import { startPlan, type Target } from '../../../src/operations/recipes/lifecycle.ts';
import type { RecipeName } from '../../../src/operations/types.ts';
import type { LabVersion } from '../../lab/sim/host.ts';
import { startBareLab, told, type BareLab } from './support/bare-lab.ts';
import { configuration, exchangedLayout, nodesOf, planFor } from './support/deployed-lab.ts';
import { deployThroughKills } from './support/kills.ts';
import { Watch, atHome, exchanged, production, recovery, rolesOf } from './support/role-lab.ts';

function blockedIn(result: RunResult): string {
  const step = result.steps.find((one) => one.outcome === 'blocked');
  assert.ok(step?.failure, told(result));
  assert.notEqual(step.failure.remedy ?? '', '', 'a remedy is named');
  return `${step.failure.message} ${step.failure.remedy ?? ''}`;
}

for (const version of ['5.0.0', '7.0.0'] as const satisfies readonly LabVersion[]) {
  describe(`deployment of ${version} on bare hosts`, () => {
    let bare: BareLab;
    let watch: Watch | undefined;
    before(async () => {
      bare = await startBareLab(version);
    });
    after(async () => {
      await watch?.stop();
      await bare.stop();
    });

    const roles = (): Readonly<Record<string, string>> => rolesOf(nodesOf(bare));
    async function done(recipe: RecipeName, target?: Target): Promise<RunResult> {
      const result = await bare.run(await planFor(bare, recipe, target));
      assert.equal(result.outcome, 'done', told(result));
      return result;
    }

    it('leads to two clusters that replicate, and does nothing the second time', async () => {
      const plan = deployPlan(bare.layout);
      const result = await bare.run(plan);
      assert.equal(result.outcome, 'done', told(result));
      const again = await bare.run(plan);
      assert.deepEqual(
        again.steps.filter((step) => step.outcome !== 'skipped').map((step) => step.step.id),
        [],
      );
      const proof = again.steps.at(-1)?.evidence ?? '';
      assert.match(proof, /production\/dn0: Primary, Normal/);
      assert.match(proof, /recovery\/dn0: Main Standby, Normal/);
      assert.match(proof, /sender .*Streaming/);
      watch = new Watch(nodesOf(bare));
    });

    // The rest of both versions is `npm run soak -- lifecycle`; here the one that takes the mode at every start.
    if (version === '5.0.0') {
      return;
    }

    it('stops, starts and restarts nodes and clusters, each in its mode', async () => {
      await done('stop', { kind: 'node', id: 'production/dn1' });
      assert.equal(roles()['production/dn1'], 'down');
      await done('start', { kind: 'node', id: 'production/dn1' });
      await done('restart', recovery);
      assert.deepEqual(roles(), atHome);
    });

    it('is refused after a role change and changes nothing', async () => {
      await done('switchover', recovery);
      assert.deepEqual(roles(), exchanged);
      const files = await configuration(bare);
      for (const recipe of ['deploy', 'disaster-recovery'] as const) {
        const result = await bare.run(await planFor(bare, recipe));
        assert.match(
          blockedIn(result),
          /production is the standby cluster now, and the topology calls it the primary cluster.*Switch over.*opengauss\.yaml/,
        );
        assert.equal(result.steps.length, 1, 'no other step was tried');
      }
      const simulated = await bare.run(await planFor(bare, 'simulated-dual-cluster'));
      assert.match(blockedIn(simulated), /is set up for disaster recovery already/);
      assert.deepEqual(await configuration(bare), files);
      assert.deepEqual(roles(), exchanged);
    });

    it('does nothing after a role change that stands in the topology', async () => {
      const files = await configuration(bare);
      const result = await bare.run(deployPlan(exchangedLayout(bare)));
      assert.deepEqual(
        result.steps.filter((one) => one.outcome !== 'skipped').map((one) => one.step.id),
        [],
        told(result),
      );
      assert.deepEqual(await configuration(bare), files);
    });

    it('stops, starts and restarts in the modes that a role change has left', async () => {
      await done('restart', { kind: 'node', id: 'production/dn1' });
      const stop = await done('stop');
      const order = stop.steps.filter((one) => /^stop\./.test(one.step.id));
      assert.deepEqual(
        order.map((one) => one.step.id),
        ['stop.production', 'stop.recovery'],
        'the standby cluster of now first',
      );
      assert.ok(Object.values(roles()).every((role) => role === 'down'));
      // A plan that was made for the old roles is refused, node by node and cluster by cluster.
      for (const target of [recovery, production, { kind: 'node', id: 'recovery/dn0' }] as const) {
        const old = await bare.run(startPlan(bare.layout, target));
        assert.match(blockedIn(old), /is not started as the (?:primary|standby) cluster: it is/);
      }
      assert.ok(Object.values(roles()).every((role) => role === 'down'));
      await done('start');
      assert.deepEqual(roles(), exchanged);
    });

    it('never had two clusters that take writes', async () => {
      await watch?.stop();
      assert.ok((watch?.writes ?? 0) > 0);
      assert.deepEqual(watch?.seen, []);
    });
  });
}

describe('deployment that is killed again and again', () => {
  it('reaches the same end', async () => {
    const steps = [
      'volume-groups.production',
      'initdb.production/dn0',
      'initdb.recovery/dn1',
      'disaster.production/dn0',
      'start.production',
      'build.recovery',
      'start.recovery',
    ];
    const missed = await deployThroughKills({
      version: '5.0.0',
      steps,
      kills: [
        { victim: 'editor', moment: 'middle' },
        { victim: 'host', moment: 'middle' },
        { victim: 'connections', moment: 'middle' },
        { victim: 'editor', moment: 'boundary' },
        { victim: 'host', moment: 'middle' },
      ],
      say: (text) => process.stdout.write(text),
    });
    assert.ok(missed.length < steps.length / 2, `not hit: ${missed.join(', ')}`);
  });
});
