import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { RunResult } from '../../../src/operations/events.ts';
import { planDocument } from '../../../src/operations/plan-document.ts';
import { previewPlan } from '../../../src/operations/preview.ts';
import { applyConfigurationPlan } from '../../../src/operations/recipes/apply-configuration.ts';
import { deployPlan } from '../../../src/operations/recipes/deploy.ts';
import { startPlan, type Target } from '../../../src/operations/recipes/lifecycle.ts';
import type { EditedFile } from '../../../src/operations/steps/apply-file.ts';
import type { Plan, RecipeName } from '../../../src/operations/types.ts';
import { thorough, versionsToTry } from '../../support/versions.ts';
import { startBareLab, told, type BareLab } from './support/bare-lab.ts';
import { configuration, exchangedLayout, live, nodesOf, planFor } from './support/deployed-lab.ts';
import { killAgainAndAgain } from './support/kills.ts';
import {
  Watch,
  atHome,
  exchanged,
  production,
  recovery,
  rolesOf,
  statement,
} from './support/role-lab.ts';

function blockedIn(result: RunResult): string {
  const step = result.steps.find((one) => one.outcome === 'blocked');
  assert.ok(step?.failure, told(result));
  assert.notEqual(step.failure.remedy ?? '', '', 'a remedy is named');
  return `${step.failure.message} ${step.failure.remedy ?? ''}`;
}

/** The whole matrix of stopping and starting is npm run soak -- lifecycle. */
const skip = thorough ? false : 'with OPENGAUSS_DUAL_CLUSTER_VERSIONS only';

