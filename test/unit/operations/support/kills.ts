import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { RunResult } from '../../../../src/operations/events.ts';
import { deployPlan } from '../../../../src/operations/recipes/deploy.ts';
import type { LabVersion } from '../../../lab/sim/host.ts';
import { processesOf } from '../../../lab/processes.ts';
import { startBareLab, told, type BareLab } from './bare-lab.ts';

/** What is killed: the process that runs the plan, all connections, or everything on the machines. */
export type Victim = 'editor' | 'connections' | 'host';
/** When: while a step runs, or right after it has ended. */
export type Moment = 'middle' | 'boundary';

export interface Kill {
  readonly victim: Victim;
  readonly moment: Moment;
}

/** The final state that an undisturbed run reaches, as far as it does not depend on ports and random names. */
export interface FinalState {
  readonly files: readonly string[];
  readonly processes: readonly string[];
}

/** Looks at what is there after a deployment: the files that are ours to make, and the processes. */
export async function finalState(bare: BareLab): Promise<FinalState> {
  const files: string[] = [];
  for (const cluster of bare.layout.clusters) {
    for (const folder of [
      cluster.base,
      cluster.disk,
      ...cluster.nodes.map((node) => `${node.dssHome}/cfg`),
    ]) {
      for (const name of await readdir(folder)) {
        files.push(`${folder.slice(bare.lab.dir.length)}/${name}`);
      }
    }
  }
  for (const host of bare.lab.hosts) {
    const names = await readdir(join(host.home, '.opengauss-dual-cluster'));
    files.push(
      ...names
        .filter((name) => !name.startsWith('jobs'))
        // The number before such a name is made from the places, which differ from lab to lab.
        .map((name) => `${host.name} ${name.replace(/^[0-9a-f]{12}-/, '')}`),
    );
  }
  const processes: string[] = [];
  for (const pid of processesOf(bare.lab.dir)) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
      .split('\0')
      .join(' ')
      .trim();
    const match = /(gaussdb|dssserver) -D (\S+)/.exec(words);
    if (match?.[1] !== undefined && match[2] !== undefined) {
      processes.push(`${match[1]} ${match[2].slice(bare.lab.dir.length)}`);
    }
  }
  return { files: files.sort(), processes: processes.sort() };
}

