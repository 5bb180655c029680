import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import type { RunResult as CommandResult, HostPool, Shell } from '../../../src/hosts/shell.ts';
import type { RunResult } from '../../../src/operations/events.ts';
import { planDocument } from '../../../src/operations/plan-document.ts';
import { previewPlan } from '../../../src/operations/preview.ts';
import { buildFromSourcePlan } from '../../../src/operations/recipes/build-from-source.ts';
import { layoutOf, type Layout } from '../../../src/operations/recipes/layout.ts';
import {
  scriptDeployPlan,
  scriptDisasterRecoveryPlan,
} from '../../../src/operations/recipes/script-route.ts';
import { runPlan } from '../../../src/operations/runner.ts';
import type { Plan } from '../../../src/operations/types.ts';
import { told } from './support/bare-lab.ts';
import { LocalPool } from './support/local-pool.ts';
import { seedTopology } from './support/seed-topology.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sources-'));
});
after(() => rm(root, { recursive: true }));

function run(plan: Plan, pool: HostPool, folder: string): Promise<RunResult> {
  return runPlan(plan, { pool, folder, secret: () => Promise.resolve(undefined) });
}

async function file(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}

/** Stand-ins for the sources: a `build.sh` in each place that notes how it was called. */
const builds = {
  cbb: { place: 'build/linux/opengauss', script: '' },
  dss: { place: 'build/linux/opengaussDSS', script: '' },
  dms: {
    place: 'build/linux/opengauss',
    script:
      'if ! test -e "$HOME/mended"; then\necho "gcc -Werror -c src/dms.c"\necho "src/dms.c:3:5: error: unknown type name \'latch\'"\nseq 1 5000\necho "make: *** [all] Error 2"\nexit 2\nfi\n',
  },
  'openGauss-server': {
    place: '.',
    script:
      'grep -q "return GS_SUCCESS" src/gausskernel/storage/dss/fio_dss.cpp || exit 3\nmkdir -p mppdb_temp_install/bin\n',
  },
} as const;

function git(folder: string, ...words: readonly string[]): void {
  const done = spawnSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', folder, ...words],
    { encoding: 'utf8' },
  );
  assert.equal(done.status, 0, done.stderr);
}

const noGit = spawnSync('git', ['--version']).status === 0 ? false : 'there is no git here';

describe('building from source', { skip: noGit }, () => {
  it('goes part by part, names the first error of a part that fails, and resumes there', async (context) => {
    const pool = new LocalPool(join(root, 'machines'));
    context.after(() => pool.close());
    const folder = join(root, 'built');
    const repositories: Record<string, string> = {};
    for (const [name, { place, script }] of Object.entries(builds)) {
      const repository = join(root, 'repositories', name);
      repositories[name] = repository;
      await file(
        join(repository, place, 'build.sh'),
        `echo "${name} $*" >> "$HOME/calls"\n${script}test -e "$2/kernel/libs" || exit 4\n`,
      );
      if (name === 'openGauss-server') {
        await file(
          join(repository, 'src/gausskernel/storage/dss/fio_dss.cpp'),
          'int dss_set_server_status_wrapper()\n{\n    return g_dss_device_op.dss_set_main_inst();\n}\n',
        );
      }
      git(repository.replace(/\/[^/]*$/, ''), 'init', '-q', '-b', 'master', name);
      git(repository, 'add', '.');
      git(repository, 'commit', '-qm', 'first');
    }
    await file(join(root, 'third', 'binaries', 'kernel', 'libs'), '');
    const archive = join(root, 'third.tar.gz');
    spawnSync('tar', ['-czf', archive, '-C', join(root, 'third'), 'binaries']);
    const plan = buildFromSourcePlan({
      topology: seedTopology('master'),
      host: 'local',
      folder,
      thirdParty: archive,
      branch: 'master',
      repositories,
    });
    const state = join(root, '.opengauss');
    const first = await run(plan, pool, state);
    const failed = first.steps.at(-1);
    assert.equal(failed?.step.id, 'build.dms', told(first));
    assert.match(
      failed.failure?.message ?? '',
      /The first error, in line \d+ of .*: src\/dms\.c:3:5: error: unknown type name/,
    );
    await writeFile(join(pool.home('local'), 'mended'), '');
    const second = await run(plan, pool, state);
    assert.equal(second.outcome, 'done', told(second));
    assert.deepEqual(
      second.steps.filter((one) => one.outcome === 'skipped').map((one) => one.step.id),
      ['build.third-party', 'build.cbb', 'build.dss'],
    );
    const third = await run(plan, pool, state);
    assert.ok(third.steps.every((one) => one.outcome === 'skipped'));
    assert.deepEqual(
      (await readFile(join(pool.home('local'), 'calls'), 'utf8')).trim().split('\n'),
      [
        ['cbb', 'Debug'],
        ['dss', 'DebugDsstest'],
        ['dms', 'DMSTest'],
        ['dms', 'DMSTest'],
        ['openGauss-server', 'Debug'],
      ].map(([name, mode]) => `${name} -3rd ${folder}/binarylibs -m ${mode}`),
    );
  });
});

