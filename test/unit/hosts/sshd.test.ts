import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, afterEach, before, describe, it } from 'node:test';
import { isHostFailure } from '../../../src/hosts/errors.ts';
import { createHostPool, type HostPoolOptions } from '../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../src/hosts/terminal.ts';
import { findSshd, newKey, pause, TestSshd } from '../../support/sshd.ts';
import { shellContract } from './support/contract.ts';
import { TestPrompts } from './support/prompts.ts';

const run = promisify(execFile);
void findSshd().then((found) => {
  const skip = typeof found === 'string' ? found : false;
  describe('a real OpenSSH server', { skip }, tests);
});

function tests(): void {
  let server: TestSshd;
  const pools: TerminalPool[] = [];
  before(async () => {
    server = await TestSshd.start();
  });
  after(async () => {
    await server.stop();
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map(async (pool) => pool.close()));
  });

  const poolFor = async (
    names: readonly string[] = ['h'],
    lines: readonly string[] = [],
    options: Partial<HostPoolOptions> = {},
  ): Promise<TerminalPool> => {
    const pool = createHostPool({
      hosts: {},
      sshConfigFiles: [await server.clientConfig(names, lines)],
      prompts: new TestPrompts(),
      trusted: true,
      log: () => undefined,
      pauses: { first: 10, longest: 20 },
      ...options,
    });
    pools.push(pool);
    return pool;
  };

  describe('as a shell', { concurrency: 4 }, () => {
    let pool: TerminalPool;
    after(async () => pool.close());
    shellContract(async () => {
      const config = await server.clientConfig(['h']);
      pool = createHostPool({
        hosts: {},
        sshConfigFiles: [config],
        prompts: new TestPrompts(),
        trusted: true,
        log: () => undefined,
      });
      return pool.shell('h');
    });
  });

  it('is reached by ssh itself with the same configuration', async () => {
    const config = await server.clientConfig(['h']);
    const { stdout } = await run('ssh', ['-F', config, 'h', 'echo there']);
    assert.equal(stdout, 'there\n');
  });

  it('keeps one connection for all requests of a host, also for its other names', async () => {
    const pool = await poolFor(['h', 'i']);
    const shells = await Promise.all(['h', 'h', 'i', 'i'].map(async (name) => pool.shell(name)));
    const ports = await Promise.all(
      shells.map(async (shell) => (await shell.run('echo "$SSH_CONNECTION"')).stdout.split(' ')[1]),
    );
    assert.equal(new Set(ports).size, 1);
    assert.equal(pool.state('h'), 'connected');
    assert.equal(pool.state('never'), 'idle');
  });

  it('accepts the agent, named keys and keys with a passphrase', async () => {
    const locked = join(server.folder, 'locked');
    await newKey(locked, 'open sesame');
    const authorized = `${server.identityFile}.pub`;
    const before_ = await readFile(authorized, 'utf8');
    await writeFile(authorized, before_ + (await readFile(`${locked}.pub`, 'utf8')));
    const prompts = new TestPrompts();
    prompts.answerPassphrase = () => ({
      secret: prompts.asked.length < 2 ? 'wrong' : 'open sesame',
      keep: true,
    });
    const config = await server.clientConfig(['a', 'b']);
    const text = (await readFile(config, 'utf8')).replace(server.identityFile, locked);
    await writeFile(config, `${text}  ServerAliveCountMax 4\n`);
    const options = { sshConfigFiles: [config], prompts };
    const pool = await poolFor([], [], options);
    await Promise.all([pool.shell('a'), pool.shell('b')]);
    assert.deepEqual(prompts.asked, ['passphrase', 'passphrase']);
    const later = await poolFor([], [], options);
    await later.shell('a');
    assert.equal(prompts.asked.length, 2);

    const output = execFileSync('ssh-agent', ['-s']).toString();
    const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(output)?.[1] ?? '';
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(output)?.[1]);
    try {
      execFileSync('ssh-add', [server.identityFile], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: 'ignore',
      });
      const withAgent = (await readFile(config, 'utf8'))
        .replace('IdentityAgent none', `IdentityAgent ${socket}`)
        .replace(`IdentityFile ${locked}`, 'IdentityFile none');
      await writeFile(config, withAgent);
      await (await poolFor([], [], options)).shell('a');
      process.kill(pid);
      // The last that it does is to remove its socket.
      while (existsSync(socket)) {
        await pause(10);
      }
      // The agent is gone: a clear refusal, no question, no hang.
      await assert.rejects((await poolFor([], [], options)).shell('a'), (error) =>
        isHostFailure(error, 'authentication-failed'),
      );
      await writeFile(
        config,
        withAgent.replace('IdentityFile none', `IdentityFile ${server.identityFile}`),
      );
      await (await poolFor([], [], options)).shell('a');
    } finally {
      try {
        process.kill(pid);
      } catch {
        // It was ended above.
      }
    }
    assert.equal(prompts.asked.length, 2);
  });

  it('goes through jump hosts, each verified under its own name, and through a proxy command', async () => {
    const config = await server.clientConfig(['target', 'one', 'two'], []);
    const head =
      'Host target\n  ProxyJump one,two\nHost command\n  ProxyCommand nc-in-node %h %p\n';
    await writeFile(config, head + (await readFile(config, 'utf8')));
    const options = { sshConfigFiles: [config] };
    const shell = await (await poolFor([], [], options)).shell('target');
    assert.equal((await shell.run('echo behind')).stdout, 'behind\n');
    // The hop's key is not known under the hop's own name: refused, whatever is known of the target.
    await writeFile(
      config,
      `Host two\n  HostKeyAlias unknown-hop\n  StrictHostKeyChecking yes\n${await readFile(config, 'utf8')}`,
    );
    await assert.rejects((await poolFor([], [], options)).shell('target'), (error) => {
      assert.ok(isHostFailure(error, 'host-key-unknown'));
      assert.equal(error.place.host, 'two');
      return true;
    });
    const command = `${process.execPath} -e "const s=require('net').connect(%p,'%h');process.stdin.pipe(s).pipe(process.stdout)"`;
    const proxied = await poolFor(['h'], [`ProxyCommand ${command}`]);
    assert.equal((await (await proxied.shell('h')).run('echo through')).stdout, 'through\n');
    const broken = await poolFor(['h'], ['ProxyCommand echo no way >&2; exit 3']);
    await assert.rejects(broken.shell('h'), (error) => {
      assert.ok(isHostFailure(error, 'proxy-failed'));
      assert.match(error.message, /no way/);
      return true;
    });
    const circle = await poolFor(['h'], ['ProxyJump h']);
    await assert.rejects(circle.shell('h'), (error) => isHostFailure(error, 'proxy-failed'));
  });

  it('takes what it may: one session only, a greeting, a login shell that prints', async () => {
    const small = await TestSshd.start({ lines: ['MaxSessions 1'] });
    try {
      const pool = createHostPool({
        hosts: {},
        sshConfigFiles: [await small.clientConfig(['h'])],
        prompts: new TestPrompts(),
        trusted: true,
        log: () => undefined,
      });
      pools.push(pool);
      const shell = await pool.shell('h');
      assert.equal((await shell.run('echo one')).stdout, 'one\n');
      await assert.rejects(shell.run('echo two', { long: true }), (error) =>
        isHostFailure(error, 'channel-refused'),
      );
      assert.equal((await shell.run('echo three')).stdout, 'three\n');
    } finally {
      await small.stop();
    }
  });

  it('opens a terminal that knows its size', async () => {
    const pool = await poolFor();
    let text = '';
    const terminal = await pool.openTerminal('h', 'stty size; read x; echo "got $x"', {
      size: { columns: 91, rows: 33 },
      onData: (piece) => (text += piece),
    });
    while (!text.includes('33 91')) {
      await pause(20);
    }
    terminal.write('hello\n');
    assert.equal(await terminal.ended, 0);
    assert.match(text, /got hello/);
  });

  it('gives up connecting when nobody waits any more', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const pool = await poolFor(['x'], [], { hosts: { s: { hostName: '127.0.0.1', port } } });
    const abort = new AbortController();
    const waiting = pool.shell('s', { signal: abort.signal });
    await pause(50);
    abort.abort();
    await assert.rejects(waiting, (error) => isHostFailure(error, 'cancelled'));
    while (pool.state('s') === 'connecting') {
      await pause(20);
    }
    await new Promise((resolve) => silent.close(resolve));
  });

  it('connects to many hosts at a time', async () => {
    const names = Array.from({ length: 32 }, (_, index) => `h${index}`);
    const config = await server.clientConfig(names);
    const different = names.map(
      (name, index) => `Host ${name}\n  ServerAliveCountMax ${index + 3}\n`,
    );
    await writeFile(config, different.join('') + (await readFile(config, 'utf8')));
    const pool = await poolFor([], [], { sshConfigFiles: [config] });
    const answers = await Promise.all(
      names.map(
        async (name) =>
          (await (await pool.shell(name)).run(`echo ${name}`, { timeout: 180_000 })).stdout,
      ),
    );
    assert.deepEqual(
      answers,
      names.map((name) => `${name}\n`),
    );
  });
}
