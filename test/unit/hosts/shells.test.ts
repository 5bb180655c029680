import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { exitCode, type Channel, type Transport } from '../../../src/hosts/channel.ts';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { replacing } from '../../../src/hosts/file-texts.ts';
import { MachineShell } from '../../../src/hosts/machine-shell.ts';
import { keptShellOpening } from '../../../src/hosts/script.ts';
import { assertGone, uniqueMark } from './support/contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'shells-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** This machine with another program as its `sh`, and something that is said before each command. */
function machineWith(program: string, first = '', started: number[] = []): MachineShell {
  const bin = mkdtempSync(join(folder, 'bin-'));
  symlinkSync(program, join(bin, 'sh'));
  const transport: Transport = {
    host: program,
    open: async (line): Promise<Channel> => {
      const child = spawn(
        join(bin, 'sh'),
        ['-c', first + line.replaceAll('/bin/sh', join(bin, 'sh'))],
        {
          env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
          detached: true,
        },
      );
      child.stdin.on('error', () => undefined);
      started.push(child.pid ?? 0);
      return Promise.resolve({
        stdin: child.stdin,
        stdout: child.stdout,
        stderr: child.stderr,
        ended: new Promise((resolve) => {
          child.once('exit', (code, signal) => resolve(exitCode(code, signal)));
        }),
        closed: new Promise((resolve) => {
          child.once('close', () => resolve());
        }),
        destroy: () => {
          child.stdin.destroy();
          child.stdout.destroy();
          child.stderr.destroy();
        },
      });
    },
  };
  return new MachineShell(transport);
}

const hashOfNothing = createHash('sha256').digest('hex');
const programs = ['/bin/dash', '/bin/bash', '/bin/busybox'];

for (const program of programs) {
  const missing =
    spawnSync(program, ['-c', ':']).error === undefined ? false : `${program} is not installed`;
  describe(`with ${program} as sh`, { skip: missing }, () => {
    it('runs, ends and frames commands, and replaces files', async () => {
      const shell = machineWith(program);
      const marks = [uniqueMark(), uniqueMark(), uniqueMark(), uniqueMark()];
      const loop = (mark = ''): string =>
        `trap "" TERM; sh -c 'trap "" TERM; while :; do sleep 0.2; done' ${mark}`;
      const answers = await shell.runBatch([
        { command: `printf 'a\\000b\\n'; echo e >&2; exit 3` },
        { command: loop(marks[0]), timeout: 300 },
        { command: 'kill -9 $$' },
      ]);
      assert.deepEqual(
        answers.map(({ code, stdout, stderr, timedOut }) => [code, stdout, stderr, timedOut]),
        [
          [3, 'a\0b\n', 'e\n', false],
          [137, '', '', true],
          [137, '', '', false],
        ],
      );
      await assert.rejects(shell.run(loop(marks[1]), { timeout: 300, long: true }), (error) =>
        isHostFailure(error, 'timed-out'),
      );
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 200);
      await assert.rejects(shell.run(loop(marks[2]), { signal: abort.signal }), (error) =>
        isHostFailure(error, 'cancelled'),
      );
      // With input, and before the command could say which process it is.
      const early = new AbortController();
      setTimeout(() => early.abort(), 1);
      await assert.rejects(
        shell.run(loop(marks[3]), { signal: early.signal, input: Buffer.from('input') }),
        (error) => isHostFailure(error, 'cancelled'),
      );
      for (const mark of marks) {
        await assertGone(mark);
      }
      const path = join(folder, 'file');
      const version = await shell.writeFile(path, 'content');
      assert.deepEqual((await shell.readFile(path)).version, version);
      await shell.close();
    });

    it('leaves no ended process behind while it is kept', async (test) => {
      if (process.platform !== 'linux') {
        test.skip('processes are counted in /proc');
        return;
      }
      const started: number[] = [];
      const shell = machineWith(program, '', started);
      for (let round = 0; round < 30; round++) {
        await shell.runBatch([{ command: 'true' }, { command: 'true' }]);
      }
      const children = childrenOf(started[0] ?? 0);
      await shell.close();
      assert.equal(started.length, 1);
      // Those of the last batch may not be over yet.
      assert.ok(children.length <= 3, children.join('\n'));
    });

    it('leaves no file behind when the connection was gone before it could answer', async () => {
      const place = mkdtempSync(join(folder, 'unheard-'));
      const path = join(place, 'conf');
      writeFileSync(path, 'old');
      const replacement = { path, hash: hashOfNothing, mode: 0o600, backup: true } as const;
      for (const [expected, content] of [
        ['any', 'beside'],
        ['none', 'input'],
      ] as const) {
        await runUnheard(program, replacing({ ...replacement, expected, content }));
      }
      // The folder of a kept shell lies in memory; here it lies where nobody else makes one.
      const bin = mkdtempSync(join(folder, 'bin-'));
      writeFileSync(
        join(bin, 'mktemp'),
        `#!/bin/sh\nPATH=\${PATH#*:} exec mktemp -d ${place}/kept-XXXXXX\n`,
        { mode: 0o755 },
      );
      await runUnheard(program, `PATH=${bin}:$PATH\n${keptShellOpening('nonce')}`);
      assert.deepEqual(readdirSync(place), ['conf']);
      assert.equal(readFileSync(path, 'utf8'), 'old');
    });
  });
}

