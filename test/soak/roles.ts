import {
  changeThroughFault,
  roleFaults,
  type RoleFault,
} from '../unit/operations/support/role-faults.ts';
import { recovery, startRoleLab } from '../unit/operations/support/role-lab.ts';

interface Case {
  readonly version: '5.0.0' | '7.0.0';
  readonly recipe: 'switchover' | 'failover';
  readonly step: string;
  readonly fault: RoleFault;
  /** Milliseconds after the step has begun; 0 is before its first question is answered. */
  readonly delay: number;
}

/**
 * Every fault at every step of both role changes between clusters, for the two models of versions, until the time is
 * over. After each case the roles are changed back. `wrong` holds what must not be.
 */
export async function soakRoles(
  milliseconds: number,
  say: (text: string) => void,
): Promise<{ readonly cases: number; readonly left: number; readonly wrong: readonly string[] }> {
  const end = Date.now() + milliseconds;
  const wrong: string[] = [];
  let cases = 0;
  let left = 0;
  for (const version of ['7.0.0', '5.0.0'] as const) {
    let one = await startRoleLab(version);
    const all: Case[] = (['switchover', 'failover'] as const).flatMap((recipe) =>
      one.plan(recipe, recovery).steps.flatMap(({ id }, place) =>
        roleFaults.map((fault, index) => ({
          version,
          recipe,
          step: id,
          fault,
          delay: ((place + index) % 3) * 400,
        })),
      ),
    );
    // The same order every time, with neighbours apart, so that a short run has seen something of everything.
    const order = all.map((_one, index) => (index * 37) % all.length);
    for (const [index, place] of order.entries()) {
      const each = all[place];
      if (Date.now() > end || each === undefined) {
        left += order.length - index;
        break;
      }
      const words = `${each.version} ${each.recipe} ${each.step}: ${each.fault} after ${each.delay} ms`;
      try {
        await changeThroughFault(one, each.recipe, each.step, each.fault, each.delay);
        say(`good  ${words}`);
      } catch (thrown) {
        wrong.push(`${words}: ${String(thrown)}`);
        say(`WRONG ${words}\n${String(thrown)}`);
        await one.stop();
        one = await startRoleLab(version);
      }
      cases += 1;
    }
    await one.stop();
  }
  return { cases, left, wrong };
}
