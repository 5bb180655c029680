import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { Logins, typed } from './support/logins.ts';
import { TestPrompts } from './support/prompts.ts';
import { newHostKey, TestServer } from './support/server.ts';

const logins = new Logins();

describe('getting in', () => {
  it('gives a server up that does not answer, and lets few in at a time', async () => {
    const silent = await logins.started(new TestServer({ authenticate: () => undefined }));
    const waiting = (
      await logins.poolFor(silent, new TestPrompts(), ['h'], [], { answerLimit: 500 })
    )
      .shell('h')
      .catch((error: unknown) => error);

    let open = 0;
    let together = 0;
    const server = await logins.started(
      new TestServer({
        authenticate: (context) => {
          if (context.method !== 'publickey') {
            context.reject(['publickey']);
            return;
          }
          if (context.signature === undefined) {
            context.accept();
            return;
          }
          together = Math.max(together, ++open);
          setTimeout(() => {
            open--;
            context.accept();
          }, 50);
        },
      }),
    );
    const key = join(logins.folder, 'many');
    await writeFile(key, newHostKey(), { mode: 0o600 });
    const names = Array.from({ length: 12 }, (_one, index) => `h${index}`);
    const pool = await logins.poolFor(server, new TestPrompts(), names, [`IdentityFile ${key}`]);
    await Promise.all(names.map(async (name) => pool.shell(name)));
    assert.ok(together <= 3, `${together} at a time`);
    assert.ok(isHostFailure(await waiting, 'unreachable'), String(await waiting));
  });

  it("begins anew for whoever comes right after somebody else's cancel", async () => {
    let first: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (first = resolve));
    const server = await logins.started(
      new TestServer({
        authenticate: (context) => {
          if (first === undefined) {
            context.accept();
          } else {
            // The first one gets no answer.
            first();
            first = undefined;
          }
        },
      }),
    );
    const pool = await logins.poolFor(server, new TestPrompts());
    const somebody = new AbortController();
    const given = pool.shell('h', { signal: somebody.signal });
    await asked;
    somebody.abort();
    await assert.rejects(given, (error) => isHostFailure(error, 'cancelled'));
    assert.equal((await (await pool.shell('h')).run('echo in')).stdout, 'in\n');
  });

  it('asks nobody in batch mode', async () => {
    const server = await logins.passwordServer({ password: 'right' });
    const prompts = new TestPrompts();
    const pool = await logins.poolFor(server, prompts, ['h'], ['BatchMode yes']);
    await assert.rejects(pool.shell('h'), (error) =>
      isHostFailure(error, 'authentication-failed', 'authentication-cancelled'),
    );
    assert.deepEqual(prompts.asked, []);
  });

  it('refuses servers that have nothing but outdated algorithms', async () => {
    for (const algorithms of [
      { kex: ['diffie-hellman-group-exchange-sha256'] },
      { kex: ['diffie-hellman-group14-sha1'] },
      { hmac: ['hmac-sha1'], cipher: ['aes128-ctr'] },
    ]) {
      const server = await logins.started(
        new TestServer({
          algorithms: algorithms as never,
          authenticate: (context) => context.accept(),
        }),
      );
      const pool = await logins.poolFor(server, new TestPrompts());
      await assert.rejects(pool.shell('h'), (error) => isHostFailure(error, 'handshake-failed'));
    }
  });

  it('contacts nothing in a workspace that is not trusted', async () => {
    const server = await logins.passwordServer({ password: 'right' });
    let trusted = false;
    const prompts = new TestPrompts();
    prompts.answerPassword = typed('right');
    const pool = await logins.poolFor(server, prompts, ['h'], [], { trusted: () => trusted });
    for (const host of ['h', 'local', 'anything']) {
      await assert.rejects(pool.shell(host), (error) => isHostFailure(error, 'untrusted'));
    }
    await assert.rejects(
      pool.openTerminal('h', 'id', { size: { columns: 80, rows: 24 }, onData: () => undefined }),
      (error) => isHostFailure(error, 'untrusted'),
    );
    assert.deepEqual(server.attempts, []);
    trusted = true;
    const shells = [await pool.shell('h'), await pool.shell('local')];
    trusted = false;
    for (const shell of shells) {
      await assert.rejects(shell.run('echo never'), (error) => isHostFailure(error, 'untrusted'));
    }
  });

  it('asks about unknown host keys one at a time and writes what was accepted', async () => {
    const prompts = new TestPrompts();
    prompts.answerHostKey = () => true;
    const open: TestServer[] = [];
    for (let index = 0; index < 3; index++) {
      open.push(
        await logins.started(
          new TestServer({ hostKeys: [newHostKey()], authenticate: (context) => context.accept() }),
        ),
      );
    }
    const known = join(logins.folder, 'asked');
    const config = await logins.configuration(
      `Host *\nHostName 127.0.0.1\nIdentityFile none\nIdentityAgent none\nUserKnownHostsFile ${known}\nGlobalKnownHostsFile none\nStrictHostKeyChecking ask\n`,
    );
    const pool = logins.pool(prompts, config, {
      hosts: Object.fromEntries(
        [...open, ...open].map(({ port }, index) => [`h${index}`, { hostName: '127.0.0.1', port }]),
      ),
    });
    await Promise.all([0, 1, 2, 3, 4, 5].map(async (index) => pool.shell(`h${index}`)));
    assert.equal(prompts.asked.length, 3);
    assert.equal(prompts.together, 1);
    assert.equal((await readFile(known, 'utf8')).trim().split('\n').length, 3);
  });
});
