/** What must hold when the way to a machine or the machine itself fails. Each test has a machine of its own. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { isHostFailure } from '../../../../src/hosts/errors.ts';
import { pause } from '../../../support/sshd.ts';
import { assertGone, runs, uniqueMark } from './contract.ts';
import { linked, poolOf, reconnected } from './pools.ts';
import type { FaultTarget } from './targets.ts';

export function hostFaults(start: () => Promise<FaultTarget>): void {
  const machine = async (context: TestContext): Promise<FaultTarget> => {
    const target = await start();
    context.after(async () => target.stop());
    return target;
  };

  it('notices a cut connection at once, says that the result is unknown, and connects again', async (context) => {
    const target = await machine(context);
    const pool = poolOf(context, await target.clientConfig(['h']));
    const shell = await pool.shell('h');
    const marks = [uniqueMark(), uniqueMark()];
    const both = marks.map(async (mark, index) =>
      shell.run(`sh -c 'while :; do sleep 0.2; done' ${mark}`, { long: index === 1 }),
    );
    const settled = Promise.allSettled(both);
    for (const mark of marks) {
      while (!runs(mark)) {
        await pause(20);
      }
    }
    await target.cut();
    for (const answer of await settled) {
      assert.ok(answer.status === 'rejected' && isHostFailure(answer.reason, 'result-unknown'));
    }
    // The other side ends what nobody waits for any more.
    for (const mark of marks) {
      await assertGone(mark);
    }
    await assert.rejects(shell.run('echo'), (error) => isHostFailure(error, 'connection-lost'));
    assert.equal((await (await pool.shell('h')).run('echo again')).stdout, 'again\n');
  });

  it('keeps a file whole when the connection is cut in the middle of a write', async (context) => {
    const target = await machine(context);
    const pool = poolOf(context, await target.clientConfig(['h']));
    const path = join(target.folder, 'whole');
    const old = Buffer.alloc(200_000, 'o');
    const fresh = Buffer.alloc(12_000_000, 'n');
    await (await pool.shell('h')).writeFile(path, old, { backup: false });
    const temporary = async (): Promise<string[]> =>
      (await readdir(target.folder)).filter((name) => name.startsWith('.whole.'));
    const handed = [old];
    // One that the shell takes as its input, one that goes by SFTP, and one that is cut late.
    for (const [size, wait] of [
      [900_000, 0],
      [fresh.length, 0],
      [fresh.length, 40],
    ] as const) {
      const shell = await reconnected(pool);
      const content = fresh.subarray(0, size);
      const writing = shell.writeFile(path, content, { backup: false }).catch((error: unknown) => {
        assert.ok(isHostFailure(error, 'result-unknown', 'connection-lost'), String(error));
      });
      await Promise.race([writing, appeared(temporary)]);
      await pause(wait);
      await target.cut();
      await writing;
      const now = await readFile(path);
      // A write whose result is unknown may come through later.
      handed.push(content);
      assert.ok(
        handed.some((one) => now.equals(one)),
        `the file has ${now.length} bytes and is none of those that were written`,
      );
    }
    for (const end = Date.now() + 30_000; (await temporary()).length > 0;) {
      assert.ok(Date.now() < end, 'a temporary file is left');
      await pause(50);
    }
  });

  it('says at once that a read was cut', async (context) => {
    const target = await machine(context);
    const { link, pool } = await linked(context, target, 0);
    const [small, large] = [join(target.folder, 'small'), join(target.folder, 'large')];
    await writeFile(small, Buffer.alloc(2_000_000));
    await writeFile(large, Buffer.alloc(30_000_000));
    for (const part of [500_000, 5_000_000]) {
      const shell = await reconnected(pool);
      // With the first reading SFTP is open, so that the cut comes in the middle of the second.
      await shell.readFile(small);
      const before = link.answered;
      const reading = shell.readFile(large, { limit: 30_000_000, timeout: 30_000 }).then(
        () => undefined,
        (error: unknown) => error,
      );
      while (link.answered < before + part) {
        await pause(1);
      }
      await target.cut();
      const failure = await reading;
      assert.ok(
        failure === undefined || isHostFailure(failure, 'result-unknown', 'connection-lost'),
        String(failure),
      );
    }
  });

  it('holds its deadlines when the server is frozen, and comes back', async (context) => {
    const target = await machine(context);
    const pool = poolOf(
      context,
      await target.clientConfig(
        ['h'],
        ['ServerAliveInterval 1', 'ServerAliveCountMax 2', 'ConnectTimeout 2'],
      ),
    );
    const shell = await pool.shell('h');
    await shell.run('echo');
    await target.freeze();
    try {
      const begun = Date.now();
      const answers = await Promise.allSettled([
        shell.run('echo a', { timeout: 1000 }),
        shell.run('echo b', { timeout: 1000, long: true }),
        shell.writeFile(join(target.folder, 'frozen'), 'x'),
        shell.writeFile(join(target.folder, 'frozen-large'), Buffer.alloc(3_000_000)),
      ]);
      for (const answer of answers) {
        assert.ok(answer.status === 'rejected');
        assert.ok(
          isHostFailure(answer.reason, 'result-unknown', 'timed-out', 'connection-lost'),
          String(answer.reason),
        );
      }
      // Far below the time limit of a write, which nobody has set here.
      assert.ok(Date.now() - begun < 40_000, 'it hung beyond its deadline');
      assert.notEqual(pool.state('h'), 'connected');
      await assert.rejects(pool.shell('h'), (error) => isHostFailure(error, 'unreachable'));
    } finally {
      await target.thaw();
    }
    assert.equal((await (await reconnected(pool)).run('echo back')).stdout, 'back\n');
  });

  it('tells a host that is away, leaves it alone for a while, and comes back by itself', async (context) => {
    const target = await machine(context);
    const pool = poolOf(context, await target.clientConfig(['h']), {
      pauses: { first: 1000, longest: 1000 },
    });
    await pool.shell('h');
    await target.kill();
    while (pool.state('h') === 'connected') {
      await pause(10);
    }
    const first = await pool.shell('h').catch((error: unknown) => error);
    assert.ok(isHostFailure(first, 'unreachable'), String(first));
    assert.equal(
      await pool.shell('h').catch((error: unknown) => error),
      first,
      'it was tried again at once',
    );
    await target.resume();
    assert.equal((await (await reconnected(pool)).run('echo back')).stdout, 'back\n');
  });

  it('refuses a host key that has changed, under every setting', async (context) => {
    const target = await machine(context);
    await target.kill();
    await target.newHostKey();
    await target.resume();
    for (const strict of ['no', 'yes', 'ask', 'accept-new']) {
      const file = await target.clientConfig(['h'], [`StrictHostKeyChecking ${strict}`]);
      await assert.rejects(poolOf(context, file).shell('h'), (error) => {
        assert.ok(isHostFailure(error, 'host-key-changed'));
        assert.deepEqual([error.place.file, error.place.line], [target.knownHosts, 1]);
        return true;
      });
    }
  });

  it('works over a slow link, and notices one that goes silent', async (context) => {
    const target = await machine(context);
    const { link, pool } = await linked(context, target, 60, [
      'ServerAliveInterval 1',
      'ServerAliveCountMax 2',
    ]);
    const shell = await pool.shell('h');
    const answers = await shell.runBatch([
      { command: 'echo a' },
      { command: 'echo b' },
      { command: 'echo c' },
    ]);
    assert.deepEqual(
      answers.map(({ stdout }) => stdout),
      ['a\n', 'b\n', 'c\n'],
    );
    const large = Buffer.alloc(2_000_000, 'l');
    await shell.writeFile(join(target.folder, 'large'), large);
    assert.ok(large.equals((await shell.readFile(join(target.folder, 'large'))).content));
    link.silent = true;
    await assert.rejects(shell.run('echo', { timeout: 500 }), (error) =>
      isHostFailure(error, 'result-unknown'),
    );
    while (pool.state('h') === 'connected') {
      await pause(50);
    }
  });

  it('understands an answer that comes in one piece with its end', async (context) => {
    const { link, pool } = await linked(context, await machine(context), 0);
    const shell = await pool.shell('h');
    await shell.run('true');
    link.gather = 400;
    const result = await shell.run('echo out; echo err >&2; exit 3', { long: true });
    assert.deepEqual([result.code, result.stdout, result.stderr], [3, 'out\n', 'err\n']);
    let seen = '';
    const terminal = await pool.openTerminal('h', 'echo on a terminal; exit 4', {
      size: { columns: 80, rows: 24 },
      onData: (text) => (seen += text),
    });
    assert.equal(await terminal.ended, 4);
    assert.match(seen, /on a terminal/);
  });

  it('ends what prints too much and goes on', async (context) => {
    const target = await machine(context);
    const shell = await poolOf(context, await target.clientConfig(['h'])).shell('h');
    const flood = assert.rejects(
      shell.run('yes', { long: true, outputLimit: 100_000_000 }),
      (error) => isHostFailure(error, 'output-limit'),
    );
    assert.equal((await shell.run('echo meanwhile')).stdout, 'meanwhile\n');
    await flood;
    assert.equal((await shell.run('echo still here')).stdout, 'still here\n');
  });

  it('leaves no process behind on the other side when it is closed', async (context) => {
    const target = await machine(context);
    const pool = poolOf(context, await target.clientConfig(['h']));
    const shell = await pool.shell('h');
    const mark = uniqueMark();
    const running = Promise.allSettled(
      [false, true].map(async (long) =>
        shell.run(`sh -c 'while :; do sleep 0.2; done' ${mark}`, { long }),
      ),
    );
    while (!runs(mark)) {
      await pause(20);
    }
    await pool.close();
    await running;
    await assertGone(mark);
    await assert.rejects(pool.shell('h'), (error) => isHostFailure(error, 'closed'));
  });
}

/** Waits until there is something. */
async function appeared(look: () => Promise<readonly unknown[]>): Promise<void> {
  while ((await look()).length === 0) {
    await pause(1);
  }
}
