import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import fc from 'fast-check';
import { parse } from 'yaml';

import { Failure } from '../../../src/base/errors.ts';
import { quote } from '../../../src/hosts/quote.ts';
import { exportAnsiblePlaybook } from '../../../src/operations/export-ansible.ts';
import { exportPrelude } from '../../../src/operations/export-prelude.ts';
import { exportShellScript } from '../../../src/operations/export-sh.ts';
import { diffLines, unifiedDiff } from '../../../src/operations/line-diff.ts';
import { planDocument } from '../../../src/operations/plan-document.ts';
import {
  deployPlan,
  disasterRecoveryPlan,
  preflightPlan,
} from '../../../src/operations/recipes/deploy.ts';
import { layoutOf } from '../../../src/operations/recipes/layout.ts';
import { restartPlan, startPlan, stopPlan } from '../../../src/operations/recipes/lifecycle.ts';
import {
  failoverPlan,
  rebuildPlan,
  switchoverPlan,
} from '../../../src/operations/recipes/roles.ts';
import { tearDownPlan } from '../../../src/operations/recipes/tear-down.ts';
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

describe('exports', () => {
  it('are scripts that sh takes, without a password', () => {
    for (const version of ['5.0.0', '6.0.0', '7.0.0-RC1'] as const) {
      const layout = layoutOf(seedTopology(version), undefined);
      for (const plan of [deployPlan(layout), startPlan(layout, both), stopPlan(layout, both)]) {
        const script = exportShellScript(plan);
        assert.equal(spawnSync('sh', ['-n'], { input: script }).stderr.toString(), '');
        for (const step of plan.steps.flatMap((one) => one.scripts ?? [])) {
          const body = [
            exportPrelude,
            step.functions ?? '',
            step.check ?? 'true',
            step.run,
            step.verify ?? 'true',
          ].join('\n');
          assert.equal(spawnSync('sh', ['-n'], { input: body }).stderr.toString(), '', body);
        }
      }
    }
  });

  it('have functions that do what they say', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prelude-'));
    try {
      const conf = join(folder, 'postgresql.conf');
      await writeFile(
        conf,
        "#port = 1\nport = 5432\n  Port=5433\nportal = 3\nxlog_file_path = 'x'\n",
      );
      const run = (command: string): number | null =>
        spawnSync('sh', ['-c', `${exportPrelude}\n${command}`]).status;
      assert.equal(run(`set_parameter ${quote(conf)} port 6600`), 0);
      assert.equal(run(`remove_parameter ${quote(conf)} xlog_file_path`), 0);
      assert.equal(await readFile(conf, 'utf8'), '#port = 1\nportal = 3\nport = 6600\n');
      assert.equal(run(`has_parameter ${quote(conf)} port 6600`), 0);
      assert.equal(run(`has_parameter ${quote(conf)} port 660`), 1);
      assert.equal(run(`has_parameter ${quote(conf)} xlog_file_path`), 0);
      assert.equal(run(`has_parameter ${quote(conf)} port`), 1);
      assert.equal(run(`refuse_mode ${quote(conf)} port primary`), 0);
      await writeFile(join(folder, 'mode'), "cluster_run_mode = 'cluster_standby'  # x\n");
      assert.equal(
        run(`refuse_mode ${quote(join(folder, 'mode'))} cluster_run_mode cluster_standby`),
        1,
      );
      assert.equal(
        run(`refuse_mode ${quote(join(folder, 'mode'))} cluster_run_mode cluster_primary`),
        0,
      );
      assert.equal(run(`refuse_filled ${quote(folder)}`), 1);
      assert.equal(run(`refuse_existing ${quote(conf)}`), 1);
      const hba = join(folder, 'pg_hba.conf');
      await writeFile(hba, 'local all all trust\n');
      run(`allow_host ${quote(hba)} omm 10.0.0.1`);
      run(`allow_host ${quote(hba)} omm 10.0.0.1`);
      assert.equal(
        await readFile(hba, 'utf8'),
        'host all omm 10.0.0.1/32 trust\nhost all all 10.0.0.1/32 sha256\nlocal all all trust\n',
      );
      const vg = join(folder, 'vg.conf');
      await writeFile(vg, `data:${conf}\nlog:${hba}\n`);
      assert.equal(run(`refuse_same_volume "$(redo_volumes ${quote(vg)})" ${quote(vg)}`), 1);
      assert.equal(run(`refuse_same_volume other ${quote(vg)}`), 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are refused where a part of a plan alone would do harm', async () => {
    const layout = layoutOf(seedTopology('7.0.0-RC1'), undefined);
    const recovery = { kind: 'cluster', name: 'recovery' } as const;
    for (const plan of [
      switchoverPlan(layout, recovery),
      failoverPlan(layout, recovery),
      rebuildPlan(layout, recovery),
      tearDownPlan(layout),
      preflightPlan(layout),
    ]) {
      const refused = (thrown: { code?: string; remedy?: string }): boolean =>
        thrown.code === 'recipe-refused' && (thrown.remedy ?? '') !== '';
      assert.throws(() => exportShellScript(plan), refused, plan.recipe);
      await assert.rejects(exportAnsiblePlaybook(plan), refused, plan.recipe);
    }
  });

  it('are playbooks of Ansible’s own modules, with no template but ours', async () => {
    const layout = layoutOf(seedTopology('7.0.0-RC1'), undefined);
    const plan = deployPlan({
      ...layout,
      topology: { ...layout.topology, hosts: { local: { hostName: '{{ evil }}', user: 'a{%b' } } },
    });
    const odd = {
      ...plan,
      title: 'A {{ title }}',
      steps: plan.steps.map((step) => ({
        ...step,
        scripts: (step.scripts ?? []).map((script) => ({
          ...script,
          run: `${script.run}\necho '{{ x }} {% endraw %} {# y #}'`,
        })),
      })),
    };
    const text = await exportAnsiblePlaybook(odd);
    const plays = parse(text, { maxAliasCount: -1 }) as Record<string, unknown>[];
    const words = new Set([
      'name',
      'args',
      'environment',
      'register',
      'changed_when',
      'failed_when',
      'when',
      'no_log',
      'delegate_to',
    ]);
    const tasks = plays.flatMap((play) => play['tasks'] as Record<string, unknown>[]);
    for (const task of tasks) {
      const modules = Object.keys(task).filter((key) => !words.has(key));
      assert.equal(modules.length, 1, JSON.stringify(Object.keys(task)));
      assert.match(modules[0] ?? '', /^ansible\.builtin\.(?:shell|add_host|set_fact)$/);
    }
    const ours =
      /\{\{ (?:prelude|password|given_[A-Z_]+|asked_[A-Z_]+\.stdout|'\{%'|hostvars\['localhost'\]\.initial_password) \}\}/g;
    const strings = (value: unknown): string[] =>
      typeof value === 'string'
        ? [value]
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(strings)
          : [];
    for (const value of strings(plays)) {
      const left = value.replace(/\{% raw %\}.*?\{% endraw %\}/gs, '').replace(ours, '');
      assert.doesNotMatch(left, /\{[{%#]/);
    }
    // What changes something and can be asked before is asked before.
    const guarded = tasks.filter((task) => 'when' in task);
    assert.ok(guarded.length > 30);
    assert.ok(guarded.every((task) => /^checked_\d+\.rc != 0$/.test(String(task['when']))));
    assert.doesNotMatch(text, /^\s*mode: [0-7]+$/m);
  });

  it('are playbooks that Ansible takes', async (context) => {
    const text = await exportAnsiblePlaybook(
      deployPlan(layoutOf(seedTopology('7.0.0-RC1'), undefined)),
    );
    const plays = parse(text, { maxAliasCount: -1 }) as {
      name: string;
      hosts: string;
      tasks: Record<string, unknown>[];
    }[];
    assert.ok(plays.length > 20);
    for (const play of plays) {
      assert.ok(play.name && play.hosts && play.tasks.length > 0);
    }
    const withPassword = plays
      .flatMap((play) => play.tasks)
      .filter((task) => JSON.stringify(task).includes('PASSWORD_FILE'));
    assert.ok(withPassword.length > 0);
    assert.ok(withPassword.every((task) => task['no_log'] === true || !('environment' in task)));
    if (spawnSync('ansible-playbook', ['--version']).status !== 0) {
      context.diagnostic('ansible-playbook is not installed: its syntax check was not made');
      return;
    }
    const folder = await mkdtemp(join(tmpdir(), 'playbook-'));
    try {
      await writeFile(join(folder, 'play.yml'), text);
      const checked = spawnSync('ansible-playbook', ['--syntax-check', 'play.yml'], {
        cwd: folder,
        encoding: 'utf8',
      });
      assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
