import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import {
  fingerprint,
  judgeKey,
  knownName,
  knownTypes,
  newEntry,
  parseKnownHosts,
} from '../../../src/hosts/known-hosts/entries.ts';
import { HostKeys } from '../../../src/hosts/known-hosts/store.ts';
import { emptyOptions } from '../../../src/hosts/ssh-config/read.ts';
import { settingsOf, type SshSettings } from '../../../src/hosts/ssh-config/settings.ts';
import { newKey } from '../../support/sshd.ts';
import { TestPrompts } from './support/prompts.ts';

const folder = mkdtempSync(join(tmpdir(), 'known-hosts-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const signal = new AbortController().signal;

/** A public key blob of a type; nobody signs with it here. */
function blob(type: string, seed: number): Buffer {
  const name = Buffer.from(type);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(name.length);
  return Buffer.concat([head, name, Buffer.alloc(32, seed)]);
}
const key = blob('ssh-ed25519', 1);
const otherKey = blob('ssh-ed25519', 2);
const rsaKey = blob('ssh-rsa', 3);
const line = (names: string, of: Buffer, marker = ''): string =>
  `${marker}${names} x ${of.toString('base64')} comment`;

function judge(text: string, name: string, of = key): string {
  const verdict = judgeKey(name, of, [{ file: 'f', entries: parseKnownHosts(text) }]);
  return verdict.kind === 'unknown' && verdict.otherTypes ? 'other types' : verdict.kind;
}

let count = 0;
function settings(
  values: Record<string, string> = {},
  text?: string,
): { file: string; it: SshSettings } {
  const file = join(folder, `known-${count++}`);
  if (text !== undefined) {
    writeFileSync(file, text);
  }
  const raw = emptyOptions();
  raw.values.set('userknownhostsfile', [file]);
  raw.values.set('globalknownhostsfile', ['none']);
  for (const [keyword, value] of Object.entries({ hostname: 'db.example', ...values })) {
    raw.values.set(keyword, [value]);
  }
  return { file, it: settingsOf('db', raw) };
}

describe('known hosts', () => {
  it('knows plain, listed, wildcard, negated and bracketed names', () => {
    for (const [names, name, expected] of [
      ['db.example', 'db.example', 'known'],
      ['DB.example', 'db.example', 'known'],
      ['a,db.example,10.0.0.1', '10.0.0.1', 'known'],
      ['*.example', 'db.example', 'known'],
      ['d?.example', 'db.example', 'known'],
      ['*.example,!db.example', 'db.example', 'unknown'],
      ['!db.example,*.example', 'db.example', 'unknown'],
      ['[db.example]:2222', '[db.example]:2222', 'known'],
      ['[db.example]:2222', 'db.example', 'unknown'],
      ['[*.example]:22*', '[db.example]:2222', 'known'],
      ['db', 'db.example', 'unknown'],
    ] as const) {
      assert.equal(judge(line(names, key), name), expected, `${names} for ${name}`);
    }
    assert.equal(knownName('DB.Example', 22), 'db.example');
    assert.equal(knownName('::1', 2222), '[::1]:2222');
  });

  it('tells changed, revoked, other types and certificates apart', () => {
    assert.equal(judge(line('h', otherKey), 'h'), 'changed');
    assert.equal(judge(`${line('h', otherKey)}\n${line('h', key)}`, 'h'), 'known');
    assert.equal(judge(line('h', rsaKey), 'h'), 'other types');
    assert.equal(judge(`${line('h', key)}\n${line('*', key, '@revoked ')}`, 'h'), 'revoked');
    assert.equal(judge(line('h', otherKey, '@revoked '), 'h'), 'unknown');
    assert.equal(judge(line('*', key, '@cert-authority '), 'h'), 'unknown');
    assert.equal(judge(`# ${line('h', key)}\n\nrubbish\n@odd ${line('h', key)}`, 'h'), 'unknown');
    assert.deepEqual(
      [
        ...knownTypes('h', [
          { file: 'f', entries: parseKnownHosts(`${line('h', rsaKey)}\n${line('i', key)}`) },
        ]),
      ],
      ['ssh-rsa'],
    );
  });

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        judge(text, 'h');
        judge(`|1|${text}`, 'h');
      }),
    );
  });

  it(
    'agrees with ssh-keygen on hashed entries and fingerprints, both ways',
    {
      skip:
        spawnSync('ssh-keygen', ['-?']).error === undefined ? false : 'ssh-keygen is not installed',
    },
    async () => {
      const file = join(folder, 'real');
      await newKey(file);
      const [type = '', data = ''] = readFileSync(`${file}.pub`, 'utf8').split(' ');
      const real = Buffer.from(data, 'base64');
      assert.ok(
        execFileSync('ssh-keygen', ['-lf', `${file}.pub`])
          .toString()
          .includes(fingerprint(real)),
      );
      const known = join(folder, 'hashed');
      writeFileSync(known, `db.example ${type} ${data}\n[db.example]:2222 ${type} ${data}\n`);
      execFileSync('ssh-keygen', ['-H', '-f', known], { stdio: 'ignore' });
      const hashed = readFileSync(known, 'utf8');
      assert.doesNotMatch(hashed, /example/);
      for (const name of ['db.example', '[db.example]:2222']) {
        assert.equal(judge(hashed, name, real), 'known');
        assert.equal(judge(hashed, name, key), 'changed');
        writeFileSync(known, newEntry(name, real, true));
        assert.match(
          execFileSync('ssh-keygen', ['-F', name, '-f', known]).toString(),
          /found: line 1/,
        );
      }
    },
  );

  it('refuses a changed or revoked key under every setting, naming file and line', async () => {
    for (const strict of ['yes', 'ask', 'accept-new', 'no']) {
      for (const [text, code] of [
        [`# first\n${line('db.example', otherKey)}\n`, 'host-key-changed'],
        [`# first\n${line('db.example', key, '@revoked ')}\n`, 'host-key-revoked'],
      ] as const) {
        const prompts = new TestPrompts();
        prompts.answerHostKey = () => true;
        const { file, it: one } = settings({ stricthostkeychecking: strict }, text);
        await assert.rejects(new HostKeys(prompts).verify(one, key, signal), (error) => {
          assert.ok(isHostFailure(error, code));
          assert.deepEqual([error.place.file, error.place.line], [file, 2]);
          return true;
        });
        assert.deepEqual(prompts.asked, []);
        assert.equal(readFileSync(file, 'utf8'), text);
      }
    }
  });

  it('refuses every key while a file cannot be read', async () => {
    const prompts = new TestPrompts();
    prompts.answerHostKey = () => true;
    const { it: one } = settings({ stricthostkeychecking: 'no' });
    const unreadable = { ...one, userKnownHostsFiles: [folder] };
    await assert.rejects(new HostKeys(prompts).verify(unreadable, key, signal), (error) =>
      isHostFailure(error, 'known-hosts-unreadable'),
    );
  });

  it('asks, writes what was accepted as ssh would, and asks no more', async () => {
    for (const hashed of [false, true]) {
      const prompts = new TestPrompts();
      prompts.answerHostKey = (question) => {
        assert.equal(question.fingerprint, fingerprint(key));
        return true;
      };
      const { file, it: one } = settings(
        { port: '2222', hashknownhosts: hashed ? 'yes' : 'no' },
        'other ssh-ed25519 AAAA',
      );
      const keys = new HostKeys(prompts);
      await Promise.all([keys.verify(one, key, signal), keys.verify(one, key, signal)]);
      await keys.verify(one, key, signal);
      assert.equal(prompts.asked.length, 1);
      const lines = readFileSync(file, 'utf8').split('\n');
      assert.equal(lines.length, 3);
      assert.equal(lines[0], 'other ssh-ed25519 AAAA');
      assert.equal(judge(lines[1] ?? '', '[db.example]:2222'), 'known');
      assert.equal(lines[1]?.startsWith('|1|'), hashed);
    }
  });

  it('asks also where unknown keys are accepted when keys of another type are known', async () => {
    const prompts = new TestPrompts();
    const { it: one } = settings(
      { stricthostkeychecking: 'no' },
      `${line('db.example', rsaKey)}\n`,
    );
    await assert.rejects(new HostKeys(prompts).verify(one, key, signal), (error) =>
      isHostFailure(error, 'host-key-unknown'),
    );
    assert.equal(prompts.asked.length, 1);
  });

  it('follows StrictHostKeyChecking and HostKeyAlias for unknown keys', async () => {
    const prompts = new TestPrompts();
    const strict = settings({ stricthostkeychecking: 'yes' });
    await assert.rejects(new HostKeys(prompts).verify(strict.it, key, signal), (error) =>
      isHostFailure(error, 'host-key-unknown'),
    );
    const fresh = settings({
      stricthostkeychecking: 'accept-new',
      hostkeyalias: 'Cluster',
      port: '99',
    });
    await new HostKeys(prompts).verify(fresh.it, key, signal);
    assert.match(readFileSync(fresh.file, 'utf8'), /^cluster ssh-ed25519 /);
    assert.equal(statSync(fresh.file).mode & 0o777, 0o600);
    assert.deepEqual(prompts.asked, []);
  });
});
