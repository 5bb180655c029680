// Clusters with openGauss's cluster manager: started, stopped and switched over by cm_ctl, believed only by queries.
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import type { RunResult } from '../../../src/operations/events.ts';
import { planDocument } from '../../../src/operations/plan-document.ts';
import { previewPlan } from '../../../src/operations/preview.ts';
import { applyConfigurationPlan } from '../../../src/operations/recipes/apply-configuration.ts';
import { layoutOf } from '../../../src/operations/recipes/layout.ts';
import {
  restartPlan,
  startPlan,
  stopPlan,
  type Target,
} from '../../../src/operations/recipes/lifecycle.ts';
import { planOf } from '../../../src/operations/recipes/recipe.ts';
import { readMark } from '../../../src/operations/steps/apply-mark.ts';
import {
  failoverPlan,
  rebuildPlan,
  switchoverPlan,
} from '../../../src/operations/recipes/roles.ts';
import type { Plan } from '../../../src/operations/types.ts';
import { managedStartStep, managedStopStep } from '../../../src/operations/steps/managed.ts';
import { writerOf } from '../../lab/sim/files.ts';
import { ManagerState } from '../../lab/sim/cm/state.ts';
import { thorough, versionsToTry } from '../../support/versions.ts';
import { told, topologyFrom } from './support/bare-lab.ts';
import {
  Watch,
  atHome,
  production,
  recovery,
  startRoleLab,
  type RoleLab,
} from './support/role-lab.ts';

const both: Target = { kind: 'both' };
const node = (id: string): Target => ({ kind: 'node', id });
const down = { ...atHome };
for (const id of Object.keys(atHome) as (keyof typeof atHome)[]) {
  Object.assign(down, { [id]: 'down' });
}

/** Short enough for a test, long enough for the lab. */
const limits = { start: 8, stop: 8, switchover: 8, settle: 4, grace: 2 };

/** For what is to succeed, also on a slow machine. */
const patient = { start: 60, stop: 60, switchover: 60, settle: 30, grace: 10 };

/** For what is not to succeed. */
const hasty = { start: 3, stop: 3, switchover: 3, settle: 1, grace: 1 };

function isDone(result: RunResult): void {
  assert.equal(result.outcome, 'done', told(result));
}

function failure(result: RunResult, words: RegExp): void {
  assert.equal(result.outcome, 'failed', told(result));
  const failed = result.steps.find((step) => step.failure !== undefined)?.failure;
  assert.match(failed?.message ?? '', words);
  assert.notEqual(failed?.remedy ?? '', '');
}

function managerOf(one: RoleLab, name: string): ManagerState {
  const cluster = one.lab.clusters.find((each) => each.name === name);
  assert.ok(cluster);
  return new ManagerState(cluster.cmConfig);
}

