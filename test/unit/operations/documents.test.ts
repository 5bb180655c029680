import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { Failure } from '../../../src/base/errors.ts';
import { diffLines, unifiedDiff } from '../../../src/operations/line-diff.ts';
import { planDocument } from '../../../src/operations/plan-document.ts';
import { deployPlan, disasterRecoveryPlan } from '../../../src/operations/recipes/deploy.ts';
import { layoutOf } from '../../../src/operations/recipes/layout.ts';
import { restartPlan, startPlan, stopPlan } from '../../../src/operations/recipes/lifecycle.ts';
import { runReport } from '../../../src/operations/report.ts';
import type { Plan, Step } from '../../../src/operations/types.ts';
import { seedTopology } from './support/seed-topology.ts';

const both = { kind: 'both' } as const;

function steps(plan: Plan): string[] {
  return plan.steps.map((step) => step.id);
}

describe('difference of lines', () => {
  it('leads from the one text to the other', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const side = (skip: string): string =>
          lines
            .filter((line) => line.kind !== skip)
            .map((line) => `${line.text}\n`)
            .join('');
        assert.equal(side('+'), before);
        assert.equal(side('-'), after);
      }),
    );
  });

  it(
    'is a patch that patch(1) takes',
    { skip: spawnSync('patch', ['--version']).status !== 0 && 'patch is not installed' },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'diff-'));
      try {
        const before = Array.from({ length: 40 }, (_none, index) => `line ${index}\n`).join('');
        const after = before.replace('line 3\n', 'line three\nand more\n').replace('line 30\n', '');
        await writeFile(join(folder, 'file'), before);
        execFileSync('patch', ['-p0'], { cwd: folder, input: unifiedDiff('file', before, after) });
        assert.equal(await readFile(join(folder, 'file'), 'utf8'), after);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

describe('plans', () => {
  it('are made for each version as it wants it', () => {
    const five = JSON.stringify(
      deployPlan(layoutOf(seedTopology('5.0.0'), undefined)).steps.map((step) => step.scripts),
    );
    assert.match(five, /cluster_run_mode[^,]*cluster_standby/);
    assert.match(five, /xlog_file_size[^,]*68719476736/);
    assert.match(five, /-M standby/);
    assert.doesNotMatch(five, /-z cluster/);
    const six = JSON.stringify(
      deployPlan(layoutOf(seedTopology('6.0.0'), undefined)).steps.map((step) => step.scripts),
    );
    assert.match(six, /ss_enable_dorado on/);
    assert.match(six, /-z cluster_standby/);
    assert.doesNotMatch(six, /set_parameter [^ ]+ (cluster_run_mode|xlog_file_path)/);
    const seven = JSON.stringify(
      deployPlan(layoutOf(seedTopology('7.0.0-RC1'), undefined)).steps.map((step) => step.scripts),
    );
    assert.match(seven, /ss_disaster_mode dorado/);
    assert.match(seven, /CLUSTER_RUN_MODE = cluster_standby/);
    assert.doesNotMatch(seven, /ss_enable_dorado/);
    for (const text of [five, six, seven]) {
      assert.doesNotMatch(text, /gs_ctl build[^"]* -g /, 'gs_ctl has no option -g');
    }
  });

  it('refuse what they cannot do, with the reason', () => {
    const arrays = layoutOf({ ...seedTopology('5.0.0'), profile: 'dorado' }, undefined);
    assert.throws(
      () => deployPlan(arrays),
      (thrown: unknown) =>
        thrown instanceof Failure && thrown.code === 'recipe-refused' && /LUN/.test(thrown.message),
    );
    assert.ok(disasterRecoveryPlan(arrays).notes.join(' ').includes('split'));
    assert.throws(() => layoutOf({ ...seedTopology('5.0.0'), openGauss: 'auto' }, undefined), {
      code: 'recipe-refused',
    });
    assert.equal(
      layoutOf({ ...seedTopology('5.0.0'), openGauss: 'auto' }, 'master').model.version,
      'master',
    );
    const managed = seedTopology('6.0.0');
    const layout = layoutOf(
      {
        ...managed,
        clusters: managed.clusters.map((cluster) => ({ ...cluster, manager: 'cm' as const })),
      },
      undefined,
    );
    assert.throws(() => deployPlan(layout), /cluster manager/);
  });

  it('start and stop in the right order', () => {
    const layout = layoutOf(seedTopology('7.0.0-RC1'), undefined);
    const start = steps(startPlan(layout, both));
    assert.ok(start.indexOf('start-dss.production/dn1') < start.indexOf('start.production'));
    assert.ok(start.indexOf('start.production') < start.indexOf('start.recovery'));
    const stop = steps(stopPlan(layout, both));
    assert.ok(stop.indexOf('stop.recovery') < stop.indexOf('stop.production'));
    assert.ok(stop.indexOf('stop.production') < stop.indexOf('stop-dss.production/dn0'));
    const restart = restartPlan(layout, { kind: 'cluster', name: 'recovery' });
    assert.match(JSON.stringify(restart.steps.map((step) => step.scripts)), /-z cluster_standby/);
    assert.deepEqual(restart.confirmNames, ['recovery']);
  });

  it('keep clusters of one host apart', () => {
    const layout = layoutOf(seedTopology('5.0.0'), undefined);
    assert.notEqual(layout.primary.shmKey, layout.standby.shmKey);
    assert.notEqual(layout.primary.lockFile, layout.standby.lockFile);
    assert.equal(layout.primary.first.groupNames, '+data,+log0');
  });
});

describe('the plan document', () => {
  it('shows hosts, commands, differences, what is lost and what was found', () => {
    const layout = layoutOf(seedTopology('5.0.0'), undefined);
    const plan = deployPlan(layout);
    const [first, second] = plan.steps as [Step, Step];
    const build = plan.steps.find((step) => step.destructive !== undefined) as Step;
    const text = planDocument({
      plan,
      time: 0,
      steps: [
        { step: first, answer: { kind: 'done', evidence: 'all | fine' }, parts: [] },
        {
          step: second,
          answer: { kind: 'needed' },
          parts: [
            { kind: 'file', path: '/f', before: 'a\nb\n', after: 'a\nc\n' },
            { kind: 'command', command: 'echo "```"' },
          ],
        },
        {
          step: build,
          answer: {
            kind: 'blocked',
            failure: new Failure('x', 'cannot be', { remedy: 'do that' }),
          },
          parts: [],
        },
      ],
    });
    assert.match(text, /all \\\| fine/);
    assert.match(text, /```diff\n--- \/f\n\+\+\+ \/f\n@@ -1,2 \+1,2 @@\n a\n-b\n\+c\n```/);
    assert.match(text, /````sh\necho "```"\n````/);
    assert.match(text, /⚠/);
    assert.match(text, /cannot be → do that/);
    assert.match(text, /\*\*recovery\*\*/);
  });

  it('does not count as true what an earlier step of it stops', () => {
    const plan = restartPlan(layoutOf(seedTopology('5.0.0'), undefined), both);
    const text = planDocument({
      plan,
      time: 0,
      steps: plan.steps.map((step) => ({
        step,
        answer:
          step.restarts === undefined ? { kind: 'done', evidence: 'it runs' } : { kind: 'needed' },
        parts: [{ kind: 'command', command: `do ${step.id}` }],
      })),
    });
    const start = plan.steps.at(-1)?.id ?? '';
    assert.match(text, /of which 0 are true already/);
    assert.match(text, /True now, and looked at again when its turn comes: it runs/);
    assert.ok(text.includes(`do ${start}`), text);
  });

  it('and the report say what happened', () => {
    const layout = layoutOf(seedTopology('5.0.0'), undefined);
    const plan = deployPlan(layout);
    const [first, second] = plan.steps as [Step, Step];
    const text = runReport(
      {
        run: 'r',
        plan,
        started: 0,
        ended: 65_000,
        outcome: 'failed',
        steps: [
          {
            step: first,
            outcome: 'done',
            started: 0,
            elapsed: 1000,
            evidence: 'seen',
            diagnoses: [],
            output: '',
          },
          {
            step: second,
            outcome: 'failed',
            started: 0,
            elapsed: 1000,
            failure: new Failure('x', 'it broke', { place: { host: 'h' }, remedy: 'mend it' }),
            diagnoses: [{ id: 'd', evidence: 'line', cause: 'because', remedy: 'so' }],
            output: 'last words',
          },
        ],
      },
      {
        versions: new Map([['production/dn0', '5.0.0']]),
        configuration: new Map([['production/dn0: postgresql.conf', 'port = 1']]),
      },
    );
    for (const part of [
      'it broke',
      'mend it',
      'because',
      'last words',
      '1 min 5 s',
      'Not reached',
      'port = 1',
      'production/dn0: 5.0.0',
    ]) {
      assert.ok(text.includes(part), part);
    }
  });
});
