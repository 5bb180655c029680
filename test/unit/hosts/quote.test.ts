import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { command, exports, operand, quote } from '../../../src/hosts/quote.ts';
import { forAnyShell } from '../../../src/hosts/script.ts';

/** Words that a shell could stumble over, and random bytes without NUL; each byte is one character. */
function awkwardWord(): string {
  const length = randomInt(0, 24);
  const bytes = randomBytes(length).map((byte) => (byte === 0 ? 0x27 : byte));
  const tricky = ["'", "''", '\\', "\\'", '$(id)', '`id`', '\n', '!', '-e', '"', '#', '~', '*', ''];
  return Math.random() < 0.3
    ? `${tricky[randomInt(tricky.length)] ?? ''}${Buffer.from(bytes).toString('latin1')}${tricky[randomInt(tricky.length)] ?? ''}`
    : Buffer.from(bytes).toString('latin1');
}

const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/busybox'].filter(
  (path) =>
    spawnSync(path, path.endsWith('busybox') ? ['sh', '-c', ':'] : ['-c', ':']).status === 0,
);

describe('quoting', () => {
  it('brings 100,000 random byte strings through a real sh unchanged', () => {
    const total = 100_000;
    const batch = 5_000;
    for (let done = 0; done < total; done += batch) {
      const words = Array.from({ length: batch }, awkwardWord);
      const script = words.map((word) => `printf '%s\\000' ${quote(word)}\n`).join('');
      const answer = spawnSync('/bin/sh', {
        input: Buffer.from(script, 'latin1'),
        maxBuffer: 1 << 28,
      });
      assert.equal(answer.status, 0, answer.stderr.toString());
      const back = answer.stdout.toString('latin1').split('\0');
      assert.equal(back.length, batch + 1);
      words.forEach((word, index) => assert.equal(back[index], word));
    }
  });

  for (const shell of shells) {
    it(`holds for any text in ${shell}, also twice over and by way of the login shell's line`, () => {
      const args = shell.endsWith('busybox') ? ['sh', '-c'] : ['-c'];
      fc.assert(
        fc.property(
          fc.array(
            fc
              .string({ unit: 'binary' })
              .map((text) => Buffer.from(text.replaceAll('\0', '')).toString()),
            { minLength: 1, maxLength: 6 },
          ),
          (words) => {
            const inner = `printf '%s\\000' ${command(...words)}`;
            const line = forAnyShell(`sh -c ${quote(inner)}`);
            assert.doesNotMatch(line, /\n/);
            const answer = spawnSync(shell, [...args, line]);
            assert.deepEqual(answer.stdout.toString().split('\0').slice(0, -1), words);
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('leaves plain words readable and quotes what a shell takes for its own', () => {
    assert.equal(
      command('gs_ctl', 'query', '-D', '/home/omm/dn 1'),
      "gs_ctl query -D '/home/omm/dn 1'",
    );
    assert.equal(quote('if'), "'if'");
    assert.equal(quote('A=b'), "'A=b'");
    assert.equal(quote(''), "''");
  });

  it('refuses NUL, and operands that a program would take for options', () => {
    for (const bad of [
      () => quote('a\0b'),
      () => operand('-rf'),
      () => operand(''),
      () => operand('a\0'),
    ]) {
      assert.throws(bad, (error) => isHostFailure(error, 'bad-word'));
    }
    assert.equal(operand('/data/-x'), '/data/-x');
  });

  it('refuses names of variables that would be commands', () => {
    assert.equal(exports({ A: "it's", _b1: '' }), "export A='it'\\''s'; export _b1=''; ");
    for (const name of ['A;id', '1A', '', 'A B', 'A=']) {
      assert.throws(
        () => exports({ [name]: 'x' }),
        (error) => isHostFailure(error, 'bad-word'),
      );
    }
  });
});
