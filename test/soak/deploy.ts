import { deployPlan } from '../../src/operations/recipes/deploy.ts';
import { startBareLab } from '../unit/operations/support/bare-lab.ts';
import {
  deployThroughKills,
  finalState,
  type FinalState,
  type Moment,
  type Victim,
} from '../unit/operations/support/kills.ts';
import type { LabVersion } from '../lab/sim/host.ts';

/** What a deployment is without kills: its end, its steps, and those of them that it skips because they only look. */
interface Undisturbed {
  readonly expected: FinalState;
  readonly steps: readonly string[];
  readonly looking: ReadonlySet<string>;
}

async function undisturbed(version: LabVersion): Promise<Undisturbed> {
  const bare = await startBareLab(version);
  try {
    const result = await bare.run(deployPlan(bare.layout));
    if (result.outcome !== 'done') {
      throw new Error(`The undisturbed deployment of ${version} has failed.`);
    }
    return {
      expected: await finalState(bare),
      steps: result.steps.map(({ step }) => step.id),
      looking: new Set(
        result.steps.flatMap(({ step, outcome }) => (outcome === 'skipped' ? [step.id] : [])),
      ),
    };
  } finally {
    await bare.stop();
  }
}

export interface DeploySoakReport {
  /** What was killed when, and how many steps were hit in that way. */
  readonly covered: readonly string[];
  /** What the time did not suffice for. */
  readonly left: readonly string[];
  readonly wrong: readonly string[];
}

/**
 * Kills the deployment of each version at every step: the editor, the connections, the machines, in the middle of the
 * step and right after it, until each step was hit in each way (about an hour on two processors). Wrong is whatever
 * does not come to the same end as an undisturbed deployment.
 */
export async function soakDeploy(
  milliseconds: number,
  say: (text: string) => void,
): Promise<DeploySoakReport> {
  const until = Date.now() + milliseconds;
  const covered: string[] = [];
  const left: string[] = [];
  const wrong: string[] = [];
  for (const version of ['5.0.0', '7.0.0'] as const satisfies readonly LabVersion[]) {
    const { expected, steps: all, looking } = await undisturbed(version);
    for (const victim of ['host', 'editor', 'connections'] as const satisfies readonly Victim[]) {
      for (const moment of ['middle', 'boundary'] as const satisfies readonly Moment[]) {
        const name = `${version}, ${victim}, ${moment}`;
        let open: readonly string[] = all;
        try {
          for (let pass = 1; open.length > 0 && pass <= 12 && Date.now() < until; pass += 1) {
            say(`${name}, pass ${pass}: ${open.length} steps`);
            open = await deployThroughKills(version, {
              kills: [{ victim, moment }],
              steps: open,
              looking,
              expected,
              say: (text) => say(`  ${text.trimEnd()}`),
            });
          }
        } catch (thrown) {
          wrong.push(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
          say(`WRONG ${wrong.at(-1) ?? ''}`);
        }
        covered.push(`${name}: ${all.length - open.length} of ${all.length} steps`);
        if (open.length > 0) {
          left.push(`${name}: ${open.join(', ')}`);
        }
      }
    }
  }
  return { covered, left, wrong };
}