for (const version of versionsToTry('7.0.0')) {
  describe(`deployment of ${version} on bare hosts`, () => {
    let bare: BareLab;
    let watch: Watch | undefined;
    before(async () => {
      bare = await startBareLab(version);
    });
    after(async () => {
      await watch?.stop();
      await bare.stop();
    });

    const roles = (): Readonly<Record<string, string>> => rolesOf(nodesOf(bare));
    async function done(recipe: RecipeName, target?: Target): Promise<RunResult> {
      const result = await bare.run(await planFor(bare, recipe, target));
      assert.equal(result.outcome, 'done', told(result));
      return result;
    }

    /** The plan that adds lines to the files of nodes. */
    async function applied(lines: Readonly<Record<string, string>>): Promise<Plan> {
      const files: EditedFile[] = [];
      for (const [nodeId, added] of Object.entries(lines)) {
        const node = bare.layout.nodes.find((one) => one.id === nodeId);
        const before_ = await readFile(join(node?.dataDir ?? '', 'postgresql.conf'), 'utf8');
        const after_ = `${before_}${added}`;
        files.push({ nodeId, name: 'postgresql.conf', before: before_, after: after_ });
      }
      return applyConfigurationPlan(await live(bare), files);
    }

    // Undisturbed deployments: test/ui/deploy.test.ts, export-run.test.ts and the end of faults.test.ts.
    it('leads to two clusters that replicate though it is killed again and again, and does nothing the second time', async () => {
      const steps = ['initdb.production/dn0', 'build.recovery', 'start.recovery'];
      const { missed, again } = await killAgainAndAgain(bare, {
        steps,
        kills: [
          { victim: 'editor', moment: 'middle' },
          { victim: 'host', moment: 'middle' },
          { victim: 'connections', moment: 'middle' },
        ],
        say: (text) => process.stdout.write(text),
      });
      assert.ok(missed.length < steps.length / 2, `not hit: ${missed.join(', ')}`);
      const proof = again.steps.at(-1)?.evidence ?? '';
      assert.match(proof, /production\/dn0: Primary, Normal/);
      assert.match(proof, /recovery\/dn0: Main Standby, Normal/);
      assert.match(proof, /sender .*Streaming/);
      watch = new Watch(nodesOf(bare));
    });

    // The rest of both versions is `npm run soak -- lifecycle`; here the one that takes the mode at every start.
    if (version === '5.0.0') {
      return;
    }

    it('stops, starts and restarts nodes and clusters, each in its mode', { skip }, async () => {
      await done('stop', { kind: 'node', id: 'production/dn1' });
      assert.equal(roles()['production/dn1'], 'down');
      await done('start', { kind: 'node', id: 'production/dn1' });
      await done('restart', recovery);
      assert.deepEqual(roles(), atHome);
    });

    it('is refused after a role change and changes nothing', async () => {
      await done('switchover', recovery);
      assert.deepEqual(roles(), exchanged);
      const files = await configuration(bare);
      for (const recipe of ['deploy', 'disaster-recovery'] as const) {
        const result = await bare.run(await planFor(bare, recipe));
        assert.match(
          blockedIn(result),
          /production is the standby cluster now, and the topology calls it the primary cluster.*Switch over.*opengauss\.yaml/,
        );
        assert.equal(result.steps.length, 1, 'no other step was tried');
      }
      const simulated = await bare.run(await planFor(bare, 'simulated-dual-cluster'));
      assert.match(blockedIn(simulated), /is set up for disaster recovery already/);
      assert.deepEqual(await configuration(bare), files);
      assert.deepEqual(roles(), exchanged);
    });

    it('does nothing after a role change that stands in the topology', async () => {
      const files = await configuration(bare);
      const result = await bare.run(deployPlan(exchangedLayout(bare)));
      assert.deepEqual(
        result.steps.filter((one) => one.outcome !== 'skipped').map((one) => one.step.id),
        [],
        told(result),
      );
      assert.deepEqual(await configuration(bare), files);
    });

    it(
      'stops, starts and restarts in the modes that a role change has left',
      { skip },
      async () => {
        await done('restart', { kind: 'node', id: 'production/dn1' });
        const stop = await done('stop');
        const order = stop.steps.filter((one) => /^stop\./.test(one.step.id));
        assert.deepEqual(
          order.map((one) => one.step.id),
          ['stop.production', 'stop.recovery'],
          'the standby cluster of now first',
        );
        assert.ok(Object.values(roles()).every((role) => role === 'down'));
        // A plan that was made for the old roles is refused, node by node and cluster by cluster.
        for (const target of [
          recovery,
          production,
          { kind: 'node', id: 'recovery/dn0' },
        ] as const) {
          const old = await bare.run(startPlan(bare.layout, target));
          assert.match(blockedIn(old), /is not started as the (?:primary|standby) cluster: it is/);
        }
        assert.ok(Object.values(roles()).every((role) => role === 'down'));
        await done('start');
        assert.deepEqual(roles(), exchanged);
      },
    );

    it('applies edited files: reload or restart as each parameter needs, and the server has them', async () => {
      const plan = await applied({
        'recovery/dn0': 'checkpoint_timeout = 20min\n',
        'production/dn0': 'max_connections = 321\n',
        'production/dn1': 'max_connections = 321\ncheckpoint_timeout = 1200s\n',
      });
      const preview = await previewPlan(plan, { pool: bare.pool, folder: bare.lab.dir });
      const document = planDocument(preview);
      assert.match(document, /^\+checkpoint_timeout = 20min$/m);
      assert.match(document, /In force after a restart: max_connections/);
      assert.match(document, /In force after a reload: checkpoint_timeout/);
      assert.deepEqual(document.match(/\S+ leads \w+ now\./g), [
        'production/dn0 leads production now.',
      ]);
      const result = await bare.run(plan);
      assert.equal(result.outcome, 'done', told(result));
      assert.deepEqual(roles(), exchanged);
      const has = async (node: string, name: string): Promise<string | undefined> => {
        const watched = nodesOf(bare).find((one) => one.id === node);
        assert.ok(watched);
        const sql = `select setting from pg_settings where name = '${name}'`;
        return (await statement(watched, sql))[0]?.[0];
      };
      assert.equal(await has('recovery/dn0', 'checkpoint_timeout'), '1200');
      assert.equal(await has('production/dn0', 'max_connections'), '321');
      assert.equal(await has('production/dn1', 'max_connections'), '321');
      const again = await bare.run(plan);
      assert.ok(
        again.steps.every((one) => one.outcome === 'skipped'),
        told(again),
      );
    });

    it('puts the former file back when a node does not come up with the new one', async () => {
      const files = await configuration(bare);
      const result = await bare.run(
        await applied({ 'production/dn1': 'max_wal_senders = 1000\n' }),
      );
      assert.equal(result.outcome, 'failed');
      assert.match(
        result.steps[0]?.failure?.message ?? '',
        /max_wal_senders must be less than max_connections/,
      );
      assert.match(result.steps[0]?.output ?? '', /the former one is put back/);
      assert.deepEqual(await configuration(bare), files);
      assert.deepEqual(roles(), exchanged);
    });

    it('brings up a node that a run had stopped when the editor died', async () => {
      const plan = await applied({ 'recovery/dn1': 'max_connections = 322\n' });
      const letGo = new AbortController();
      const dying = await bare.run(plan, {
        signal: letGo.signal,
        onEvent: (event) => {
          if (event.kind === 'output' && /\bgs_ctl start\b/.test(event.text)) {
            letGo.abort(new Error('the editor died'));
          }
        },
      });
      assert.notEqual(dying.outcome, 'done');
      assert.equal(roles()['recovery/dn1'], 'down');
      const resumed = await bare.run(plan);
      assert.equal(resumed.outcome, 'done', told(resumed));
      assert.match(resumed.steps[0]?.evidence ?? '', /in force: max_connections/);
      assert.deepEqual(roles(), exchanged);
    });

    it('does not touch a file that somebody else has changed meanwhile', async () => {
      const plan = await applied({ 'recovery/dn1': 'checkpoint_timeout = 25min\n' });
      const path = join(bare.layout.standby.nodes[1]?.dataDir ?? '', 'postgresql.conf');
      await appendFile(path, '# by somebody else\n');
      const result = await bare.run(plan);
      assert.match(blockedIn(result), /was changed by somebody else meanwhile/);
      assert.match(await readFile(path, 'utf8'), /# by somebody else\n$/);
    });

    it('is torn down to what the journal names; what others have put there stays', async () => {
      const foreign = join(bare.layout.primary.base, 'notes.txt');
      await writeFile(foreign, 'not yours');
      const result = await done('tear-down');
      assert.equal(await readFile(foreign, 'utf8'), 'not yours');
      assert.deepEqual(await readdir(bare.layout.primary.base), ['notes.txt']);
      assert.equal(existsSync(bare.layout.standby.base), false);
      assert.match(
        told(result) + result.steps.map((one) => one.output).join(''),
        /notes\.txt|not empty/,
      );
    });

    it('never had two clusters that take writes', async () => {
      await watch?.stop();
      assert.ok((watch?.writes ?? 0) > 0);
      assert.deepEqual(watch?.seen, []);
    });
  });
}