/** Runs a text whose output nobody reads any more, as when the connection is gone; resolves when it has ended. */
async function runUnheard(program: string, text: string): Promise<void> {
  const child = spawn(program, ['-c', `read -r begin\n${text}`]);
  const ended = once(child, 'exit');
  for (const output of [child.stdout, child.stderr]) {
    const closed = once(output, 'close');
    output.destroy();
    await closed;
  }
  child.stdin.end('begin\n');
  await ended;
}

/** Lines of /proc/<pid>/stat of all children of a process, those that have ended and were not asked for included. */
function childrenOf(parent: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const line = readFileSync(`/proc/${name}/stat`, 'latin1');
        return line.slice(line.lastIndexOf(')')).split(' ')[2] === String(parent) ? [line] : [];
      } catch {
        return [];
      }
    });
}

describe('a file system that is full or closed', () => {
  it('leaves the old file whole when there is no space for the new one', async () => {
    const place = join(folder, 'full');
    mkdirSync(place);
    const path = join(place, 'conf');
    writeFileSync(path, 'old');
    // No file may grow beyond 50 KiB: what a full disk does to a writer, without one.
    const shell = machineWith('/bin/sh', 'ulimit -f 100; ');
    await assert.rejects(shell.writeFile(path, Buffer.alloc(500_000, 'n')), (error) =>
      isHostFailure(error, 'disk-full'),
    );
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(place), ['conf']);
    await shell.close();
  });

  it('removes what a writer of the same file left that was killed, and nothing else', async () => {
    const place = join(folder, 'killed');
    mkdirSync(place);
    const ended = spawnSync('true').pid;
    const others = [
      `.conf.opengauss-dual-cluster-${process.pid}-aaaaaa`,
      `.other.opengauss-dual-cluster-${ended}-aaaaaa`,
      '.conf.opengauss-dual-cluster-aaaaaa',
      `.conf.${ended}-aaaaaa`,
    ];
    const left = [
      `.conf.opengauss-dual-cluster-${ended}-aaaaaa`,
      `.conf.opengauss-dual-cluster-${ended}-bbbbbb.old`,
    ];
    for (const name of [...others, ...left]) {
      writeFileSync(join(place, name), 'half');
    }
    const shell = machineWith('/bin/sh');
    await shell.writeFile(join(place, 'conf'), 'new');
    assert.deepEqual(readdirSync(place).sort(), [...others, 'conf'].sort());
    await shell.close();
  });

  it(
    'says so when the folder may not be written',
    { skip: process.getuid?.() === 0 ? 'root may write everywhere' : false },
    async () => {
      const place = join(folder, 'closed');
      mkdirSync(place, { mode: 0o555 });
      const shell = machineWith('/bin/sh');
      await assert.rejects(shell.writeFile(join(place, 'conf'), 'x'), (error) =>
        isHostFailure(error, 'permission-denied'),
      );
      await shell.close();
    },
  );

  for (const absent of [['stat'], ['sha256sum', 'shasum'], ['mktemp']]) {
    it(`leaves the old file whole on a machine without ${absent.join(' and ')}`, async () => {
      const bin = mkdtempSync(join(folder, 'few-tools-'));
      const tools =
        'cat chmod chown cp cut find head ln ls mktemp mv readlink rm setsid sha256sum sleep stat sync wc';
      for (const tool of tools.split(' ').filter((name) => !absent.includes(name))) {
        const found = spawnSync('/bin/sh', ['-c', `command -v ${tool}`])
          .stdout.toString()
          .trim();
        symlinkSync(found, join(bin, tool));
      }
      symlinkSync('/bin/sh', join(bin, 'sh'));
      const place = mkdtempSync(join(folder, 'place-'));
      const path = join(place, 'conf');
      writeFileSync(path, 'old');
      const shell = machineWith('/bin/sh', `PATH=${bin}; `);
      await assert.rejects(shell.writeFile(path, 'new'), (error) =>
        isHostFailure(error, 'file-write'),
      );
      assert.equal(readFileSync(path, 'utf8'), 'old');
      assert.deepEqual(readdirSync(place), ['conf']);
      assert.equal((await shell.run('echo works')).stdout, 'works\n');
      await shell.close();
    });
  }

  it('gives probes channels of their own where no folder for their output can be made', async () => {
    const bin = mkdtempSync(join(folder, 'no-mktemp-'));
    writeFileSync(join(bin, 'mktemp'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const shell = machineWith('/bin/sh', `PATH=${bin}:$PATH; `);
    assert.equal((await shell.run('mktemp', { long: true })).code, 1);
    assert.equal((await shell.run('echo works')).stdout, 'works\n');
    await shell.close();
  });
});
