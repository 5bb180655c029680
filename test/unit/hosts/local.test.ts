import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { createLocalShell } from '../../../src/hosts/local.ts';
import { isThisMachine } from '../../../src/hosts/machine.ts';
import { resolveHost } from '../../../src/hosts/ssh-config/resolve.ts';
import { assertGone, runs, shellContract, uniqueMark } from './support/contract.ts';
import { pause } from '../../support/sshd.ts';

describe('the local machine', () => {
  const shell = createLocalShell();
  after(async () => shell.close());
  describe('as a shell', { concurrency: 4 }, () => {
    shellContract(async () => Promise.resolve(shell));
  });

  it('leaves nothing behind when it is closed', async () => {
    const other = createLocalShell();
    const mark = uniqueMark();
    const running = other
      .run(`sh -c 'while :; do sleep 0.2; done' ${mark}`)
      .catch((error: unknown) => error);
    while (!runs(mark)) {
      await pause(20);
    }
    // Where the output of probes goes; other tests have folders of their own beside it.
    const { stdout } = await other.run('readlink /proc/$$/fd/1');
    const folder = dirname(stdout.trim());
    await access(folder);
    await other.close();
    assert.ok(isHostFailure(await running, 'result-unknown'));
    await assertGone(mark);
    await assert.rejects(access(folder), { code: 'ENOENT' });
  });

  it('does not end commands of a plan that hold no terminal when a probe is cancelled', async () => {
    const mark = uniqueMark();
    const kept = shell.run(`sh -c 'sleep 1; echo whole' ${mark}`);
    const abort = new AbortController();
    const probe = shell.run('sleep 50', { signal: abort.signal }).catch(String);
    await pause(100);
    abort.abort();
    await probe;
    assert.equal((await kept).stdout, 'whole\n');
  });
});

describe('whether a host is the machine that this runs on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'machine-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const user = userInfo().username;
  const judge = async (host: string, lines: readonly string[] = []): Promise<boolean> => {
    const file = join(folder, 'config');
    writeFileSync(file, `Host *\n  User ${user}\n${lines.map((line) => `  ${line}\n`).join('')}`);
    const settings = await resolveHost(host, undefined, {
      files: [file],
      askProgram: false,
      log: () => undefined,
    });
    return isThisMachine(settings);
  };

  it('knows its name, its addresses, and an alias of either', async () => {
    for (const name of [hostname(), hostname().toUpperCase(), 'localhost', '127.0.0.1']) {
      assert.equal(await judge(name), true, name);
      assert.equal(await judge('node-a', [`HostName ${name}`]), true, `an alias of ${name}`);
    }
  });

  it('takes no other machine for itself, nor a tunnel, a container or another user', async () => {
    assert.equal(await judge('node-a'), false);
    assert.equal(await judge('192.0.2.1'), false);
    assert.equal(await judge('node-a', ['HostName 192.0.2.1']), false);
    assert.equal(await judge('127.0.0.1', ['Port 2222']), false);
    assert.equal(await judge('127.0.0.1', ['ProxyJump bastion']), false);
    assert.equal(await judge('127.0.0.1', ['ProxyCommand nc %h %p']), false);
    assert.equal(await judge('127.0.0.1', ['HostKeyAlias node-b']), false);
    const somebody = await resolveHost(
      'local-too',
      { hostName: '127.0.0.1', user: `not-${user}` },
      { files: [join(folder, 'none')], askProgram: false, log: () => undefined },
    );
    assert.equal(isThisMachine(somebody), false);
  });
});