/** Without what else this account runs: the lab's servers of other tests are no concern of ours. */
class QuietPool implements HostPool {
  strangers = '';
  private readonly inner: LocalPool;

  constructor(inner: LocalPool) {
    this.inner = inner;
  }

  async shell(host: string): Promise<Shell> {
    const shell = await this.inner.shell(host);
    return new Proxy(shell, {
      get: (target, name) => {
        if (name === 'run') {
          return (
            command: string,
            ...rest: readonly Parameters<Shell['run']>[1][]
          ): Promise<CommandResult> =>
            command.startsWith('for F in $(grep -laE "gaussdb|gsql|dssserver"')
              ? Promise.resolve({ code: 0, stdout: this.strangers, stderr: '' })
              : target.run(command, ...rest);
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  state(host: string): 'idle' | 'connected' {
    return this.inner.state(host);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** `gs_ctl query` of a server whose answer is in a file of its data directory. */
const gsCtl = `#!/bin/sh
case "$1" in
query) test -e "$3/answer" || { echo "PID file does not exist"; exit 1; }; cat "$3/answer" ;;
esac
`;

function answer(role: string, more = ''): string {
  return ` HA state:           \n\tlocal_role                     : ${role}\n\tstatic_connections             : 2\n\tdb_state                       : Normal\n\tdetail_information             : Normal\n\n Senders info:       \n${more}`;
}

/** In the shape of openGauss's own script, which prints success whatever has happened. */
const haTest = `PGPORT=(1 2)
STANDBY_PGPORT=(3 4)
nodedata_cfg="0:127.0.0.1:1,1:127.0.0.1:2"
function testcase()
{
    touch "$HOME/testcase-ran"
}
if [ "$1" == "dual_cluster" ]; then
    sh conf_start_dss_inst.sh 2 || exit 1
    for C in "ss_hatest \${PGPORT[0]}" "ss_hatest1 \${STANDBY_PGPORT[0]}"; do
        set -- $C
        for N in 0 1; do
            mkdir -p "$HOME/$1/dn$N"
            test -e "$HOME/broken" || cp "$HOME/answers/$N" "$HOME/$1/dn$N/answer"
            echo "$1 $2" >> "$HOME/ports"
        done
    done
fi
testcase
echo "success"
exit 0
`;

describe("openGauss's own scripts", () => {
  let pool: QuietPool;
  let local: LocalPool;
  let layout: Layout;
  let sources: string;
  let state: string;
  before(async () => {
    local = new LocalPool(join(root, 'script-machines'));
    pool = new QuietPool(local);
    const home = local.home('local');
    sources = join(root, 'openGauss-server');
    state = join(root, '.script-opengauss');
    const gaussHome = join(root, 'install');
    await file(join(gaussHome, 'bin', 'gs_ctl'), gsCtl);
    spawnSync('chmod', ['755', join(gaussHome, 'bin', 'gs_ctl')]);
    await file(join(sources, 'src/test/ss/ha_test.sh'), haTest);
    await file(
      join(sources, 'src/test/ss/conf_start_dss_inst.sh'),
      'INST_OFFSET=`expr $UID % 63`\nDSS_PORT_BASE=1\necho "dss $DSS_PORT_BASE" >> "$HOME/ports"\n',
    );
    await file(join(home, 'answers', '0'), answer('Primary'));
    await file(join(home, 'answers', '1'), answer('Standby'));
    const seed = seedTopology('5.0.0');
    const moved = (text: string): string => text.replace('/home/omm', home);
    layout = layoutOf(
      {
        ...seed,
        clusters: seed.clusters.map((cluster) => ({
          ...cluster,
          nodes: cluster.nodes.map((node) => ({
            ...node,
            dataDir: moved(node.dataDir),
            dssHome: moved(node.dssHome ?? ''),
            env: { GAUSSHOME: gaussHome, HOME: home },
          })),
        })),
      },
      undefined,
    );
  });
  after(() => local.close());

  it('are shown with their changes and refused while servers run that they would kill', async () => {
    const plan = scriptDeployPlan({ layout, sources });
    pool.strangers = '4711 /usr/bin/gaussdb -D /somebody/else\n';
    const blocked = await run(plan, pool, state);
    assert.match(blocked.steps[0]?.failure?.message ?? '', /kills all of these.*\/somebody\/else/s);
    assert.notEqual(blocked.steps[0]?.failure?.remedy ?? '', '');
    pool.strangers = '';
    const document = planDocument(await previewPlan(plan, { pool, folder: state }));
    assert.match(document, /^-PGPORT=\(1 2\)$/m);
    assert.match(document, /^\+PGPORT=\(6600 6700\)$/m);
    assert.match(document, /^\+# testcase$/m);
    assert.match(document, /kills every gaussdb, gsql and dssserver/);
    assert.deepEqual(plan.confirmNames, ['production', 'recovery']);
  });

  it('count by what the servers answer, whatever they print', async () => {
    const home = local.home('local');
    await writeFile(join(home, 'broken'), '');
    const plan = scriptDeployPlan({ layout, sources });
    const failed = await run(plan, pool, state);
    assert.equal(failed.outcome, 'failed');
    assert.match(failed.steps[0]?.failure?.message ?? '', /The script has ended, but/);
    assert.match(failed.steps[0]?.output ?? '', /^success$/m);
    await rm(join(home, 'broken'));
    const result = await run(plan, pool, state);
    assert.equal(result.outcome, 'done', told(result));
    assert.match(
      result.steps[0]?.evidence ?? '',
      /production\/dn0: Primary.*recovery\/dn1: Standby/,
    );
    const ports = await readFile(join(home, 'ports'), 'utf8');
    assert.match(ports, /^dss 30000$/m);
    assert.match(ports, /^ss_hatest 6600$/m);
    assert.match(ports, /^ss_hatest1 9600$/m);
    assert.ok(!(await readdir(home)).includes('testcase-ran'), 'its test cases do not run');
    assert.equal(
      await readFile(join(sources, 'src/test/ss/ha_test.sh'), 'utf8'),
      haTest,
      'the user’s own script stays as it is',
    );
    const again = await run(plan, pool, state);
    assert.equal(again.steps[0]?.outcome, 'skipped');
  });

  it('for disaster recovery are corrected, and refused where the version cannot be built by them', async () => {
    const folder = join(sources, 'src/test/ss/dual_cluster_single_shared_storage');
    const home = local.home('local');
    await file(
      join(folder, 'common_function.sh'),
      'PGPORT=(1 2)\nSTANDBY_PGPORT=(3 4)\nfunction kill_dn()\n{\n    ps -ef | grep -w $1 | xargs kill -9\n}\n',
    );
    const replicates =
      '\tsender_pid : 1\n\tlocal_role : Primary\n\tpeer_role : StandbyCluster_Standby\n\tpeer_state : Normal\n\tstate : Streaming\n\tchannel : a-->b\n\n Receiver info:      \nNo information \n';
    const receives =
      'No information \n Receiver info:      \n\treceiver_pid : 1\n\tlocal_role : Main Standby\n\tpeer_role : Primary\n\tpeer_state : Normal\n\tstate : Normal\n\tchannel : a<--b\n';
    await file(join(home, 'answers', 'sends'), answer('Primary', replicates));
    await file(join(home, 'answers', 'receives'), answer('Main Standby', receives));
    await file(
      join(folder, 'standby_full_build_reconnect.sh'),
      'CURPATH=$(dirname $(readlink -f $0))\nsource ./common_function.sh\n  gs_ctl build -D x -b cross_cluster_full -g 0 --vgname=+data -q\ncp "$HOME/answers/sends" "$HOME/ss_hatest/dn0/answer"\ncp "$HOME/answers/receives" "$HOME/ss_hatest1/dn0/answer"\necho "${PGPORT[0]}" > "$HOME/build-port"\n',
    );
    const plan = scriptDisasterRecoveryPlan({ layout, sources });
    const result = await run(plan, pool, state);
    assert.equal(result.outcome, 'done', told(result));
    assert.equal((await readFile(join(home, 'build-port'), 'utf8')).trim(), '6600');
    assert.throws(
      () =>
        scriptDisasterRecoveryPlan({
          layout: layoutOf(seedTopology('7.0.0-RC1'), undefined),
          sources,
        }),
      { code: 'recipe-refused' },
    );
  });
});
