import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { deployPlan } from '../../../src/operations/recipes/deploy.ts';
import type { LabVersion } from '../../lab/sim/host.ts';
import { startBareLab, told, type BareLab } from './support/bare-lab.ts';
import { deployThroughKills } from './support/kills.ts';

for (const version of ['5.0.0', '7.0.0'] as const satisfies readonly LabVersion[]) {
  describe(`deployment of ${version} on bare hosts`, () => {
    let bare: BareLab;
    before(async () => {
      bare = await startBareLab(version);
    });
    after(() => bare.stop());

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
