import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { RunResult } from '../../../../src/operations/events.ts';
import { liveLayout } from '../../../../src/operations/live-layout.ts';
import { startPlan } from '../../../../src/operations/recipes/lifecycle.ts';
import type { Plan } from '../../../../src/operations/types.ts';
import { told } from './bare-lab.ts';
import { Watch, atHome, exchanged, production, recovery, type RoleLab } from './role-lab.ts';

/** What goes wrong at a step. `let go`: the editor is closed; what runs on the hosts goes on. */
export type RoleFault =
  'cancel' | 'let go' | 'connections' | 'kill old primary' | 'kill main standby' | 'kill follower';

export const roleFaults: readonly RoleFault[] = [
  'cancel',
  'let go',
  'connections',
  'kill old primary',
  'kill main standby',
  'kill follower',
];

const victims: Partial<Record<RoleFault, string>> = {
  'kill old primary': 'production/dn0',
  'kill main standby': 'recovery/dn0',
  'kill follower': 'recovery/dn1',
};

/** Runs a plan with one fault when the step begins, or a moment later. */
async function runWithFault(
  one: RoleLab,
  plan: Plan,
  step: string,
  fault: RoleFault,
  delay: number,
): Promise<RunResult | undefined> {
  const [cancel, signal] = [new AbortController(), new AbortController()];
  let struck: Promise<void> | undefined;
  const strike = async (): Promise<void> => {
    await pause(delay);
    const victim = victims[fault];
    if (fault === 'cancel') {
      cancel.abort();
    } else if (fault === 'let go') {
      signal.abort();
    } else if (victim === undefined) {
      one.lab.hosts.forEach((host) => host.server.cut());
    } else {
      // A node that is down already cannot be killed.
      await one.lab.faults.kill(victim).catch(() => undefined);
    }
  };
  const result = await one
    .run(plan, {
      cancel: cancel.signal,
      signal: signal.signal,
      onEvent: (event) => {
        if (
          struck === undefined &&
          event.kind === 'step' &&
          event.step.id === step &&
          event.state.kind === 'checking'
        ) {
          struck = strike();
        }
      },
    })
    .catch(() => undefined);
  await struck;
  if (fault === 'let go') {
    await one.reconnect();
    // An editor that is gone leaves its lock, which the next one takes over; this process still lives.
    for (const host of one.lab.hosts) {
      await rm(join(host.home, '.opengauss-dual-cluster', 'lock'), { force: true });
    }
  }
  return result;
}

/** What a person does who reads the message of a step that did not end: as it says, then the plan again. */
async function followAdvice(one: RoleLab, result: RunResult | undefined): Promise<void> {
  const failure = result?.steps.find((step) => step.failure !== undefined)?.failure;
  if (failure?.code === 'step-blocked') {
    assert.ok((failure.remedy ?? '') !== '', `a refusal without advice: ${failure.message}`);
  }
  const roles = one.roles();
  const named = /^Start (.+?), then run this again/.exec(failure?.remedy ?? '')?.[1];
  for (const id of named?.split(', ') ?? []) {
    await one.lab.faults.start(id).catch(() => undefined);
  }
  if (roles['production/dn0'] === 'down' && /Start production again/.test(failure?.remedy ?? '')) {
    await one.lab.faults.start('production/dn0');
    for (const id of ['production/dn1'].filter((name) => one.roles()[name] === 'down')) {
      await one.lab.faults.start(id);
    }
  } else {
    // What the person finds down at the side that is to take over and that is not being changed is started again.
    for (const id of ['recovery/dn0', 'recovery/dn1']) {
      if (roles[id] === 'down' && roles['production/dn0'] === 'Primary') {
        await one.lab.faults.start(id).catch(() => undefined);
      }
    }
  }
  await pause(500);
}

/**
 * One role change with one fault at one step, resumed until it is done, then everything back to where it was. Fails
 * when two clusters took writes at any time, when a message gave no advice, or when it does not come to its end.
 */
export async function changeThroughFault(
  one: RoleLab,
  recipe: 'switchover' | 'failover',
  step: string,
  fault: RoleFault,
  delay: number,
): Promise<void> {
  if (recipe === 'failover') {
    await one.lab.faults.kill('production/dn0');
    await one.lab.faults.kill('production/dn1');
  }
  const watch = new Watch(one.lab.nodes);
  try {
    const plan = one.plan(recipe, recovery);
    let result = await runWithFault(one, plan, step, fault, delay);
    for (let tries = 0; result?.outcome !== 'done'; tries += 1) {
      assert.ok(
        tries < 4,
        `it does not come to its end:\n${result === undefined ? '' : told(result)}`,
      );
      await followAdvice(one, result);
      result = await one.run(plan).catch(() => undefined);
    }
    if (recipe === 'failover') {
      // The blow may have fallen after the run was done; the new primary is brought up before others are rebuilt from it.
      if (['recovery/dn0', 'recovery/dn1'].some((id) => one.roles()[id] === 'down')) {
        const live = await liveLayout(one.layout, {
          pool: one.pool,
          folder: join(one.lab.dir, '.opengauss'),
        });
        const started = await one.run(startPlan(live, recovery));
        assert.equal(started.outcome, 'done', told(started));
      }
      const rebuilt = await one.run(one.plan('rebuild', production));
      assert.equal(rebuilt.outcome, 'done', told(rebuilt));
    }
    await settled(one, exchanged);
    const back = await one.run(one.plan('switchover', production));
    assert.equal(back.outcome, 'done', told(back));
    await settled(one, atHome);
  } finally {
    await watch.stop();
  }
  assert.deepEqual(watch.seen, [], 'two clusters took writes');
}

/** Waits for roles; a node that was killed after its step is started again, as an operator would. */
export async function settled(
  one: RoleLab,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  for (const end = Date.now() + 30_000; ;) {
    const roles = one.roles();
    const [down] = Object.entries(roles).filter(([, role]) => role === 'down');
    if (down !== undefined) {
      const answer = await one.run(one.plan('rebuild', { kind: 'node', id: down[0] }));
      if (answer.outcome !== 'done') {
        const cluster = down[0].startsWith('production') ? production : recovery;
        const all = await one.run(one.plan('rebuild', cluster));
        if (all.outcome !== 'done') {
          // Of a primary there is nothing to rebuild it from: it is started.
          await one.lab.faults.start(down[0]).catch(() => undefined);
        }
      }
    } else if (JSON.stringify(roles) === JSON.stringify(wanted)) {
      return;
    }
    assert.ok(Date.now() < end, JSON.stringify(roles));
    await pause(200);
  }
}
