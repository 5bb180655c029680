import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { Failure } from '../../../src/base/errors.ts';
import type { RunResult, StepResult } from '../../../src/operations/events.ts';
import { previewPlan } from '../../../src/operations/preview.ts';
import {
  deployPlan,
  disasterRecoveryPlan,
  preflightPlan,
} from '../../../src/operations/recipes/deploy.ts';
import { layoutOf } from '../../../src/operations/recipes/layout.ts';
import { tearDownPlan } from '../../../src/operations/recipes/tear-down.ts';
import { processesOf } from '../../lab/processes.ts';
import { password, startBareLab, told, type BareLab } from './support/bare-lab.ts';

/** The step that a run stopped at. */
function stopped(result: RunResult): StepResult {
  const step = result.steps.find((one) => one.failure !== undefined);
  assert.ok(step, told(result));
  return step;
}

function words(step: StepResult): string {
  const { failure } = step;
  return [
    failure?.message,
    failure?.remedy,
    ...step.diagnoses.flatMap((one) => [one.cause, one.remedy]),
  ].join('\n');
}

describe('a deployment that meets a fault', () => {
  let bare: BareLab;
  const base = (): string => bare.layout.primary.base;

  before(async () => {
    bare = await startBareLab('5.0.0');
  });
  after(() => bare.stop());

  /** Nothing of the deployment has been made on either machine. */
  async function untouched(): Promise<void> {
    for (const host of bare.lab.hosts) {
      const names = (await readdir(host.home)).filter(
        (name) => !['.profile', '.opengauss-dual-cluster'].includes(name),
      );
      assert.deepEqual(names, [], `something was made on ${host.name}`);
    }
  }

  /** The servers that run on the machines, by their command lines. */
  async function servers(): Promise<string[]> {
    const lines = await Promise.all(
      processesOf(bare.lab.dir).map((pid) =>
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ),
    );
    return lines.flatMap(
      (line) => /(?:gaussdb|dssserver) -D \S+/.exec(line.split('\0').join(' ')) ?? [],
    );
  }

  async function blockedWith(pattern: RegExp, layout = bare.layout): Promise<StepResult> {
    const result = await bare.run(deployPlan(layout));
    assert.equal(result.outcome, 'failed');
    const step = stopped(result);
    assert.equal(step.outcome, 'blocked', told(result));
    assert.match(words(step), pattern);
    assert.ok(step.failure?.remedy, 'a remedy is named');
    return step;
  }

  it('names a port that is taken', async () => {
    const { port } = bare.layout.primary.first;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      await blockedWith(new RegExp(`${port}.*production/dn0`));
      await untouched();
    } finally {
      server.close();
    }
  });

  it('names the node that has another version', async () => {
    const host = bare.lab.host('dr');
    host.version = '7.0.0';
    await host.install();
    try {
      const step = await blockedWith(/recovery\/dn\d has openGauss 7\.0\.0.*topology says 5\.0\.0/);
      assert.equal(step.failure?.place.host, 'dr');
      await untouched();
    } finally {
      host.version = '5.0.0';
      await host.install();
    }
  });

  it('refuses one lock file for both clusters', async () => {
    const [one, two] = bare.topology.clusters;
    assert.ok(one !== undefined && two !== undefined);
    const layout = layoutOf(
      {
        ...bare.topology,
        clusters: [
          { ...one, xlogLockFile: '/tmp/lock' },
          { ...two, xlogLockFile: '/tmp/lock' },
        ],
      },
      undefined,
    );
    await blockedWith(/Both clusters have the lock file \/tmp\/lock/, layout);
    await untouched();
  });

  it(
    'names a folder that belongs to somebody else',
    { skip: process.getuid?.() !== 0 && 'only root can give a folder away' },
    async () => {
      const { dataDir } = bare.layout.primary.first;
      await mkdir(dataDir, { recursive: true });
      await chown(dataDir, 12345, 12345);
      const result = await bare.run(deployPlan(bare.layout));
      const step = stopped(result);
      assert.equal(step.failure?.code, 'foreign-path', told(result));
      assert.match(words(step), /a folder of the user/);
      await bare.run(tearDownPlan(bare.layout));
      assert.ok(existsSync(dataDir), 'the foreign folder is still there');
      await rm(dirname(dataDir), { recursive: true });
      await untouched();
    },
  );

  it('leaves a foreign folder in the place of a data directory as it is', async () => {
    const { dataDir } = bare.layout.primary.first;
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'precious'), 'mine');
    const result = await bare.run(deployPlan(bare.layout));
    const step = stopped(result);
    assert.equal(step.step.id, 'initdb.production/dn0', told(result));
    assert.equal(step.failure?.code, 'foreign-path');
    assert.equal(step.failure.place.file, dataDir);
    assert.equal(await readFile(join(dataDir, 'precious'), 'utf8'), 'mine');
    const torn = await bare.run(tearDownPlan(bare.layout));
    assert.equal(torn.outcome, 'done', told(torn));
    assert.deepEqual(
      await readdir(base()),
      ['dn0'],
      'all of ours is gone, the foreign folder is not',
    );
    assert.equal(await readFile(join(dataDir, 'precious'), 'utf8'), 'mine');
    await rm(base(), { recursive: true });
    assert.deepEqual(await servers(), [], 'no server of ours is left behind');
  });

  it('keeps the old state on a full disk, says so, and goes on when there is room', async () => {
    const host = bare.lab.host('prod');
    try {
      const result = await bare.run(deployPlan(bare.layout), {
        onEvent: (event) => {
          if (event.kind === 'run-started') {
            host.disk.setFull(true);
          }
        },
      });
      const step = stopped(result);
      assert.match(words(step), /room|disk/i, told(result));
      assert.equal(existsSync(bare.layout.primary.first.envFile), false);
      await assert.rejects(bare.run(deployPlan(bare.layout)), { code: 'disk-full' });
    } finally {
      host.disk.setFull(false);
    }
  });

  it('does not begin while the plan of somebody else holds a host', async () => {
    const folder = join(bare.lab.host('dr').home, '.opengauss-dual-cluster');
    const lock = JSON.stringify({
      run: 'theirs',
      plan: 'restart-0123456789ab',
      title: 'Restart recovery',
      user: 'somebody',
      machine: 'another-machine',
      pid: 4711,
      time: '2026-01-01T00:00:00.000Z',
    });
    const before_ = await Promise.all(bare.lab.hosts.map(({ home }) => readdir(home)));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'lock'), lock);
    await assert.rejects(bare.run(deployPlan(bare.layout)), (thrown: Failure) => {
      assert.equal(thrown.code, 'locked');
      assert.match(thrown.message, /dr is locked by somebody on another-machine.*Restart recovery/);
      assert.match(thrown.remedy ?? '', /Release Lock/);
      return true;
    });
    assert.equal(await readFile(join(folder, 'lock'), 'utf8'), lock, 'it is never broken');
    assert.equal(
      existsSync(join(bare.lab.host('prod').home, '.opengauss-dual-cluster', 'lock')),
      false,
      'what was locked before is free again',
    );
    await rm(join(folder, 'lock'));
    assert.deepEqual(await Promise.all(bare.lab.hosts.map(({ home }) => readdir(home))), before_);
  });

  it('refuses a build onto a data directory that is not this node', async () => {
    const { dataDir } = bare.layout.standby.first;
    await mkdir(dataDir, { recursive: true });
    for (const [text, pattern] of [
      [
        'port = 5432\nss_instance_id = 7\n',
        /the data of another node \(port 5432, ss_instance_id 7\)/,
      ],
      [undefined, /a folder with content and without postgresql\.conf/],
    ] as const) {
      await writeFile(
        join(dataDir, text === undefined ? 'precious' : 'postgresql.conf'),
        text ?? 'mine',
      );
      const preview = await previewPlan(disasterRecoveryPlan(bare.layout), {
        pool: bare.pool,
        folder: join(bare.lab.dir, '.opengauss'),
      });
      const build = preview.steps.find((one) => one.step.id === 'build.recovery');
      assert.equal(build?.answer?.kind, 'blocked');
      assert.equal(build.answer.failure.place.file, dataDir);
      assert.match(build.answer.failure.message, pattern);
      assert.ok(build.answer.failure.remedy);
      await rm(join(dataDir, 'postgresql.conf'), { force: true });
    }
    assert.equal(await readFile(join(dataDir, 'precious'), 'utf8'), 'mine');
    await rm(bare.layout.standby.base, { recursive: true });
  });

  it('refuses a build that would delete the redo log of the primary cluster', async () => {
    const { primary, standby } = bare.layout;
    const image = join(primary.base, 'shared.dmp');
    for (const cluster of [primary, standby]) {
      await mkdir(join(cluster.first.dssHome, 'cfg'), { recursive: true });
      await mkdir(cluster.base, { recursive: true });
      await writeFile(
        join(cluster.first.dssHome, 'cfg', 'dss_vg_conf.ini'),
        `data:${cluster.base}/data.dmp\nlog:${image}\n`,
      );
    }
    await writeFile(image, 'redo');
    const preview = await previewPlan(disasterRecoveryPlan(bare.layout), {
      pool: bare.pool,
      folder: join(bare.lab.dir, '.opengauss'),
    });
    const build = preview.steps.find((one) => one.step.id === 'build.recovery');
    assert.equal(build?.answer?.kind, 'blocked');
    assert.match(build.answer.failure.message, /would delete the redo log of the primary cluster/);
    assert.equal(await readFile(image, 'utf8'), 'redo');
    await rm(primary.base, { recursive: true });
    await rm(standby.base, { recursive: true });
  });

  it('shows every check of the preflight, passed and failed, with remedies', async () => {
    const host = bare.lab.host('dr');
    const program = join(host.gaussHome, 'bin', 'dsscmd');
    await chmod(program, 0o644);
    const result = await bare.run(preflightPlan(bare.layout));
    await chmod(program, 0o755);
    assert.equal(result.steps.length, result.plan.steps.length, 'all checks were made');
    const failures = result.steps.filter((step) => step.failure !== undefined);
    assert.deepEqual(
      failures.map((step) => step.step.id),
      ['preflight.dr.tools'],
    );
    assert.match(words(failures[0] as StepResult), /dsscmd[^]*GAUSSHOME/);
    await untouched();
  });

  it('goes through a dssserver that dies, leaves foreign servers alone, and tears down only its own', async () => {
    const stranger = spawn('bash', ['-c', 'exec -a "gaussdb -D /somewhere/else" sleep 600'], {
      env: { ...bare.lab.host('prod').env },
      stdio: 'ignore',
    });
    try {
      let killed = false;
      const texts: string[] = [];
      const first = await bare.run(deployPlan(bare.layout), {
        onEvent: (event) => {
          if (event.kind === 'output') {
            texts.push(event.text);
          }
          if (
            !killed &&
            event.kind === 'step' &&
            event.step.id === 'initdb.production/dn0' &&
            event.state.kind === 'running'
          ) {
            killed = true;
            for (const pid of processesOf(`${bare.lab.dir}/prod`, '')) {
              try {
                if (pid !== stranger.pid) process.kill(pid, 'SIGKILL');
              } catch {
                // It ended by itself.
              }
            }
          }
        },
      });
      assert.ok(killed);
      const step = first.steps.find((one) => one.failure !== undefined);
      if (step !== undefined) {
        assert.match(words(step), /dssserver/);
      }
      assert.match(
        first.steps.find((one) => one.step.id === 'preflight.prod')?.evidence ?? '',
        /left alone/,
        'the foreign server is reported',
      );
      // pg_hba.conf is missing on one node.
      const hba = join(bare.layout.primary.first.dataDir, 'pg_hba.conf');
      let text = '';
      const second = await bare.run(deployPlan(bare.layout), {
        onEvent: (event) => {
          if (event.kind === 'output') {
            texts.push(event.text);
          }
          if (
            event.kind === 'step' &&
            event.step.id === 'disaster.production/dn0' &&
            event.state.kind === 'running'
          ) {
            text = readFileSync(hba, 'utf8');
            rmSync(hba);
          }
        },
      });
      const missing = stopped(second);
      assert.equal(missing.step.id, 'hba.production/dn0', told(second));
      assert.equal(missing.failure?.place.file, hba);
      assert.match(words(missing), /pg_hba\.conf on prod does not exist[^]*Put it back/);
      assert.deepEqual(
        (await servers()).filter((line) => line.startsWith(`gaussdb -D ${bare.lab.dir}`)),
        [],
        'no server was started',
      );
      await writeFile(hba, text);
      const third = await bare.run(deployPlan(bare.layout));
      assert.equal(third.outcome, 'done', told(third));
      // The password is nowhere: not in what was shown, not in journals, not in command lines, not in files.
      assert.doesNotMatch(texts.join(''), new RegExp(password));
      for (const place of [
        join(bare.lab.dir, '.opengauss'),
        ...bare.lab.hosts.map((host) => host.home),
      ]) {
        const grep = spawn('grep', ['-rlF', password, place]);
        let found = '';
        grep.stdout.on('data', (data: Buffer) => (found += data.toString()));
        await new Promise((resolve) => grep.once('close', resolve));
        assert.equal(found, '');
      }
      const torn = await bare.run(tearDownPlan(bare.layout));
      assert.equal(torn.outcome, 'done', told(torn));
      await untouched();
      assert.equal(existsSync(bare.layout.xlogPath), false);
      assert.deepEqual(
        await servers(),
        ['gaussdb -D /somewhere/else'],
        'only the foreign server is left',
      );
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});
