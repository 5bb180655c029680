import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { AuthContext } from 'ssh2';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { createHostPool, type HostPoolOptions } from '../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../src/hosts/terminal.ts';
import { TestPrompts } from './support/prompts.ts';
import { newHostKey, TestServer } from './support/server.ts';
import { newKey } from '../../support/sshd.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'auth-test-'));
});
after(async () => rm(folder, { recursive: true, force: true }));

const pools: TerminalPool[] = [];
const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map(async (pool) => pool.close()));
  await Promise.all(servers.splice(0).map(async (server) => server.stop()));
});

let count = 0;

/** A server that takes one password, by whichever of the methods. */
async function passwordServer(
  state: { password: string },
  methods: readonly ('password' | 'keyboard-interactive')[] = ['password'],
  prompt = 'Password: ',
): Promise<TestServer> {
  const server: TestServer = new TestServer({
    authenticate: (context) => {
      if (context.method === 'password' && methods.includes('password')) {
        decide(context, context.password === state.password, methods);
      } else if (context.method === 'keyboard-interactive' && methods.includes(context.method)) {
        context.prompt([{ prompt, echo: false }], ([answer]) => {
          server.attempts.push(`answer ${answer ?? ''}`);
          decide(context, answer === state.password, methods);
        });
      } else {
        context.reject([...methods]);
      }
    },
  });
  return started(server);
}

function decide(context: AuthContext, right: boolean, methods: readonly string[]): void {
  if (right) {
    context.accept();
  } else {
    context.reject([...methods] as never);
  }
}

async function started(server: TestServer): Promise<TestServer> {
  await server.start();
  servers.push(server);
  return server;
}

/** One file for each server: a port may come again, with another key behind it. */
const knownHosts = new Map<TestServer, string>();
function knownHostsOf(server: TestServer): string {
  const file = knownHosts.get(server) ?? join(folder, `known-${knownHosts.size}`);
  knownHosts.set(server, file);
  return file;
}

async function poolFor(
  server: TestServer,
  prompts: TestPrompts,
  names: readonly string[] = ['h'],
  lines: readonly string[] = [],
  options: Partial<HostPoolOptions> = {},
): Promise<TerminalPool> {
  const config = join(folder, `config-${count++}`);
  const body = [
    ...lines,
    'HostName 127.0.0.1',
    `Port ${server.port}`,
    'User omm',
    'IdentityAgent none',
    'IdentityFile none',
    'StrictHostKeyChecking accept-new',
    `UserKnownHostsFile ${knownHostsOf(server)}`,
    'GlobalKnownHostsFile none',
  ];
  // Something that differs makes them connections of their own to one account.
  const hosts = names.map((name, index) => `Host ${name}\nServerAliveCountMax ${index + 3}\n`);
  await writeFile(config, `${hosts.join('')}Host *\n${body.join('\n')}\n`, { mode: 0o600 });
  const pool = createHostPool({
    hosts: Object.fromEntries(names.map((name) => [name, {}])),
    sshConfigFiles: [config],
    prompts,
    trusted: true,
    log: () => undefined,
    pauses: { first: 1, longest: 1 },
    ...options,
  });
  pools.push(pool);
  return pool;
}

const typed =
  (secret: string, keep = false) =>
  () => ({ secret, keep });

