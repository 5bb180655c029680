import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { parse } from 'yaml';

import { quote } from '../../../src/hosts/quote.ts';
import { exportAnsiblePlaybook } from '../../../src/operations/export-ansible.ts';
import { exportPrelude } from '../../../src/operations/export-prelude.ts';
import { exportShellScript } from '../../../src/operations/export-sh.ts';
import { deployPlan, preflightPlan } from '../../../src/operations/recipes/deploy.ts';
import { layoutOf } from '../../../src/operations/recipes/layout.ts';
import { startPlan, stopPlan } from '../../../src/operations/recipes/lifecycle.ts';
import {
  failoverPlan,
  rebuildPlan,
  switchoverPlan,
} from '../../../src/operations/recipes/roles.ts';
import { tearDownPlan } from '../../../src/operations/recipes/tear-down.ts';
import { seedTopology } from './support/seed-topology.ts';

const both = { kind: 'both' } as const;

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
