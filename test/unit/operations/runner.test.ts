import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile, mkdir, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';

import { Failure } from '../../../src/base/errors.ts';
import { connectionLost, resultUnknown } from '../../../src/hosts/errors.ts';
import type { RunEvent, RunResult } from '../../../src/operations/events.ts';
import { folderState, makeFolder } from '../../../src/operations/host/folders.ts';
import { runJob, type JobResult } from '../../../src/operations/host/job.ts';
import { createdItems, parseJournal, runsOf } from '../../../src/operations/journal.ts';
import { localJournalPath, runPlan, type RunOptions } from '../../../src/operations/runner.ts';
import type { Plan, Step } from '../../../src/operations/types.ts';
import { LocalPool } from './support/local-pool.ts';
import { jobStep, plan, timesMade } from './support/plans.ts';

const roots: string[] = [];
let root = '';
let pool: LocalPool;

async function fresh(): Promise<void> {
  root = await mkdtemp(join(tmpdir(), 'operations-'));
  roots.push(root);
  pool = new LocalPool(root);
  pools.push(pool);
}
const pools: LocalPool[] = [];

function options(words: Partial<RunOptions> = {}): RunOptions {
  return {
    pool,
    folder: join(root, '.opengauss'),
    secret: () => Promise.resolve('Gauss_234'),
    ...words,
  };
}

function run(one: Plan, words: Partial<RunOptions> = {}): Promise<RunResult> {
  return runPlan(one, options(words));
}

