import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { RunEvent, RunResult } from '../../../../src/operations/events.ts';
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
      ...names.filter((name) => !name.startsWith('jobs')).map((name) => `${host.name} ${name}`),
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

interface Hit {
  readonly step: string;
  readonly running: readonly string[];
}

/** Watches for the first step that was not hit before, and for all that run beside it. */
class Aim {
  readonly running = new Set<string>();
  private readonly wanted: ReadonlySet<string>;
  private readonly moment: Moment;
  fired = false;

  constructor(wanted: ReadonlySet<string>, moment: Moment) {
    this.wanted = wanted;
    this.moment = moment;
  }

  /** The hit when it is time. */
  see(step: string, kind: string, outcome: string | undefined): Hit | undefined {
    if (kind === 'running') {
      this.running.add(step);
    } else if (kind === 'ended') {
      this.running.delete(step);
    }
    const now =
      this.moment === 'middle' ? kind === 'running' : kind === 'ended' && outcome !== 'skipped';
    if (this.fired || !now || !this.wanted.has(step)) {
      return undefined;
    }
    this.fired = true;
    return { step, running: this.moment === 'middle' ? [...this.running] : [step] };
  }
}

function see(aim: Aim, event: RunEvent): Hit | undefined {
  return event.kind === 'step'
    ? aim.see(
        event.step.id,
        event.state.kind,
        event.state.kind === 'ended' ? event.state.outcome : undefined,
      )
    : undefined;
}

/** Runs the plan until a step of those wanted is hit. undefined: it came to its end without. */
async function runAndKill(
  bare: BareLab,
  kill: Kill,
  wanted: ReadonlySet<string>,
  delay: number,
): Promise<Hit | RunResult> {
  const aim = new Aim(wanted, kill.moment);
  if (kill.victim === 'editor') {
    return runInChild(bare, aim, delay);
  }
  let hit: Hit | undefined;
  let blow: Promise<void> | undefined;
  const result = await bare.run(deployPlan(bare.layout), {
    onEvent: (event) => {
      const now = see(aim, event);
      if (now !== undefined) {
        // A run may survive a cut and go on: then it is cut again at the next step.
        aim.fired = kill.victim === 'host';
        hit = { step: now.step, running: [...(hit?.running ?? []), ...now.running] };
        blow = pause(delay).then(async () => {
          if (kill.victim === 'host') {
            await crash(bare);
          } else {
            bare.lab.hosts.forEach((host) => host.server.cut());
          }
        });
      }
    },
  });
  await blow;
  return hit ?? result;
}

async function runInChild(bare: BareLab, aim: Aim, delay: number): Promise<Hit | RunResult> {
  const file = fileURLToPath(new URL('./deploy-child.ts', import.meta.url));
  const child = fork(file, [bare.lab.dir], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let hit: Hit | undefined;
  child.on('message', (message: { step: string; kind: string; outcome?: string }) => {
    const now = aim.see(message.step, message.kind, message.outcome);
    if (now !== undefined) {
      hit = now;
      setTimeout(() => child.kill('SIGKILL'), delay);
    }
  });
  await once(child, 'exit');
  return hit ?? (await bare.run(deployPlan(bare.layout)));
}

export interface MatrixOptions {
  readonly version: LabVersion;
  readonly kills: readonly Kill[];
  /** Steps that are to be hit; all that change something by default. */
  readonly steps?: readonly string[];
  readonly expected?: FinalState;
  readonly say?: (text: string) => void;
}

/** Deploys with a kill at each of the steps and checks the end. Answers the steps that were not hit in this pass. */
export async function deployThroughKills(options: MatrixOptions): Promise<string[]> {
  const bare = await startBareLab(options.version);
  try {
    const plan = deployPlan(bare.layout);
    const open = new Set(options.steps ?? plan.steps.map((step) => step.id));
    let count = 0;
    for (;;) {
      const kill = options.kills[count % options.kills.length];
      assert.ok(kill !== undefined);
      const delay = (count * 137) % 400;
      const answer = await runAndKill(bare, kill, open, delay);
      if ('steps' in answer) {
        assert.equal(answer.outcome, 'done', told(answer));
        break;
      }
      options.say?.(`${kill.victim} killed, ${kill.moment} of ${answer.running.join(' + ')}\n`);
      answer.running.forEach((step) => open.delete(step));
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
    return [...open];
  } finally {
    await bare.stop();
  }
}
