import { isDeepStrictEqual } from 'node:util';

import type { Target } from '../../src/operations/recipes/lifecycle.ts';
import type { RecipeName } from '../../src/operations/types.ts';
import type { LabVersion } from '../lab/sim/host.ts';
import { startBareLab, told, type BareLab } from '../unit/operations/support/bare-lab.ts';
import { nodesOf, planFor } from '../unit/operations/support/deployed-lab.ts';
import {
  Watch,
  atHome,
  exchanged,
  production,
  recovery,
  rolesOf,
} from '../unit/operations/support/role-lab.ts';

const targets: readonly Target[] = [
  { kind: 'node', id: 'production/dn0' },
  { kind: 'node', id: 'production/dn1' },
  { kind: 'node', id: 'recovery/dn0' },
  { kind: 'node', id: 'recovery/dn1' },
  production,
  recovery,
  { kind: 'both' },
];

async function done(bare: BareLab, recipe: RecipeName, target?: Target): Promise<void> {
  const result = await bare.run(await planFor(bare, recipe, target));
  if (result.outcome !== 'done') {
    throw new Error(told(result));
  }
}

/** Stops, starts and restarts a target; afterwards every node must have its role again. */
async function through(
  bare: BareLab,
  target: Target,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  await done(bare, 'stop', target);
  const fell = Object.values(rolesOf(nodesOf(bare))).filter((role) => role === 'down').length;
  const wanted = { node: 1, cluster: 2, both: 4 }[target.kind];
  if (fell !== wanted) {
    throw new Error(`${fell} nodes are down, not ${wanted}`);
  }
  await done(bare, 'start', target);
  await done(bare, 'restart', target);
  const now = rolesOf(nodesOf(bare));
  if (!isDeepStrictEqual(now, { ...expected })) {
    throw new Error(`the roles are ${JSON.stringify(now)}`);
  }
}

/**
 * Stop, start and restart of every node, each cluster and both, before and after a switchover that the topology does
 * not know of, while somebody writes to every node all the time. Wrong is another role than before, and two clusters
 * that take writes at any moment.
 */
export async function soakLifecycle(
  milliseconds: number,
  say: (text: string) => void,
): Promise<{ readonly covered: number; readonly left: number; readonly wrong: readonly string[] }> {
  const until = Date.now() + milliseconds;
  const wrong: string[] = [];
  let covered = 0;
  let left = 0;
  for (const version of ['5.0.0', '7.0.0'] as const satisfies readonly LabVersion[]) {
    const bare = await startBareLab(version);
    let watch: Watch | undefined;
    try {
      await done(bare, 'deploy');
      watch = new Watch(nodesOf(bare));
      for (const expected of [atHome, exchanged]) {
        if (expected === exchanged) {
          await done(bare, 'switchover', recovery);
        }
        for (const target of targets) {
          if (Date.now() > until) {
            left += 1;
            continue;
          }
          const name = `${version}, ${expected === atHome ? 'before' : 'after'} a switchover, ${JSON.stringify(target)}`;
          try {
            await through(bare, target, expected);
            covered += 1;
            say(`good  ${name}`);
          } catch (thrown) {
            wrong.push(`${name}: ${String(thrown)}`);
            say(`WRONG ${name}\n${String(thrown)}`);
          }
        }
      }
    } finally {
      await watch?.stop();
      wrong.push(...(watch?.seen ?? []));
      await bare.stop();
    }
  }
  return { covered, left, wrong };
}