function outcomes(result: RunResult): Record<string, string> {
  return Object.fromEntries(result.steps.map((step) => [step.step.id, step.outcome]));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const lockOf = (host: string): string => join(pool.home(host), '.opengauss-dual-cluster/lock');

/** A step with a job that is handed the password. */
function secretStep(script: string, ended?: (result: JobResult) => void): Step {
  return {
    ...jobStep('secret', 'a', root),
    check: () => Promise.resolve({ kind: 'needed' }),
    run: async (context) => {
      const secret = await context.secret('initial-user-password');
      const result = await runJob(context, 'a', { id: 'secret', tool: 'tool', secret, script });
      ended?.(result);
    },
  };
}

describe('runner', () => {
  beforeEach(fresh);
  after(async () => {
    await Promise.all(pools.map((one) => one.close()));
    await Promise.all(roots.map((one) => rm(one, { recursive: true, force: true })));
  });

  it('runs steps in the order of their dependencies and does nothing the second time', async () => {
    const order: string[] = [];
    const steps = [
      jobStep('c', 'a', root, { after: ['b'] }),
      jobStep('a', 'a', root),
      jobStep('b', 'b', root, { after: ['a'] }),
    ];
    const onEvent = (event: RunEvent): void => {
      if (event.kind === 'step' && event.state.kind === 'running') {
        order.push(event.step.id);
      }
    };
    const first = await run(plan(steps), { onEvent });
    assert.equal(first.outcome, 'done');
    assert.deepEqual(order, ['a', 'b', 'c']);
    const second = await run(plan(steps), { onEvent });
    assert.deepEqual(outcomes(second), { a: 'skipped', b: 'skipped', c: 'skipped' });
    assert.deepEqual(order, ['a', 'b', 'c']);
    assert.equal(await timesMade(root, 'a'), 1);
    assert.equal(await exists(lockOf('a')), false, 'the lock is given back');
  });

  it('runs steps of different hosts side by side and those of one host one after the other', async () => {
    const meet = (mine: string, other: string): string =>
      `: > ${root}/${mine}.here; n=0; while test ! -e ${root}/${other}.here; do sleep 0.1; n=$((n+1)); test $n -lt 80 || exit 1; done`;
    const result = await run(
      plan([
        jobStep('x', 'a', root, { work: meet('x', 'y') }),
        jobStep('y', 'b', root, { work: meet('y', 'x') }),
      ]),
    );
    assert.equal(result.outcome, 'done');
    const alone = (mine: string): string =>
      `mkdir ${root}/alone || exit 1; sleep 0.2; rmdir ${root}/alone # ${mine}`;
    const one = await run(
      plan([
        jobStep('p', 'a', root, { work: alone('p') }),
        jobStep('q', 'a', root, { work: alone('q') }),
      ]),
    );
    assert.equal(one.outcome, 'done');
  });

  it('stops at the first failure, says where and why, and goes on from there', async () => {
    const steps = (work: string): Step[] => [
      jobStep('one', 'a', root),
      jobStep('two', 'a', root, { after: ['one'], work, node: 'production/dn0' }),
      jobStep('three', 'a', root, { after: ['two'] }),
    ];
    const failed = await run(plan(steps('echo "No space left on device"; exit 3')));
    assert.equal(failed.outcome, 'failed');
    assert.deepEqual(outcomes(failed), { one: 'done', two: 'failed' });
    const two = failed.steps[1];
    assert.ok(two?.failure);
    assert.equal(two.failure.place.host, 'a');
    assert.equal(two.failure.place.node, 'production/dn0');
    assert.equal(two.diagnoses[0]?.id, 'no-space');
    const resumed = await run(plan(steps('true')));
    assert.deepEqual(outcomes(resumed), { one: 'skipped', two: 'done', three: 'done' });
    assert.equal(await timesMade(root, 'one'), 1);
  });

  it('finishes the running step when cancelled, starts no other, and resumes', async () => {
    const cancel = new AbortController();
    const steps = [
      jobStep('one', 'a', root, { work: 'sleep 0.5' }),
      jobStep('two', 'a', root, { after: ['one'] }),
    ];
    const result = await run(plan(steps), {
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.kind === 'step' && event.state.kind === 'running') {
          cancel.abort();
        }
      },
    });
    assert.equal(result.outcome, 'cancelled');
    assert.deepEqual(outcomes(result), { one: 'done' });
    assert.deepEqual(outcomes(await run(plan(steps))), { one: 'skipped', two: 'done' });
  });

  it('ends a step at its time limit together with what it started', async () => {
    const result = await run(
      plan([jobStep('slow', 'a', root, { work: `sleep 30; : > ${root}/late`, timeout: 1500 })]),
    );
    assert.deepEqual(outcomes(result), { slow: 'failed' });
    assert.equal(result.steps[0]?.failure?.code, 'step-timeout');
    const left = await (
      await pool.shell('a')
    ).run(`ps -eo args= | grep -F ${root}/late | grep -v grep`);
    assert.equal(left.stdout, '');
  });

  it('looks before it repeats when a result is not known', async () => {
    let lost = 0;
    pool.afterRun = (host, command) => {
      // The start of the job has happened, its answer is lost.
      if (lost === 0 && command.includes('/jobs/once')) {
        if (command.includes('mkdir -- "$J"')) {
          lost += 1;
          throw resultUnknown(host, 'cut');
        }
      }
    };
    const result = await run(plan([jobStep('once', 'a', root, { work: 'sleep 0.3' })]));
    assert.equal(lost, 1);
    assert.deepEqual(outcomes(result), { once: 'done' });
    assert.equal(await timesMade(root, 'once'), 1);
  });

  it('survives connections that are cut again and again', async () => {
    let count = 0;
    pool.beforeRun = (host, command) => {
      count += 1;
      if (count % 7 === 0 && command.includes('/jobs/')) {
        throw connectionLost(host);
      }
    };
    const steps = [
      jobStep('one', 'a', root, { work: 'sleep 0.3' }),
      jobStep('two', 'b', root, { after: ['one'] }),
    ];
    let result = await run(plan(steps));
    for (let tries = 0; tries < 5 && result.outcome !== 'done'; tries += 1) {
      result = await run(plan(steps));
    }
    assert.equal(result.outcome, 'done');
    assert.equal(await timesMade(root, 'one'), 1);
    assert.equal(await timesMade(root, 'two'), 1);
  });

  it('never touches the lock of another plan and names its holder', async () => {
    const other = {
      run: 'f00',
      plan: 'deploy-x',
      title: 'Deploy elsewhere',
      user: 'wang',
      machine: 'desk-7',
      pid: 1,
      time: '2026-01-01T00:00:00.000Z',
    };
    await mkdir(join(pool.home('b'), '.opengauss-dual-cluster'), { recursive: true });
    await writeFile(lockOf('b'), JSON.stringify(other));
    await assert.rejects(
      run(plan([jobStep('one', 'a', root), jobStep('two', 'b', root)])),
      (thrown: unknown) =>
        thrown instanceof Failure &&
        thrown.code === 'locked' &&
        /wang.*desk-7.*2026-01-01.*Deploy elsewhere/.test(thrown.message) &&
        thrown.remedy !== undefined,
    );
    assert.equal(await readFile(lockOf('b'), 'utf8'), JSON.stringify(other));
    assert.equal(await exists(lockOf('a')), false, 'what was locked before is given back');
    assert.equal(await timesMade(root, 'one'), 0);
    await writeFile(lockOf('b'), 'not ours at all');
    await assert.rejects(run(plan([jobStep('two', 'b', root)])), { code: 'locked' });
    assert.equal(await readFile(lockOf('b'), 'utf8'), 'not ours at all');
    await writeFile(lockOf('b'), '');
    await assert.rejects(run(plan([jobStep('two', 'b', root)])), (thrown) => {
      assert.ok(thrown instanceof Failure && thrown.code === 'locked');
      assert.match(thrown.message, /not a lock that we understand/);
      return true;
    });
    assert.equal(await readFile(lockOf('b'), 'utf8'), '');
  });

  it('lets only one of two runs of a plan at a time', async () => {
    const steps = [jobStep('one', 'a', root, { work: 'sleep 0.5' })];
    const both = await Promise.allSettled([run(plan(steps)), run(plan(steps))]);
    assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected']);
    assert.equal(await timesMade(root, 'one'), 1);
  });

  it('reads a journal whose last line was torn and goes on in it', async () => {
    const steps = [jobStep('one', 'a', root)];
    await run(plan(steps));
    const path = localJournalPath(join(root, '.opengauss'));
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -20));
    const result = await run(plan([...steps, jobStep('two', 'a', root, { after: ['one'] })]));
    assert.equal(result.outcome, 'done');
    assert.equal(runsOf(parseJournal(await readFile(path, 'utf8'))).length, 2);
  });

  it('knows its folder again when it crashed before the folder was marked, also once something is in it', async () => {
    const folder = join(root, 'made');
    const step = (run: Step['run']): Step => ({
      ...jobStep('folder', 'a', root),
      check: () => Promise.resolve({ kind: 'needed' }),
      run,
      verify: () => Promise.resolve(''),
    });
    const crash = step(async (context) => {
      await context.recordCreated({ host: 'a', kind: 'directory', path: folder });
      await mkdir(folder);
      throw new Failure('crash', 'in the middle');
    });
    assert.equal((await run(plan([crash]))).outcome, 'failed');
    const fill = step(async (context) => {
      await makeFolder(context, 'a', folder);
      await writeFile(join(folder, 'cfg'), '');
      assert.deepEqual(await folderState(context, 'a', folder), { kind: 'ours', empty: false });
    });
    assert.equal((await run(plan([fill]))).outcome, 'done');
  });

  it('keeps what it created in both journals, before it exists', async () => {
    const folder = join(root, 'made');
    const step: Step = {
      ...jobStep('folder', 'a', root),
      check: async () =>
        (await exists(folder)) ? { kind: 'done', evidence: 'there' } : { kind: 'needed' },
      run: async (context) => {
        await context.recordCreated({ host: 'a', kind: 'directory', path: folder });
        await mkdir(folder);
        throw new Failure('crash', 'in the middle');
      },
    };
    await run(plan([step]));
    for (const path of [
      localJournalPath(join(root, '.opengauss')),
      join(pool.home('a'), '.opengauss-dual-cluster/journal.jsonl'),
    ]) {
      const records = parseJournal(await readFile(path, 'utf8'));
      assert.deepEqual(createdItems(records, '0123456789ab'), [
        { host: 'a', kind: 'directory', path: folder },
      ]);
      assert.deepEqual(createdItems(records, 'another'), []);
    }
    // The journal beside the topology is lost; the host's one still knows.
    await rm(join(root, '.opengauss'), { recursive: true });
    let known: unknown;
    await run(
      plan([
        {
          ...step,
          id: 'look',
          check: async (context) => {
            known = await context.created('a', folder);
            return { kind: 'done', evidence: '' };
          },
        },
      ]),
    );
    assert.deepEqual(known, { host: 'a', kind: 'directory', path: folder });
  });

  it('starts nothing when the journal of a host cannot be written', async () => {
    await mkdir(join(pool.home('a'), '.opengauss-dual-cluster/journal.jsonl'), { recursive: true });
    await assert.rejects(run(plan([jobStep('one', 'a', root)])), { code: 'journal' });
    assert.equal(await timesMade(root, 'one'), 0);
    assert.equal(await exists(lockOf('a')), false);
  });

  it('shows no secret anywhere, even when a tool prints it', async () => {
    const texts: string[] = [];
    const step = secretStep(
      'stat -c %a "$SECRET_FILE"; cat "$SECRET_FILE"; exit 1',
      ({ output }) => {
        throw new Failure('tool', `it said ${output}`);
      },
    );
    const result = await run(plan([step]), {
      onEvent: (event) => texts.push(event.kind === 'output' ? event.text : ''),
    });
    assert.match(texts.join(''), /600\n••••••/);
    const shown = JSON.stringify([
      texts,
      result.steps.map((one) => [one.output, one.failure?.message]),
    ]);
    assert.doesNotMatch(shown, /Gauss_234/);
    const kept = await (await pool.shell('a')).run(`grep -rl Gauss_234 ${root} || true`);
    // The log of the job is the tool's own; what the tool prints there is removed with the job.
    assert.deepEqual(
      kept.stdout.split('\n').filter((line) => line !== '' && !line.endsWith('/log')),
      [],
    );
  });

  it('starts nothing with half a secret, and locks with a whole holder or not at all', async () => {
    const made = join(root, 'made');
    const step = secretStep(`cp "$SECRET_FILE" ${made}`);
    for (const length of [0, 5, 'Gauss_234'.length]) {
      pool.arrives = (input) => input.slice(0, length);
      const result = await run(plan([step]));
      assert.equal(result.outcome, 'failed');
      assert.equal(await exists(made), false, await readFile(made, 'utf8').catch(() => ''));
    }
    delete pool.arrives;
    await run(plan([step]));
    assert.equal(await readFile(made, 'utf8'), 'Gauss_234\n');
  });

  it('takes over the lock of an own run that was killed right after it had locked', async () => {
    const ended = { run: 'killed', plan: 'p', title: 'Deploy', user: 'u', machine: hostname() };
    await mkdir(join(root, '.opengauss'), { recursive: true });
    const time = new Date(0).toISOString();
    await writeFile(
      localJournalPath(join(root, '.opengauss')),
      `${JSON.stringify({ type: 'run-lock', time, run: 'killed' })}\n`,
    );
    await mkdir(join(pool.home('a'), '.opengauss-dual-cluster'), { recursive: true });
    const pid = spawnSync('true').pid;
    await writeFile(lockOf('a'), JSON.stringify({ ...ended, pid, time }));
    const result = await run(plan([jobStep('one', 'a', root)]));
    assert.equal(result.outcome, 'done');
    assert.equal(await exists(lockOf('a')), false);
  });

  it('refuses steps that wait for each other', async () => {
    await assert.rejects(
      run(
        plan([
          jobStep('a', 'a', root, { after: ['b'] }),
          jobStep('b', 'a', root, { after: ['a'] }),
        ]),
      ),
      { code: 'plan-cycle' },
    );
  });

  it('reaches the same end when its process is killed at any moment', async () => {
    const child = new URL('./support/run-child.ts', import.meta.url);
    for (const delay of [150, 400, 700, 1000, 1300]) {
      await fresh();
      const process = fork(child, [root], {
        execArgv: ['--import', 'tsx'],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await Promise.race([once(process, 'message'), once(process, 'exit')]);
      await new Promise((resolve) => setTimeout(resolve, delay));
      process.kill('SIGKILL');
      await once(process, 'exit');
      const { childSteps } = await import('./support/run-child.ts');
      const result = await run(plan(childSteps(root)));
      assert.equal(
        result.outcome,
        'done',
        JSON.stringify(result.steps.map((one) => one.failure?.message)),
      );
      for (const id of ['one', 'two', 'three', 'four']) {
        assert.equal(await timesMade(root, id), 1, `${id} after a kill at ${delay} ms`);
      }
    }
  });
});