for (const version of versionsToTry('7.0.0')) {
  describe(`the cluster manager of ${version}`, () => {
    let one: RoleLab;
    let watch: Watch;
    before(async () => {
      one = await startRoleLab(version, { manager: true });
      watch = new Watch(one.lab.nodes);
    });
    after(async () => {
      await watch.stop();
      await one.stop();
    });

    it('stops and starts both clusters, and does nothing the second time', async () => {
      isDone(await one.run(stopPlan(one.layout, both)));
      assert.deepEqual(one.roles(), down);
      assert.ok(managerOf(one, 'production').stopped);
      const again = await one.run(stopPlan(one.layout, both));
      assert.ok(
        again.steps.every(({ outcome }) => outcome === 'skipped'),
        told(again),
      );
      const started = await one.run(startPlan(one.layout, both));
      isDone(started);
      assert.deepEqual(one.roles(), atHome);
      assert.match(started.steps[0]?.evidence ?? '', /cluster_state Normal.*Primary, Normal/);
      const second = await one.run(startPlan(one.layout, both));
      assert.ok(
        second.steps.every(({ outcome }) => outcome === 'skipped'),
        told(second),
      );
    });

    it('stops and starts one node, and says what it would run', async () => {
      const plan = restartPlan(one.layout, node('production/dn1'));
      const { steps } = await previewPlan(plan, {
        pool: one.pool,
        folder: join(one.lab.dir, '.opengauss'),
      });
      const commands = steps.flatMap(({ parts }) =>
        parts.flatMap((part) => (part.kind === 'command' ? [part.command] : [])),
      );
      assert.deepEqual(commands, [
        'cm_ctl stop -n 2 -I 6002 -m fast -t 240',
        'cm_ctl start -n 2 -I 6002 -t 600',
      ]);
      isDone(await one.run(stopPlan(one.layout, node('production/dn1'))));
      assert.deepEqual(one.roles(), { ...atHome, 'production/dn1': 'down' });
      isDone(await one.run(startPlan(one.layout, node('production/dn1'))));
      isDone(await one.run(plan));
      assert.deepEqual(one.roles(), atHome);
    });

    /** The plan that adds a line to the file of a node, as it stands or as an interrupted run left it. */
    async function applied(nodeId: string, line: string, patience = limits): Promise<Plan> {
      const path = join(one.lab.node(nodeId).dataDir, 'postgresql.conf');
      const text = await readFile(path, 'utf8');
      const shell = await one.pool.shell(one.lab.node(nodeId).host);
      const mark = await readMark(shell, {
        scope: one.layout.scope,
        nodeId,
        name: 'postgresql.conf',
      });
      const [before_, after_] =
        mark?.after === text ? [mark.before, mark.after] : [text, `${text}${line}`];
      const file = { nodeId, name: 'postgresql.conf', before: before_, after: after_ } as const;
      return applyConfigurationPlan(one.layout, [file], patience);
    }
    const connections = async (id: string): Promise<string | undefined> =>
      (await one.sql(id, "select setting from pg_settings where name = 'max_connections'"))[0]?.[0];

    it('applies a configuration: nodes are restarted by cm_ctl and by nothing else', async () => {
      const plan = await applied('recovery/dn0', 'max_connections = 321\n');
      const preview = await previewPlan(plan, { pool: one.pool, folder: one.lab.dir });
      assert.match(planDocument(preview), /recovery\/dn0 leads recovery now\./);
      const result = await one.run(plan);
      isDone(result);
      const output = result.steps[0]?.output ?? '';
      assert.match(output, /\$ cm_ctl stop -n 1 -I 6001 -m fast[^]*\$ cm_ctl start -n 1 -I 6001/);
      assert.doesNotMatch(output, /gs_ctl (stop|start|restart)/);
      assert.equal(await connections('recovery/dn0'), '321');
      assert.ok(!managerOf(one, 'recovery').isStopped(6001), 'cm_ctl still calls it stopped');
      // While the one that led was down, another took its place.
      assert.equal(one.roles()['recovery/dn1'], 'Main Standby');
      const again = await one.run(plan);
      assert.equal(again.steps[0]?.outcome, 'skipped', told(again));
    });

    it('puts the former file back through cm_ctl when a node does not come up with the new one', async () => {
      const conf = join(one.lab.node('production/dn1').dataDir, 'postgresql.conf');
      const text = await readFile(conf, 'utf8');
      const result = await one.run(
        await applied('production/dn1', 'max_wal_senders = 1000\n', {
          ...limits,
          start: 3,
          settle: 2,
        }),
      );
      assert.equal(result.outcome, 'failed', told(result));
      assert.match(result.steps[0]?.output ?? '', /the former one is put back/);
      assert.equal(await readFile(conf, 'utf8'), text);
      assert.equal(one.roles()['production/dn1'], 'Standby');
    });

    it('brings up a node that a run had stopped when the editor died', async () => {
      const letGo = new AbortController();
      const dying = await one.run(await applied('recovery/dn1', 'max_connections = 322\n'), {
        signal: letGo.signal,
        onEvent: (event) => {
          if (event.kind === 'output' && event.text.startsWith('$ cm_ctl start')) {
            letGo.abort(new Error('the editor died'));
          }
        },
      });
      assert.notEqual(dying.outcome, 'done');
      assert.equal(one.roles()['recovery/dn1'], 'down');
      isDone(await one.run(await applied('recovery/dn1', 'not added')));
      assert.deepEqual(one.roles(), atHome);
      assert.equal(await connections('recovery/dn1'), '322');
      const shell = await one.pool.shell('dr');
      const left = await shell.run('ls "$HOME/.opengauss-dual-cluster"');
      assert.doesNotMatch(left.stdout, /applying-/);
    });

    it('switches over inside the primary cluster, there and back, and loses no row', async () => {
      await one.lab.faults.load(50);
      while (one.lab.faults.acknowledgedRows === 0) {
        await pause(20);
      }
      isDone(await one.run(switchoverPlan(one.layout, node('production/dn1'))));
      assert.deepEqual(one.roles(), {
        ...atHome,
        'production/dn0': 'Standby',
        'production/dn1': 'Primary',
      });
      isDone(await one.run(switchoverPlan(one.layout, node('production/dn0'))));
      const acknowledged = one.lab.faults.acknowledgedRows;
      await one.lab.faults.load(0);
      assert.deepEqual(one.roles(), atHome);
      const rows = await one.rows('production/dn0');
      assert.ok(acknowledged > 0 && rows >= acknowledged, `${rows} of ${acknowledged}`);
    });

    it('switches over inside the standby cluster where the version can', async () => {
      const result = await one.run(switchoverPlan(one.layout, node('recovery/dn1')));
      if (version === '5.0.0') {
        failure(result, /known from 6\.0\.0 on/);
        return;
      }
      isDone(result);
      assert.equal(one.roles()['recovery/dn1'], 'Main Standby');
      isDone(await one.run(switchoverPlan(one.layout, node('recovery/dn0'))));
    });

    it('is not asked to do what it cannot', () => {
      const gsDdr = version === '5.0.0' ? /before 6\.0\.0/ : /gs_ddr -t switchover/;
      assert.throws(
        () => switchoverPlan(one.layout, recovery),
        (thrown: Error & { remedy?: string }) => gsDdr.test(thrown.remedy ?? ''),
      );
      assert.throws(() => failoverPlan(one.layout, node('production/dn1')), /in charge/);
      assert.throws(() => rebuildPlan(one.layout, recovery), /in charge/);
    });

    it('never had two clusters that take writes', () => {
      assert.ok(watch.writes > 0);
      assert.deepEqual(watch.seen, []);
    });
  });
}

