import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { configuredHosts } from '../../../src/hosts/ssh-config/hosts.ts';
import { matchPattern } from '../../../src/hosts/ssh-config/patterns.ts';
import { parseSshOutput } from '../../../src/hosts/ssh-config/program.ts';
import { emptyOptions, readConfig } from '../../../src/hosts/ssh-config/read.ts';
import { resolveHop, resolveHost } from '../../../src/hosts/ssh-config/resolve.ts';
import { settingsOf, type SshSettings } from '../../../src/hosts/ssh-config/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssh-config-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const home = join(folder, 'home');
mkdirSync(join(home, '.ssh'), { recursive: true });
// ssh takes the home folder from the user database, and $HOME only for Include.
const { username: localUser, homedir: accountHome } = userInfo();
const hasSsh = spawnSync('ssh', ['-V']).status === 0;

const quiet = { askProgram: false, log: () => undefined, home, localUser };

async function ours(file: string, host: string): Promise<SshSettings> {
  const source = { files: [{ path: file, user: true }], home, localUser };
  return settingsOf(host, await readConfig(host, source), accountHome, localUser);
}

/** What the user's own ssh makes of the same file. */
function theirs(file: string, host: string): SshSettings | undefined {
  const answer = spawnSync('ssh', ['-G', '-F', file, '--', host], {
    env: { ...process.env, HOME: home },
  });
  return answer.status === 0
    ? settingsOf(host, parseSshOutput(answer.stdout.toString()), accountHome, localUser)
    : undefined;
}

/** Differences of defaults that are ours on purpose are left out. */
function comparable(settings: SshSettings): unknown {
  const { connectTimeout, serverAliveInterval, identityFiles } = settings;
  return {
    ...settings,
    undecided: 0,
    // `ssh -G` prints them with blanks in between, also those that have blanks.
    userKnownHostsFiles: settings.userKnownHostsFiles.join(' '),
    globalKnownHostsFiles: settings.globalKnownHostsFiles.join(' '),
    connectTimeout: connectTimeout === 15_000 ? 0 : connectTimeout,
    // Debian's ssh looks after the connection every 300 s in batch mode.
    serverAliveInterval: [5000, 300_000].includes(serverAliveInterval) ? 0 : serverAliveInterval,
    identityFiles: identityFiles.filter((path) => !/\/\.ssh\/id_\w+$/.test(path)),
  };
}

const names = ['prod-a', 'prod-b', 'rec.example.com', 'Bastion', 'db1', '10.0.0.7'];
const pattern = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(
    '*',
    'prod-*',
    'prod-?',
    '*.example.com',
    '10.0.0.*',
    'db?',
    '!prod-b',
    '!db*',
    '*+*',
  ),
);
const word = fc.constantFrom('alpha', 'beta.example.com', '"with blank"', 'x%h', 'omm');
const value = fc.oneof(
  fc.constantFrom(
    'HostName 10.1.2.3',
    'HostName %h.internal',
    'HostName=db.%h',
    'hostname "Upper.Example"',
    'User omm',
    'User = root',
    'Port 2200',
    'port=22022',
    'IdentityFile ~/.ssh/k1',
    'IdentityFile /keys/%r@%n-%p',
    'IdentityFile "/keys/a b"',
    'IdentityFile %d/.ssh/%u',
    'IdentitiesOnly yes',
    'IdentitiesOnly no',
    'IdentityAgent /run/agent-%r',
    'IdentityAgent none',
    'ProxyJump bastion',
    'ProxyJump omm@b1:2222,b2',
    'ProxyJump none',
    'ProxyCommand nc %h %p',
    'ProxyCommand none',
    'UserKnownHostsFile ~/.ssh/kh1 /tmp/kh2',
    'GlobalKnownHostsFile /etc/ssh/other',
    'StrictHostKeyChecking accept-new',
    'StrictHostKeyChecking no',
    'StrictHostKeyChecking yes',
    'HostKeyAlias alias1',
    'HashKnownHosts yes',
    'ConnectTimeout 7',
    'ConnectTimeout 1m30s',
    'ServerAliveInterval 9',
    'ServerAliveCountMax 5',
    'PubkeyAuthentication no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'ChallengeResponseAuthentication no',
    'PreferredAuthentications password,publickey',
    'BatchMode yes',
    'AddressFamily inet',
    'AddressFamily inet6',
    'ForwardAgent yes',
    'Compression yes',
    '# a comment',
    '',
    'User omm # who runs it',
    '\tPort\t2022  ',
  ),
);
const host = fc
  .array(pattern, { minLength: 1, maxLength: 3 })
  .map((list) => `Host ${list.join(' ')}`);
