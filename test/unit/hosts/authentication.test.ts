import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { decide, Logins, typed } from './support/logins.ts';
import { TestPrompts } from './support/prompts.ts';
import { newHostKey, TestServer } from './support/server.ts';
import { newKey, pause } from '../../support/sshd.ts';

const logins = new Logins();

describe('logging in', () => {
  for (const method of ['password', 'keyboard-interactive'] as const) {
    it(`asks for a password once for many nodes of an account, by ${method}`, async () => {
      const server = await logins.passwordServer({ password: 'right' }, [method]);
      const prompts = new TestPrompts();
      prompts.answerPassword = typed('right');
      const names = ['a', 'b', 'c', 'd', 'e'];
      const pool = await logins.poolFor(server, prompts, names);
      const shells = await Promise.all(names.map(async (name) => pool.shell(name)));
      for (const shell of shells) {
        assert.equal((await shell.run('echo in')).stdout, 'in\n');
      }
      assert.deepEqual(prompts.asked, ['password omm']);
      assert.equal(prompts.store.size, 0);
    });

    it(`sends a wrong password once, forgets it and asks again only when a person wants it, by ${method}`, async () => {
      const server = await logins.passwordServer({ password: 'right' }, [method]);
      const prompts = new TestPrompts();
      prompts.answerPassword = typed('wrong', true);
      const names = ['a', 'b', 'c'];
      const pool = await logins.poolFor(server, prompts, names);
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
      const server = await logins.passwordServer(state, [method]);
      const prompts = new TestPrompts();
      prompts.answerPassword = typed('first', true);
      await (await logins.poolFor(server, prompts)).shell('h');
      assert.deepEqual([...prompts.store.values()], ['first']);
      await (await logins.poolFor(server, prompts)).shell('h');
      assert.equal(prompts.asked.length, 1);

      // The same password is never offered to a machine with another host key.
      const other = await logins.passwordServer(state, [method]);
      await (await logins.poolFor(other, prompts)).shell('h');
      assert.equal(prompts.asked.length, 2);

      state.password = 'second';
      prompts.answerPassword = typed('second', true);
      await (await logins.poolFor(server, prompts)).shell('h');
      assert.equal(prompts.asked.length, 3);
      assert.equal(server.attempts.filter((text) => text.endsWith('first')).length, 3);
      assert.ok([...prompts.store.values()].includes('second'));
    });
  }

  for (const [what, answer] of [
    ['was refused', typed('wrong')],
    ['did not come', () => undefined],
  ] as const) {
    it(`does not ask again for slower nodes of an account when the answer ${what}`, async () => {
      const slow: (() => void)[] = [];
      let connections = 0;
      const server = await logins.started(
        new TestServer({
          authenticate: (context) => {
            const refuse = (): void => decide(context, false, ['password']);
            if (context.method === 'none' && ++connections > 1) {
              slow.push(refuse);
            } else {
              refuse();
            }
          },
        }),
      );
      const prompts = new TestPrompts();
      prompts.answerPassword = answer;
      const names = ['a', 'b', 'c'];
      const pool = await logins.poolFor(server, prompts, names);
      const shells = names.map(async (name) => pool.shell(name));
      const all = Promise.allSettled(shells);
      await assert.rejects(Promise.race(shells));
      while (slow.length < 2) await pause(5);
      for (const goOn of slow) goOn();
      assert.ok((await all).every(({ status }) => status === 'rejected'));
      assert.deepEqual(prompts.asked, ['password omm']);
      await assert.rejects(pool.shell('b'));
      assert.equal(prompts.asked.length, 1);

      // Whoever wants it is asked again.
      pool.allowAgain('b');
      const again = pool.shell('b');
      while (slow.length < 3) await pause(5);
      slow[2]?.();
      await assert.rejects(again);
      assert.equal(prompts.asked.length, 2);
    });
  }

  it('does not ask twice when one answer was refused by one method and another is offered', async () => {
    const server = await logins.passwordServer({ password: 'right' }, [
      'keyboard-interactive',
      'password',
    ]);
    const prompts = new TestPrompts();
    prompts.answerPassword = typed('wrong');
    const pool = await logins.poolFor(server, prompts);
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
    const server = await logins.started(
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
    const shell = await (await logins.poolFor(server, prompts)).shell('h');
    assert.equal((await shell.run('echo in')).stdout, 'in\n');
    assert.deepEqual(prompts.asked, ['Password: |Token: (shown)', 'PIN: ']);
  });

  it('goes on when a server wants a key and then a password', async () => {
    await writeFile(join(logins.folder, 'both'), newHostKey(), { mode: 0o600 });
    let hasKey = false;
    const server = await logins.started(
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
    const pool = await logins.poolFor(
      server,
      prompts,
      ['h'],
      [`IdentityFile ${join(logins.folder, 'both')}`],
    );
    await pool.shell('h');
    assert.deepEqual(prompts.asked, ['password omm']);
  });

  it('ends when the question is not answered, and leaves the host alone then', async () => {
    const server = await logins.passwordServer({ password: 'right' });
    const prompts = new TestPrompts();
    const pool = await logins.poolFor(server, prompts);
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
    const locked = join(logins.folder, 'locked');
    await newKey(locked, 'open sesame');
    const withKey = await logins.started(
      new TestServer({
        authenticate: (context) =>
          context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
      }),
    );
    const cases = [
      [withKey, `IdentityFile ${locked}`, 'passphrase'],
      [await logins.passwordServer({ password: 'right' }), 'StrictHostKeyChecking ask', 'host key'],
      [await logins.passwordServer({ password: 'right' }), '', 'password'],
      [
        await logins.passwordServer({ password: 'right' }, ['keyboard-interactive'], 'Token: '),
        '',
        'Token',
      ],
    ] as const;
    await Promise.all(
      cases.map(async ([server, line, question]) => {
        const prompts = slow();
        const pool = await logins.poolFor(server, prompts, ['h'], [line], { answerLimit: 2000 });
        await pool.shell('h');
        assert.ok(
          prompts.asked.some((text) => text.startsWith(question)),
          question,
        );
      }),
    );
  });
});
