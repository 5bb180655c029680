/** What every Shell keeps to, local or by SSH, whatever shell the account has. Each test file runs it on its own. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { FileChanged, isHostFailure } from '../../../../src/hosts/errors.ts';
import { quote } from '../../../../src/hosts/quote.ts';
import type { Shell } from '../../../../src/hosts/shell.ts';
import { processFiles } from '../../../lab/processes.ts';
import { pause } from '../../../support/sshd.ts';

/** Whether a process with this mark in its command line still runs. */
export function runs(mark: string): boolean {
  return processFiles('cmdline').some(
    ({ pid, text }) => text.includes(mark) && pid !== process.pid,
  );
}

/** Waits until no process with the mark is left. */
export async function assertGone(mark: string, milliseconds = 6000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (runs(mark)) {
    assert.ok(Date.now() < end, `a process with "${mark}" is still there`);
    await pause(50);
  }
}

export function uniqueMark(): string {
  return `mark-${randomBytes(6).toString('hex')}`;
}

export function shellContract(get: () => Promise<Shell>): void {
  let shell: Shell;
  let folder: string;
  before(async () => {
    shell = await get();
    folder = await mkdtemp(join(tmpdir(), 'hosts-test-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  for (const long of [false, true]) {
    const where = long ? 'on a channel of its own' : 'in the kept sh';
    it(`tells exit code, output and errors apart, ${where}`, async () => {
      const answer = await shell.run('echo out; echo err >&2; exit 7', { long });
      assert.deepEqual(answer, { code: 7, stdout: 'out\n', stderr: 'err\n' });
      assert.equal((await shell.run('kill -9 $$', { long })).code, 137);
      assert.equal((await shell.run('no-such-command-at-all', { long })).code, 127);
      assert.notEqual((await shell.run('syntax ( error', { long })).code, 0);
    });

    it(`hands over any bytes and keeps line ends, ${where}`, async () => {
      const text = "'\\''\n\n\u{1F600} 主 \t\u0001\n\n";
      const answer = await shell.run(`printf %s ${quote(text)}`, { long });
      assert.equal(answer.stdout, text);
      const nul = await shell.run(`printf 'a\\000b\\n\\n'`, { long });
      assert.equal(nul.stdout, 'a\0b\n\n');
    });

    it(`sets environment and folder and gives no input, ${where}`, async () => {
      const answer = await shell.run('printf "%s|%s|" "$ODD" "$PWD"; cat', {
        long,
        cwd: '/',
        env: { ODD: "a'b $HOME" },
      });
      assert.equal(answer.stdout, "a'b $HOME|/|");
    });

    it(`ends a command with all that it started at its time limit, SIGTERM ignored or not, ${where}`, async () => {
      for (const trap of ['', 'trap "" TERM; ']) {
        const mark = uniqueMark();
        const begun = Date.now();
        await assert.rejects(
          shell.run(`${trap}sh -c '${trap}while :; do sleep 0.2; done' ${mark} & wait; sleep 100`, {
            long,
            timeout: 400,
          }),
          (error) => isHostFailure(error, 'timed-out'),
        );
        assert.ok(Date.now() - begun < 50_000);
        await assertGone(mark);
      }
    });

    it(`ends a command with all that it started when it is cancelled, ${where}`, async () => {
      const mark = uniqueMark();
      const abort = new AbortController();
      const running = shell.run(`sh -c 'while :; do sleep 0.2; done' ${mark}`, {
        long,
        signal: abort.signal,
      });
      while (!runs(mark)) {
        await pause(20);
      }
      abort.abort();
      await assert.rejects(running, (error) => isHostFailure(error, 'cancelled'));
      await assertGone(mark);
      await assert.rejects(shell.run('echo never', { long, signal: abort.signal }), (error) =>
        isHostFailure(error, 'cancelled'),
      );
    });

    it(`ends a command that prints too much, ${where}`, async () => {
      await assert.rejects(shell.run('yes', { long, outputLimit: 100_000 }), (error) =>
        isHostFailure(error, 'output-limit'),
      );
      assert.equal((await shell.run('echo still here', { long })).stdout, 'still here\n');
    });
  }

  it('runs a batch side by side; a command that hangs costs only its own answer', async () => {
    const meeting = await mkdtemp(join(folder, 'meeting-'));
    // Each waits for all others: one after the other they would wait for ever.
    const meet = (index: number): string =>
      `: >${quote(meeting)}/${index}; until [ "$(ls ${quote(meeting)} | wc -l)" -eq 6 ]; do sleep 0.05; done; echo ${index}`;
    const answers = await shell.runBatch([
      ...Array.from({ length: 6 }, (_, index) => ({ command: meet(index) })),
      { command: 'echo before; sleep 60', timeout: 700 },
      { command: 'echo "$X"', env: { X: 'x y' } },
    ]);
    assert.deepEqual(
      answers.map(({ stdout, timedOut }) => [stdout, timedOut]),
      [
        ...Array.from({ length: 6 }, (_, index) => [`${index}\n`, false]),
        ['before\n', true],
        ['x y\n', false],
      ],
    );
    assert.deepEqual(await shell.runBatch([]), []);
  });

  it('does not hang on a server that a command leaves behind, and does not end it', async () => {
    const mark = uniqueMark();
    const over = join(folder, mark);
    const answer = await shell.run(
      `sh -c 'until test -e "$0"; do sleep 0.1; done' ${quote(over)} & echo started`,
      { timeout: 10_000 },
    );
    assert.equal(answer.stdout, 'started\n');
    assert.equal(runs(mark), true);
    await writeFile(over, '');
    await assertGone(mark);
  });

  it('runs many commands at a time without mixing their outputs', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, index) =>
        shell.run(`head -c 20000 /dev/zero | tr '\\000' '${String.fromCharCode(97 + index)}'`),
      ),
    );
    answers.forEach(({ stdout }, index) =>
      assert.equal(stdout, String.fromCharCode(97 + index).repeat(20_000)),
    );
  });

  it('hands input to a command whole', async () => {
    const input = randomBytes(3_000_000);
    const answer = await shell.run('sha256sum', { input });
    const { createHash } = await import('node:crypto');
    assert.match(answer.stdout, new RegExp(`^${createHash('sha256').update(input).digest('hex')}`));
    assert.equal((await shell.run('cat', { input: '' })).stdout, '');
  });

  it('takes 100 MB of output', async () => {
    const answer = await shell.run('head -c 100000000 /dev/zero', {
      long: true,
      outputLimit: 100_000_001,
    });
    assert.equal(answer.stdout.length, 100_000_000);
  });

  it('hands over output while a command runs, characters whole', async () => {
    let text = '';
    let err = '';
    const code = await shell.follow(
      `for i in 1 2 3; do printf '\\344\\270'; sleep 0.05; printf '\\273\\n'; done; echo e >&2; exit 5`,
      { onStdout: (piece) => (text += piece), onStderr: (piece) => (err += piece) },
    );
    assert.deepEqual([code, text, err], [5, '主\n主\n主\n', 'e\n']);
  });

  it('refuses what no command can be, before anything runs', async () => {
    await assert.rejects(shell.run('a\0b'), (error) => isHostFailure(error, 'bad-word'));
    await assert.rejects(shell.run(`: ${'x'.repeat(200_000)}`), (error) =>
      isHostFailure(error, 'command-too-long'),
    );
    await assert.rejects(shell.run(':', { cwd: '-x' }), (error) =>
      isHostFailure(error, 'bad-word'),
    );
    await assert.rejects(shell.readFile('-x'), (error) => isHostFailure(error, 'bad-word'));
  });

  it('writes, reads and lists files of any name and content', async () => {
    const place = await mkdtemp(join(folder, 'list-'));
    const path = join(place, "it's a\n* file 主");
    for (const content of [Buffer.alloc(0), randomBytes(70_000), randomBytes(3_000_000)]) {
      const version = await shell.writeFile(path, content);
      const { content: back, version: read } = await shell.readFile(path);
      assert.ok(content.equals(Buffer.from(back)));
      assert.deepEqual(read, version);
      assert.equal(version.size, content.length);
    }
    await mkdir(join(place, '.sub'));
    assert.deepEqual(
      new Map(await shell.readDirectory(place)),
      new Map([
        ['.sub', 'directory'],
        ["it's a\n* file 主", 'file'],
        ["it's a\n* file 主.bak", 'file'],
      ]),
    );
    assert.equal((await shell.stat(path))?.size, 3_000_000);
    assert.equal((await shell.stat(path))?.type, 'file');
    assert.equal(await shell.stat(join(place, 'nothing')), undefined);
  });

  it('keeps mode, link and former content, and leaves no temporary file', async () => {
    const inner = await mkdtemp(join(folder, 'keep-'));
    const real = join(inner, 'real');
    const link = join(inner, 'link');
    await writeFile(real, 'old');
    await chmod(real, 0o640);
    await symlink('real', link);
    await shell.writeFile(link, 'new');
    assert.equal(await readFile(real, 'utf8'), 'new');
    assert.equal(await readFile(`${real}.bak`, 'utf8'), 'old');
    assert.equal((await stat(real)).mode & 0o777, 0o640);
    await shell.writeFile(join(inner, 'fresh'), 'x', { mode: 0o644, backup: false });
    assert.equal((await stat(join(inner, 'fresh'))).mode & 0o777, 0o644);
    assert.deepEqual((await shell.readDirectory(inner)).map(([name]) => name).sort(), [
      'fresh',
      'link',
      'real',
      'real.bak',
    ]);
  });

  it('refuses to overwrite what somebody else has changed, and tells the state now', async () => {
    const path = join(folder, 'shared');
    const version = await shell.writeFile(path, 'mine');
    await writeFile(path, 'theirs');
    const changed = async (expected: typeof version | null): Promise<FileChanged> => {
      try {
        await shell.writeFile(path, 'mine again', { expected });
      } catch (error) {
        assert.ok(error instanceof FileChanged);
        return error;
      }
      throw new Error('the file was overwritten');
    };
    const now = (await shell.readFile(path)).version;
    assert.deepEqual((await changed(version)).current, now);
    assert.deepEqual((await changed(null)).current, now);
    assert.equal(await readFile(path, 'utf8'), 'theirs');
    await rm(path);
    assert.equal((await changed(version)).current, null);
    await shell.writeFile(path, 'new', { expected: null });
    assert.equal(await readFile(path, 'utf8'), 'new');
  });

  it('says what is wrong with a file', async () => {
    await assert.rejects(shell.readFile(join(folder, 'nothing')), (error) =>
      isHostFailure(error, 'file-not-found'),
    );
    await assert.rejects(shell.readFile(folder), (error) => isHostFailure(error, 'file-read'));
    await assert.rejects(shell.writeFile(join(folder, 'no', 'folder'), 'x'), (error) =>
      isHostFailure(error, 'file-write', 'file-not-found'),
    );
    await writeFile(join(folder, 'large'), Buffer.alloc(5000));
    await assert.rejects(shell.readFile(join(folder, 'large'), { limit: 4999 }), (error) =>
      isHostFailure(error, 'file-too-large'),
    );
  });
}