const criterion = fc.oneof(
  pattern.map((one) => `host ${one}`),
  fc.tuple(pattern, pattern).map((two) => `host ${two.join(',')}`),
  pattern.map((one) => `originalhost ${one}`),
  pattern.map((one) => `!host ${one.replace('!', '')}`),
  fc.constantFrom(
    'user omm',
    'user root',
    '!user omm',
    `localuser ${localUser}`,
    'localuser nobody',
  ),
  fc.constantFrom('final', '!final', 'host "*.internal"', 'host=10.1.*'),
);
const match = fc.oneof(
  fc.constant('Match all'),
  fc.constant('Match final all'),
  fc.array(criterion, { minLength: 1, maxLength: 3 }).map((list) => `Match ${list.join(' ')}`),
);
const plainFile = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: value },
      { weight: 1, arbitrary: host },
      { weight: 1, arbitrary: match },
    ),
    {
      maxLength: 25,
    },
  )
  .map((lines) => lines.join('\n'));

describe('ssh_config', () => {
  it(
    "is read as the user's own ssh reads it, on hundreds of generated files",
    { skip: hasSsh ? false : 'the program ssh is not installed' },
    async () => {
      let number = 0;
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(
          plainFile,
          plainFile,
          plainFile,
          fc.constantFrom(...names),
          fc.constantFrom(
            '',
            'Include absolute',
            'Include parts-*',
            'Host prod-*\n  Include absolute',
          ),
          async (before, included, rest, name, include) => {
            const count = number++;
            const one = join(home, '.ssh', `parts-${count}-a`);
            const two = join(home, '.ssh', `parts-${count}-b`);
            writeFileSync(one, `${included}\n`, { mode: 0o600 });
            writeFileSync(two, 'User second\nPort 2999\n', { mode: 0o600 });
            const file = join(folder, `config-${count}`);
            const line = include.replace('absolute', one).replace('parts-*', `parts-${count}-*`);
            writeFileSync(file, `${before}\n${line}\n${rest}\n`, { mode: 0o600 });
            const expected = theirs(file, name);
            rmSync(one);
            if (expected !== undefined) {
              writeFileSync(one, `${included}\n`, { mode: 0o600 });
              assert.deepEqual(comparable(await ours(file, name)), comparable(expected));
              compared++;
              rmSync(one);
            }
            rmSync(two);
            rmSync(file);
          },
        ),
        { numRuns: 400, includeErrorInReport: true },
      );
      assert.ok(compared > 300, `only ${compared} of the files were accepted by ssh`);
    },
  );

  it(
    'takes lines apart as ssh does, whatever stands in them',
    { skip: hasSsh ? false : 'the program ssh is not installed' },
    async () => {
      const file = join(folder, 'odd');
      const odd = fc
        .array(fc.constantFrom('a', 'b', ' ', '\t', '"', "'", '\\', '=', '#', ',', '*'), {
          maxLength: 12,
        })
        .map((parts) => parts.join(''));
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(
            'IdentityFile',
            'User',
            'UserKnownHostsFile',
            'HostKeyAlias',
            'Match originalhost',
            'Host',
          ),
          odd,
          word,
          async (keyword, text, other) => {
            writeFileSync(file, `${keyword} ${text}\nUser ${other}\n`, { mode: 0o600 });
            const expected = theirs(file, 'a');
            if (expected !== undefined) {
              assert.deepEqual(comparable(await ours(file, 'a')), comparable(expected));
            }
          },
        ),
        { numRuns: 250, includeErrorInReport: true },
      );
    },
  );

  it('asks ssh itself, when it may, about Match exec, and never runs it on its own', async () => {
    const file = join(folder, 'exec');
    const proof = join(folder, 'ran');
    writeFileSync(file, `Match exec "touch ${proof}"\n  User byexec\nHost *\n  User other\n`, {
      mode: 0o600,
    });
    const said: string[] = [];
    const alone = await resolveHost('h', undefined, {
      ...quiet,
      files: [file],
      log: (text) => said.push(text),
    });
    assert.equal(alone.user, 'other');
    assert.match(said.join('\n'), /Match exec/);
    assert.equal(spawnSync('test', ['-e', proof]).status, 1);
    if (hasSsh) {
      const asked = await resolveHost('h', undefined, {
        ...quiet,
        files: [file],
        askProgram: true,
      });
      assert.equal(asked.user, 'byexec');
    }
  });

  it('lets the topology win over the files', async () => {
    const file = join(folder, 'topology');
    writeFileSync(
      file,
      'Host 10.0.0.1\n  User fromfile\n  Port 99\n  ProxyJump other\nHost *\n  IdentityFile /k2\n',
      { mode: 0o600 },
    );
    const spec = { hostName: '10.0.0.1', user: 'omm', identityFile: '/k1', proxyJump: 'b1' };
    const settings = await resolveHost('prod-a', spec, { ...quiet, files: [file] });
    assert.deepEqual(
      [
        settings.name,
        settings.hostName,
        settings.user,
        settings.port,
        settings.identityFiles,
        settings.proxyJump,
      ],
      ['prod-a', '10.0.0.1', 'omm', 99, ['/k1', '/k2'], ['b1']],
    );
  });

  it('reads hops with user and port, and hands earlier hops on', async () => {
    const file = join(folder, 'hops');
    writeFileSync(file, 'Host b2\n  HostName b2.example\n  ProxyJump own\n', { mode: 0o600 });
    const options = { ...quiet, files: [file] };
    const hop = await resolveHop('omm@b2:2222', ['b1'], options);
    assert.deepEqual(
      [hop.hostName, hop.user, hop.port, hop.proxyJump],
      ['b2.example', 'omm', 2222, ['b1']],
    );
    assert.deepEqual((await resolveHop('b2', [], options)).proxyJump, ['own']);
    assert.equal((await resolveHop('ssh://u@[::1]:23', [], options)).hostName, '::1');
  });

  it('refuses names that a shell or ssh would take for something else', async () => {
    for (const spec of [
      { hostName: '-oProxyCommand=id' },
      { hostName: 'a;id' },
      { hostName: '$(id)' },
      { hostName: 'a', user: '-x' },
      { hostName: 'a', user: '`id`' },
      { hostName: 'a b' },
    ]) {
      await assert.rejects(resolveHost('h', spec, { ...quiet, files: [] }), (error) =>
        isHostFailure(error, 'bad-word'),
      );
    }
  });

  it('names file and line of what is wrong', async () => {
    for (const [text, line] of [
      ['Host a\n  User "open\n', 2],
      ['Host a\nPort\n', 2],
      ['\n\nMatch\n', 3],
      ['Match user\n', 1],
      ['Match all host x\n', 1],
    ] as const) {
      const file = join(folder, 'wrong');
      writeFileSync(file, text, { mode: 0o600 });
      await assert.rejects(ours(file, 'a'), (error) => {
        assert.ok(isHostFailure(error, 'ssh-config'));
        assert.deepEqual([error.place.file, error.place.line], [file, line]);
        return true;
      });
    }
  });

  it('stops at files that include themselves, and does not read what others can change', async () => {
    const file = join(folder, 'circle');
    writeFileSync(file, `Include ${file}\n`, { mode: 0o600 });
    await assert.rejects(ours(file, 'a'), (error) => isHostFailure(error, 'ssh-config'));
    const open = join(folder, 'open');
    writeFileSync(open, 'User x\n', { mode: 0o600 });
    execFileSync('chmod', ['666', open]);
    await assert.rejects(ours(open, 'a'), (error) => isHostFailure(error, 'ssh-config'));
  });

  it('lists the aliases for whoever makes a topology', async () => {
    const file = join(folder, 'aliases');
    writeFileSync(join(folder, 'more'), 'Host inner\n', { mode: 0o600 });
    writeFileSync(
      file,
      `Host one two *.x !three\nInclude ${join(folder, 'more')}\nHost one four?\n`,
      { mode: 0o600 },
    );
    assert.deepEqual(await configuredHosts([file], home), ['one', 'two', 'inner']);
  });

  it('matches patterns in time, however many stars they have', () => {
    assert.equal(matchPattern('a'.repeat(2000), `${'*a'.repeat(200)}b`), false);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '.') }),
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.') }),
        (text, glob) => {
          const expression = new RegExp(
            `^${glob.replace(/\./g, '\\.').replace(/\*+/g, '.*').replace(/\?/g, '.')}$`,
          );
          assert.equal(matchPattern(text, glob), expression.test(text));
        },
      ),
    );
  });

  it('needs no file at all', async () => {
    const settings = settingsOf(
      'h',
      await readConfig('h', { files: [], home, localUser }, emptyOptions()),
      home,
      localUser,
    );
    assert.deepEqual([settings.hostName, settings.port, settings.user], ['h', 22, localUser]);
  });
});