/** Ends everything that runs on the machines, as a power cut does; their disks stay, their sshd comes back. */
async function crash(bare: BareLab): Promise<void> {
  for (const host of bare.lab.hosts) {
    await host.server.stop();
    for (const pid of processesOf(`${bare.lab.dir}/${host.name}`, '')) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
  for (const host of bare.lab.hosts) {
    await host.server.start();
  }
}

/** Milliseconds between the moment and the blow; a step may be over by then, and is hit again without one. */
const delays = [0, 40, 0, 150, 400];

/** Watches for steps that were not hit before, and says what ran beside them when the blow fell. */
class Aim {
  readonly hits: string[] = [];
  private readonly running = new Set<string>();
  private readonly open: Set<string>;
  private readonly moment: Moment;
  private readonly looking: ReadonlySet<string>;
  private falling = false;

  constructor(open: Set<string>, moment: Moment, looking: ReadonlySet<string>) {
    this.open = open;
    this.moment = moment;
    this.looking = looking;
  }

  /** Takes in what the run tells, and strikes when it is time. */
  see(
    event: { readonly step: string; readonly kind: string; readonly outcome?: string | undefined },
    strike: () => Promise<void> | void,
  ): Promise<void> | undefined {
    const { step, kind, outcome } = event;
    // A step that only looks is in its middle while it looks.
    const looks = this.looking.has(step);
    const inside = looks ? kind === 'checking' : kind === 'running';
    if (inside) {
      this.running.add(step);
    } else if (kind === 'ended') {
      this.running.delete(step);
    }
    const now =
      this.moment === 'middle' ? inside : kind === 'ended' && (outcome !== 'skipped' || looks);
    if (this.falling || !now || !this.open.has(step)) {
      return undefined;
    }
    this.falling = true;
    return this.fall(step, strike);
  }

  private async fall(step: string, strike: () => Promise<void> | void): Promise<void> {
    const delay = this.moment === 'middle' ? (delays[this.hits.length % delays.length] ?? 0) : 0;
    if (delay > 0) {
      await pause(delay);
    }
    const hit = this.moment === 'middle' ? [...this.running] : [step];
    hit.forEach((one) => this.open.delete(one));
    this.hits.push(hit.join(' + '));
    await strike();
    // A run may survive the blow and go on: then the next step is hit as well.
    this.falling = false;
  }
}

/** Runs the plan and strikes at the steps that are open. undefined: it was struck. */
async function runAndKill(bare: BareLab, kill: Kill, aim: Aim): Promise<RunResult | undefined> {
  if (kill.victim === 'editor') {
    return runInChild(bare, aim);
  }
  const blows: Promise<void>[] = [];
  const result = await bare.run(deployPlan(bare.layout), {
    onEvent: (event) => {
      if (event.kind !== 'step') {
        return;
      }
      const { state } = event;
      const blow = aim.see(
        {
          step: event.step.id,
          kind: state.kind,
          outcome: state.kind === 'ended' ? state.outcome : undefined,
        },
        kill.victim === 'host'
          ? () => crash(bare)
          : () => {
              bare.lab.hosts.forEach((host) => host.server.cut());
            },
      );
      if (blow !== undefined) {
        blows.push(blow);
      }
    },
  });
  await Promise.all(blows);
  return blows.length > 0 ? undefined : result;
}

async function runInChild(bare: BareLab, aim: Aim): Promise<RunResult | undefined> {
  const file = fileURLToPath(new URL('./deploy-child.ts', import.meta.url));
  const child = fork(file, [bare.lab.dir], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let blow: Promise<void> | undefined;
  child.on('message', (message: { step: string; kind: string; outcome?: string }) => {
    const now = aim.see(message, () => {
      child.kill('SIGKILL');
    });
    blow ??= now;
  });
  await once(child, 'exit');
  await blow;
  return blow === undefined ? bare.run(deployPlan(bare.layout)) : undefined;
}

export interface MatrixOptions {
  readonly kills: readonly Kill[];
  /** Steps that are to be hit; all by default. */
  readonly steps?: readonly string[];
  /** Steps that only look, or find nothing to do: an undisturbed run skips them. */
  readonly looking?: ReadonlySet<string>;
  readonly expected?: FinalState;
  readonly say?: (text: string) => void;
}

/** Deploys on fresh machines with a kill at each of the steps. Answers the steps that were not hit in this pass. */
export async function deployThroughKills(
  version: LabVersion,
  options: MatrixOptions,
): Promise<string[]> {
  const bare = await startBareLab(version);
  try {
    return (await killAgainAndAgain(bare, options)).missed;
  } finally {
    await bare.stop();
  }
}

/** Deploys with a kill at each of the steps and checks the end; `again` is the run that has nothing to do any more. */
export async function killAgainAndAgain(
  bare: BareLab,
  options: MatrixOptions,
): Promise<{ readonly missed: string[]; readonly again: RunResult }> {
  const plan = deployPlan(bare.layout);
  const open = new Set(options.steps ?? plan.steps.map((step) => step.id));
  let count = 0;
  for (;;) {
    const kill = options.kills[count % options.kills.length];
    assert.ok(kill !== undefined);
    const aim = new Aim(open, kill.moment, options.looking ?? new Set());
    const result = await runAndKill(bare, kill, aim);
    if (result !== undefined) {
      assert.equal(result.outcome, 'done', told(result));
      break;
    }
    for (const hit of aim.hits) {
      options.say?.(`${kill.victim} killed, ${kill.moment} of ${hit}\n`);
    }
    count += 1;
    assert.ok(count < 3 * plan.steps.length, 'the runs do not come to an end');
  }
  const again = await bare.run(plan);
  assert.deepEqual(
    again.steps.filter((step) => step.outcome !== 'skipped').map((step) => step.step.id),
    [],
    'the second run has nothing to do',
  );
  if (options.expected !== undefined) {
    assert.deepEqual(await finalState(bare), options.expected);
  }
  return { missed: [...open], again };
}
