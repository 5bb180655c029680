import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RunResult } from '../../../src/operations/events.ts';
import type { RecipeName } from '../../../src/operations/types.ts';
import { versionsToTry } from '../../support/versions.ts';
import { startBareLab, told } from './support/bare-lab.ts';
import { nodesOf, planFor } from './support/deployed-lab.ts';
import { atHome, rolesOf } from './support/role-lab.ts';

const apart = {
  'production/dn0': 'Primary',
  'production/dn1': 'Standby',
  'recovery/dn0': 'Primary',
  'recovery/dn1': 'Standby',
} as const;

describe(
  'disaster recovery between two clusters that run without it',
  { concurrency: true },
  () => {
    for (const version of versionsToTry()) {
      it(`is set up on ${version}, and only once`, async (context) => {
        const bare = await startBareLab(version);
        context.after(() => bare.stop());
        const done = async (recipe: RecipeName): Promise<RunResult> => {
          const result = await bare.run(await planFor(bare, recipe));
          assert.equal(result.outcome, 'done', told(result));
          return result;
        };
        const roles = (): Readonly<Record<string, string>> => rolesOf(nodesOf(bare));
        await done('simulated-dual-cluster');
        assert.deepEqual(roles(), apart);
        // They are started without a mode as long as they have no relation.
        await done('restart');
        assert.deepEqual(roles(), apart);
        const setUp = await done('disaster-recovery');
        assert.deepEqual(roles(), atHome);
        assert.match(setUp.steps.at(-1)?.evidence ?? '', /sender .*Streaming/);
        const again = await done('disaster-recovery');
        assert.ok(
          again.steps.every((one) => one.outcome === 'skipped'),
          told(again),
        );
      });
    }
  },
);