describe('the cluster manager, when something is wrong', () => {
  const skip = thorough ? false : 'with OPENGAUSS_DUAL_CLUSTER_VERSIONS only';
  let one: RoleLab;
  const stop = (target: Target) => one.run(stopPlan(one.layout, target));
  const start = (target: Target) => one.run(startPlan(one.layout, target));
  /** The step with limits that a test can wait for. */
  const short = (which: 'start' | 'stop', patience = limits) => {
    const managed = { layout: one.layout, cluster: one.layout.primary };
    const options = { after: [], limits: patience };
    return planOf(which, one.layout, {
      title: which,
      steps: [
        which === 'start' ? managedStartStep(managed, options) : managedStopStep(managed, options),
      ],
    });
  };
  before(async () => {
    one = await startRoleLab('7.0.0', { manager: true });
  });
  after(() => one.stop());

  it('is not believed when it was told by hand: a killed node is no stopped one', async () => {
    await one.lab.faults.kill('production/dn1');
    const result = await stop(node('production/dn1'));
    isDone(result);
    assert.equal(result.steps[0]?.outcome, 'done', told(result));
    assert.ok(managerOf(one, 'production').isStopped(6002));
    isDone(await start(node('production/dn1')));
  });

  it('starts nothing as something else than it is, and no second primary', async () => {
    isDone(await stop(recovery));
    managerOf(one, 'recovery').setParameter('ss_double_cluster_mode', '1');
    failure(await start(recovery), /would start recovery as the primary cluster/);
    assert.equal(one.roles()['recovery/dn0'], 'down');
    managerOf(one, 'recovery').setParameter('ss_double_cluster_mode', '2');
    isDone(await start(recovery));
  });

  it('is not asked for anything while it is paused or does not answer', async () => {
    managerOf(one, 'production').setPaused(true);
    failure(await one.run(switchoverPlan(one.layout, node('production/dn1'))), /is paused/);
    managerOf(one, 'production').setPaused(false);
    isDone(await stop(production));
    failure(await start(node('production/dn1')), /cm_server does not answer/);
    isDone(await start(production));
    assert.deepEqual(one.roles(), atHome);
  });

  it('is said to be missing where it is', async () => {
    const program = join(one.lab.host('prod').gaussHome, 'bin', 'cm_ctl');
    const text = await readFile(program);
    await writeFile(program, '#!/bin/sh\necho "sh: cm_ctl: not found" >&2\nexit 127\n');
    failure(await stop(production), /is not recognised: .*not found/);
    assert.deepEqual(one.roles(), atHome);
    await writeFile(program, text);
  });

  it('may hang: the cluster is asked what is true', { skip }, async () => {
    isDone(await stop(production));
    await one.lab.faults.hangManager('start');
    const hanging = one.run(short('start', hasty));
    failure(await hanging, /does not come up as it should[\s\S]*did not end within/);
    await one.lab.faults.hangManager();
    isDone(await one.run(short('start')));
    assert.deepEqual(one.roles(), atHome);
  });

  it(
    'may not bring a node up: the plan names it, and is done after it was mended',
    { skip },
    async () => {
      isDone(await stop(production));
      const conf = join(one.lab.node('production/dn1').dataDir, 'postgresql.conf');
      const text = await readFile(conf, 'utf8');
      await appendFile(conf, 'max_connections = none\n');
      const result = await one.run(short('start', hasty));
      failure(result, /production\/dn1 is Down[\s\S]*start cluster failed/);
      assert.match(result.steps[0]?.output ?? '', /HINT/);
      await writeFile(conf, text);
      isDone(await one.run(short('start')));
      assert.deepEqual(one.roles(), atHome);
    },
  );

  it('goes on when the connection is cut in the middle', async () => {
    isDone(await stop(production));
    const running = one.run(short('start', patient));
    const dss = join(one.lab.node('production/dn0').dssHome, 'dss.lck');
    while (writerOf(dss) === 0) {
      await pause(20);
    }
    one.lab.faults.cutConnections('prod');
    isDone(await running);
    assert.deepEqual(one.roles(), atHome);
  });

  it('says that the result is not known when nobody can be asked any more', async () => {
    const running = one.run(short('stop'));
    while (!managerOf(one, 'production').stopped) {
      await pause(20);
    }
    await one.lab.faults.stopSshd('prod');
    one.lab.faults.cutConnections('prod');
    const result = await running;
    assert.equal(result.steps[0]?.outcome, 'unknown', told(result));
    await one.lab.faults.startSshd('prod');
    await one.reconnect();
    isDone(await stop(production));
    isDone(await start(production));
    assert.deepEqual(one.roles(), atHome);
  });
});

describe('a topology with the cluster manager', () => {
  it('need not name what only the manager knows', async () => {
    const topology = await topologyFrom(`version: 1
openGauss: "6.0.0"
profile: dorado
clusters:
  - name: production
    role: primary
    manager: cm
    nodes: [{name: dn0, host: a, dataDir: /opt/data/dn, port: 25400}]
  - name: recovery
    role: standby
    manager: cm
    nodes: [{name: dn0, host: b, dataDir: /opt/data/dn, port: 25400}]
`);
    const layout = layoutOf(topology, undefined);
    assert.deepEqual(
      startPlan(layout, both).steps.map(({ id }) => id),
      ['start.production', 'start.recovery'],
    );
    assert.deepEqual(
      stopPlan(layout, both).steps.map(({ id }) => id),
      ['stop.recovery', 'stop.production'],
    );
  });
});