describe('logging in', () => {
  for (const method of ['password', 'keyboard-interactive'] as const) {
    it(`asks for a password once for many nodes of an account, by ${method}`, async () => {
      const server = await passwordServer({ password: 'right' }, [method]);
      const prompts = new TestPrompts();
      prompts.answerPassword = typed('right');
      const names = ['a', 'b', 'c', 'd', 'e'];
      const pool = await poolFor(server, prompts, names);
      const shells = await Promise.all(names.map(async (name) => pool.shell(name)));
      for (const shell of shells) {
        assert.equal((await shell.run('echo in')).stdout, 'in\n');
      }
      assert.deepEqual(prompts.asked, ['password omm']);
      assert.equal(prompts.store.size, 0);
    });

    it(`sends a wrong password once, forgets it and asks again only when a person wants it, by ${method}`, async () => {
      const server = await passwordServer({ password: 'right' }, [method]);
      const prompts = new TestPrompts();
      prompts.answerPassword = typed('wrong', true);
      const names = ['a', 'b', 'c'];
      const pool = await poolFor(server, prompts, names);
      const answers = await Promise.allSettled(names.map(async (name) => pool.shell(name)));
      for (const answer of answers) {
        assert.ok(answer.status === 'rejected');
        assert.ok(isHostFailure(answer.reason, 'authentication-failed'), String(answer.reason));
      }
      await assert.rejects(pool.shell('a'), (error) =>
        isHostFailure(error, 'authentication-failed'),
      );
      assert.equal(server.attempts.filter((text) => text.endsWith('wrong')).length, 1);
      assert.deepEqual(prompts.asked, ['password omm']);
      assert.equal(prompts.store.size, 0);
      assert.equal(pool.state('a'), 'failed');

      pool.allowAgain('a');
      prompts.answerPassword = typed('right', true);
      assert.equal((await (await pool.shell('a')).run('echo in')).stdout, 'in\n');
      assert.deepEqual([...prompts.store.values()], ['right']);
    });

    it(`uses a kept password for the same machine only, and forgets it when it was changed, by ${method}`, async () => {
      const state = { password: 'first' };
      const server = await passwordServer(state, [method]);
      const prompts = new TestPrompts();
      prompts.answerPassword = typed('first', true);
      await (await poolFor(server, prompts)).shell('h');
      assert.deepEqual([...prompts.store.values()], ['first']);
      await (await poolFor(server, prompts)).shell('h');
      assert.equal(prompts.asked.length, 1);

      // The same password is never offered to a machine with another host key.
      const other = await passwordServer(state, [method]);
      await (await poolFor(other, prompts)).shell('h');
      assert.equal(prompts.asked.length, 2);

      state.password = 'second';
      prompts.answerPassword = typed('second', true);
      await (await poolFor(server, prompts)).shell('h');
      assert.equal(prompts.asked.length, 3);
      assert.equal(server.attempts.filter((text) => text.endsWith('first')).length, 3);
      assert.ok([...prompts.store.values()].includes('second'));
    });
  }

  it('does not ask twice when one answer was refused by one method and another is offered', async () => {
    const server = await passwordServer({ password: 'right' }, [
      'keyboard-interactive',
      'password',
    ]);
    const prompts = new TestPrompts();
    prompts.answerPassword = typed('wrong');
    const pool = await poolFor(server, prompts);
    await assert.rejects(pool.shell('h'), (error) => {
      assert.ok(isHostFailure(error, 'authentication-failed'));
      assert.match(error.message, /keyboard-interactive/);
      assert.doesNotMatch(JSON.stringify(error) + error.message, /wrong/);
      return true;
    });
    assert.deepEqual(prompts.asked, ['password omm']);
    assert.equal(server.attempts.filter((text) => text.endsWith('wrong')).length, 1);
  });

  it('answers several questions of a server, also in several rounds', async () => {
    const server = await started(
      new TestServer({
        authenticate: (context) => {
          if (context.method !== 'keyboard-interactive') {
            context.reject(['keyboard-interactive']);
            return;
          }
          context.prompt(
            [
              { prompt: 'Password: ', echo: false },
              { prompt: 'Token: ', echo: true },
            ],
            'Two factors',
            (first) =>
              context.prompt([{ prompt: 'PIN: ', echo: false }], (second) =>
                decide(context, [...first, ...second].join() === 'p,t,1', []),
              ),
          );
        },
      }),
    );
    const prompts = new TestPrompts();
    prompts.answerQuestions = (questions) => (questions.length === 2 ? ['p', 't'] : ['1']);
    const shell = await (await poolFor(server, prompts)).shell('h');
    assert.equal((await shell.run('echo in')).stdout, 'in\n');
    assert.deepEqual(prompts.asked, ['Password: |Token: (shown)', 'PIN: ']);
  });

  it('goes on when a server wants a key and then a password', async () => {
    await writeFile(join(folder, 'both'), newHostKey(), { mode: 0o600 });
    let hasKey = false;
    const server = await started(
      new TestServer({
        authenticate: (context) => {
          if (context.method === 'publickey') {
            hasKey = context.signature !== undefined;
            if (hasKey) {
              context.reject(['password'], true);
            } else {
              context.accept();
            }
          } else {
            decide(context, hasKey && context.method === 'password' && context.password === 'p', [
              'publickey',
              'password',
            ]);
          }
        },
      }),
    );
    const prompts = new TestPrompts();
    prompts.answerPassword = typed('p');
    const pool = await poolFor(server, prompts, ['h'], [`IdentityFile ${join(folder, 'both')}`]);
    await pool.shell('h');
    assert.deepEqual(prompts.asked, ['password omm']);
  });

  it('ends when the question is not answered, and leaves the host alone then', async () => {
    const server = await passwordServer({ password: 'right' });
    const prompts = new TestPrompts();
    const pool = await poolFor(server, prompts);
    for (let round = 0; round < 3; round++) {
      await assert.rejects(pool.shell('h'), (error) =>
        isHostFailure(error, 'authentication-cancelled'),
      );
    }
    assert.equal(prompts.asked.length, 1);
  });

  it('lets a person take more time for an answer than a server may', async () => {
    const slow = (): TestPrompts => {
      const prompts = new TestPrompts();
      prompts.pause = 2500;
      prompts.answerHostKey = () => true;
      prompts.answerPassphrase = typed('open sesame');
      prompts.answerPassword = typed('right');
      prompts.answerQuestions = () => ['right'];
      return prompts;
    };
    const locked = join(folder, 'locked');
    await newKey(locked, 'open sesame');
    const withKey = await started(
      new TestServer({
        authenticate: (context) =>
          context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
      }),
    );
    const cases = [
      [withKey, `IdentityFile ${locked}`, 'passphrase'],
      [await passwordServer({ password: 'right' }), 'StrictHostKeyChecking ask', 'host key'],
      [await passwordServer({ password: 'right' }), '', 'password'],
      [
        await passwordServer({ password: 'right' }, ['keyboard-interactive'], 'Token: '),
        '',
        'Token',
      ],
    ] as const;
    await Promise.all(
      cases.map(async ([server, line, question]) => {
        const prompts = slow();
        const pool = await poolFor(server, prompts, ['h'], [line], { answerLimit: 2000 });
        await pool.shell('h');
        assert.ok(
          prompts.asked.some((text) => text.startsWith(question)),
          question,
        );
      }),
    );
  });

  it('gives a server up that does not answer, and lets few in at a time', async () => {
    const silent = await started(new TestServer({ authenticate: () => undefined }));
    const waiting = (await poolFor(silent, new TestPrompts(), ['h'], [], { answerLimit: 500 }))
      .shell('h')
      .catch((error: unknown) => error);

    let open = 0;
    let together = 0;
    const server = await started(
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
    const key = join(folder, 'many');
    await writeFile(key, newHostKey(), { mode: 0o600 });
    const names = Array.from({ length: 12 }, (_one, index) => `h${index}`);
    const pool = await poolFor(server, new TestPrompts(), names, [`IdentityFile ${key}`]);
    await Promise.all(names.map(async (name) => pool.shell(name)));
    assert.ok(together <= 3, `${together} at a time`);
    assert.ok(isHostFailure(await waiting, 'unreachable'), String(await waiting));
  });

  it('asks nobody in batch mode', async () => {
    const server = await passwordServer({ password: 'right' });
    const prompts = new TestPrompts();
    const pool = await poolFor(server, prompts, ['h'], ['BatchMode yes']);
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
      const server = await started(
        new TestServer({
          algorithms: algorithms as never,
          authenticate: (context) => context.accept(),
        }),
      );
      const pool = await poolFor(server, new TestPrompts());
      await assert.rejects(pool.shell('h'), (error) => isHostFailure(error, 'handshake-failed'));
    }
  });

  it('contacts nothing in a workspace that is not trusted', async () => {
    const server = await passwordServer({ password: 'right' });
    let trusted = false;
    const prompts = new TestPrompts();
    prompts.answerPassword = typed('right');
    const pool = await poolFor(server, prompts, ['h'], [], { trusted: () => trusted });
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
        await started(
          new TestServer({ hostKeys: [newHostKey()], authenticate: (context) => context.accept() }),
        ),
      );
    }
    const known = join(folder, 'asked');
    const config = join(folder, `config-${count++}`);
    await writeFile(
      config,
      `Host *\nHostName 127.0.0.1\nIdentityFile none\nIdentityAgent none\nUserKnownHostsFile ${known}\nGlobalKnownHostsFile none\nStrictHostKeyChecking ask\n`,
      { mode: 0o600 },
    );
    const pool = createHostPool({
      hosts: Object.fromEntries(
        [...open, ...open].map(({ port }, index) => [`h${index}`, { hostName: '127.0.0.1', port }]),
      ),
      sshConfigFiles: [config],
      prompts,
      trusted: true,
      log: () => undefined,
    });
    pools.push(pool);
    await Promise.all([0, 1, 2, 3, 4, 5].map(async (index) => pool.shell(`h${index}`)));
    assert.equal(prompts.asked.length, 3);
    assert.equal(prompts.together, 1);
    assert.equal((await readFile(known, 'utf8')).trim().split('\n').length, 3);
  });
});
