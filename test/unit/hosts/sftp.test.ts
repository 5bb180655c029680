// Large files: by SFTP where the machine has it, by the shell where it has not, with the same results.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { ServerChannel, Session, SFTPWrapper } from 'ssh2';
import { FileChanged, isHostFailure } from '../../../src/hosts/errors.ts';
import type { Shell } from '../../../src/hosts/shell.ts';
import { findSshd, pause, TestSshd, type SshdOptions } from '../../support/sshd.ts';
import { LabDisk } from '../../lab/disk.ts';
import { serveSftp } from '../../lab/ssh/sftp.ts';
import { linked, poolOf, reconnected } from './support/pools.ts';
import { TestPrompts } from './support/prompts.ts';
import { TestServer } from './support/server.ts';

const concurrency = 4;

void findSshd().then((found) => {
  const skip = typeof found === 'string' ? found : false;
  for (const sftp of [true, false]) {
    const how = sftp ? 'by SFTP' : 'without SFTP';
    describe(`large files ${how}`, { skip, concurrency }, () => largeFiles(sftp));
  }
});

describe('a machine whose SFTP misbehaves', { concurrency }, () => {
  const odd = async (context: TestContext, session: (session: Session) => void): Promise<Odd> => {
    const server = new TestServer({ authenticate: (login) => login.accept(), session });
    await server.start();
    context.after(async () => server.stop());
    const folder = await mkdtemp(join(tmpdir(), 'sftp-test-'));
    context.after(async () => rm(folder, { recursive: true, force: true }));
    const configuration = join(folder, 'config');
    await writeFile(
      configuration,
      `Host h\n HostName 127.0.0.1\n Port ${server.port}\n UserKnownHostsFile /dev/null\n StrictHostKeyChecking no\n IdentityAgent none\n GlobalKnownHostsFile none\n`,
    );
    const prompts = new TestPrompts();
    const shell = await poolOf(context, configuration, { prompts }).shell('h');
    const path = join(folder, 'conf');
    await writeFile(path, Buffer.alloc(2_000_000, 'o'));
    return { shell, path, folder };
  };
  const serving = (change: (sftp: SFTPWrapper) => void) => {
    return (session: Session): void => {
      session.on('sftp', (accept) => {
        const sftp = accept();
        serveSftp(sftp, '/', new LabDisk('/'));
        change(sftp);
      });
    };
  };
  const wholeAndAlone = async ({ shell, path, folder }: Odd): Promise<void> => {
    assert.ok(Buffer.alloc(2_000_000, 'o').equals(await readFile(path)));
    for (const end = Date.now() + 30_000; (await readdir(folder)).length > 2;) {
      assert.ok(Date.now() < end, 'the temporary file is left');
      await pause(50);
    }
    assert.equal((await shell.run('echo on')).stdout, 'on\n');
  };

  for (const request of ['OPEN', 'WRITE', 'CLOSE']) {
    it(`ends a write at its time limit when ${request} is never answered`, async (context) => {
      const machine = await odd(
        context,
        serving((sftp) => {
          sftp.removeAllListeners(request);
          (sftp as EventEmitter).on(request, () => undefined);
        }),
      );
      const meanwhile = machine.shell.run('sleep 2; echo whole', { long: true });
      await assert.rejects(
        machine.shell.writeFile(machine.path, Buffer.alloc(3_000_000), { timeout: 700 }),
        (error) => isHostFailure(error, 'timed-out'),
      );
      await wholeAndAlone(machine);
      assert.equal((await meanwhile).stdout, 'whole\n');
    });
  }

  it('ends a read at its time limit when nothing comes', async (context) => {
    const machine = await odd(
      context,
      serving((sftp) => {
        sftp.removeAllListeners('READ');
        sftp.on('READ', () => undefined);
      }),
    );
    await assert.rejects(machine.shell.readFile(machine.path, { timeout: 700 }), (error) =>
      isHostFailure(error, 'timed-out'),
    );
    await wholeAndAlone(machine);
  });

  it('goes by the shell when it never begins to speak, or speaks something else', async (context) => {
    for (const greeting of ['', 'Welcome to this machine!\n']) {
      const machine = await odd(context, (session) => {
        (session as unknown as EventEmitter).on('subsystem', (accept: () => ServerChannel) => {
          accept().write(greeting);
        });
      });
      const fresh = randomBytes(3_000_000);
      await machine.shell.writeFile(machine.path, fresh);
      assert.ok(fresh.equals((await machine.shell.readFile(machine.path)).content));
    }
  });

  it('goes by the shell when SFTP is shut into another folder, with other files there', async (context) => {
    const machine = await odd(
      context,
      serving((sftp) => {
        const [open] = sftp.listeners('OPEN') as ((...words: unknown[]) => void)[];
        sftp.removeAllListeners('OPEN');
        (sftp as EventEmitter).on('OPEN', (id: number, path: string, ...rest: unknown[]) =>
          open?.(id, path.replace('sftp-test-', 'sftp-elsewhere-'), ...rest),
        );
      }),
    );
    const elsewhere = machine.folder.replace('sftp-test-', 'sftp-elsewhere-');
    await mkdir(elsewhere);
    context.after(async () => rm(elsewhere, { recursive: true, force: true }));
    await writeFile(join(elsewhere, 'conf'), 'another file');
    const { content } = await machine.shell.readFile(machine.path);
    assert.ok(Buffer.alloc(2_000_000, 'o').equals(content));
    const fresh = randomBytes(3_000_000);
    await machine.shell.writeFile(machine.path, fresh);
    assert.ok(fresh.equals(await readFile(machine.path)));
    assert.deepEqual(await readdir(elsewhere), ['conf']);
  });

  it('takes up short answers and goes by the shell when an answer is an error', async (context) => {
    let reads = 0;
    const machine = await odd(
      context,
      serving((sftp) => {
        const [read] = sftp.listeners('READ') as ((...words: unknown[]) => void)[];
        sftp.removeAllListeners('READ');
        sftp.on('READ', (id, handle, offset, length) =>
          read?.(id, handle, offset, reads++ % 3 === 0 ? Math.min(length, 1000) : length),
        );
        sftp.removeAllListeners('WRITE');
        sftp.on('WRITE', (id, _handle, offset) => sftp.status(id, offset > 1_000_000 ? 4 : 0));
      }),
    );
    const fresh = randomBytes(3_000_000);
    await machine.shell.writeFile(machine.path, fresh);
    assert.ok(fresh.equals((await machine.shell.readFile(machine.path)).content));
    assert.ok(reads > 100);
  });
});

interface Odd {
  readonly shell: Shell;
  readonly path: string;
  readonly folder: string;
}

interface Reached {
  readonly server: TestSshd;
  readonly shell: Shell;
  /** An empty folder. */
  readonly folder: string;
  /** How often the server was asked for SFTP. */
  readonly asked: () => number;
}

async function reach(context: TestContext, options: SshdOptions): Promise<Reached> {
  const server = await TestSshd.start({ ...options, lines: ['LogLevel VERBOSE'] });
  context.after(async () => server.stop());
  const shell = await poolOf(context, await server.clientConfig(['h'])).shell('h');
  const folder = join(server.folder, 'files');
  await mkdir(folder);
  const asked = (): number =>
    server.log.split(/subsystem request for sftp|Starting session: subsystem 'sftp'/).length - 1;
  return { server, shell, folder, asked };
}

function largeFiles(sftp: boolean): void {
  it('are written and read whole, over one channel', async (context) => {
    const { shell, folder, asked } = await reach(context, { sftp });
    await shell.writeFile(join(folder, 'small'), randomBytes(1000));
    await shell.readFile(join(folder, 'small'));
    assert.equal(asked(), 0, 'a small file is no reason to ask for SFTP');
    await Promise.all(
      [1_048_577, 3_000_000, 8_000_000].map(async (size) => {
        const content = randomBytes(size);
        const path = join(folder, `it's ${size}\n主`);
        const version = await shell.writeFile(path, content, { expected: null });
        const back = await shell.readFile(path);
        assert.ok(content.equals(back.content));
        assert.deepEqual(back.version, version);
        assert.ok(content.equals(await readFile(path)));
        assert.equal((await stat(path)).mode & 0o777, 0o600);
      }),
    );
    assert.equal(asked() > 0, true);
    assert.ok(asked() <= 2, `SFTP was asked for ${asked()} times`);
  });

  it('keep owner, mode and former content, in a path that begins at home', async (context) => {
    const { shell, folder } = await reach(context, { sftp });
    const home = (await shell.run('pwd')).stdout.trim();
    const back = folder
      .split('/')
      .filter((part) => part !== '')
      .join('/');
    const up = home
      .split('/')
      .filter((part) => part !== '')
      .map(() => '..')
      .join('/');
    const path = join(folder, 'conf');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    const fresh = randomBytes(2_000_000);
    await shell.writeFile(`${up === '' ? '.' : up}/${back}/conf`, fresh);
    assert.ok(fresh.equals(await readFile(path)));
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.equal(await readFile(`${path}.bak`, 'utf8'), 'old');
    assert.deepEqual((await readdir(folder)).sort(), ['conf', 'conf.bak']);
  });

  it('are not put over what somebody else has changed', async (context) => {
    const { shell, folder } = await reach(context, { sftp });
    const path = join(folder, 'conf');
    const version = await shell.writeFile(path, randomBytes(2_000_000));
    await writeFile(path, 'theirs');
    await assert.rejects(
      shell.writeFile(path, randomBytes(2_000_000), { expected: version }),
      (error) => error instanceof FileChanged && error.current?.size === 6,
    );
    assert.equal(await readFile(path, 'utf8'), 'theirs');
    assert.deepEqual(await readdir(folder), ['conf']);
  });

  it('leave the old one whole when the disk is full', async (context) => {
    const { shell, folder } = await reach(context, { sftp, fileLimit: 3_000_000 });
    const path = join(folder, 'conf');
    await shell.writeFile(path, Buffer.alloc(2_000_000, 'o'));
    await assert.rejects(shell.writeFile(path, Buffer.alloc(5_000_000, 'n')), (error) =>
      isHostFailure(error, 'disk-full'),
    );
    assert.ok(Buffer.alloc(2_000_000, 'o').equals(await readFile(path)));
    assert.deepEqual(await readdir(folder), ['conf']);
    assert.equal((await shell.run('echo on')).stdout, 'on\n');
  });

  it('say so when the folder may not be written', async (context) => {
    const { shell } = await reach(context, { sftp });
    // Nobody makes files there, root neither.
    for (const size of [10, 2_000_000]) {
      await assert.rejects(shell.writeFile('/sys/kernel/conf', Buffer.alloc(size)), (error) =>
        isHostFailure(error, 'permission-denied'),
      );
    }
  });

  it('are not read beyond the limit', async (context) => {
    const { shell, folder } = await reach(context, { sftp });
    await writeFile(join(folder, 'large'), Buffer.alloc(3_000_000));
    await assert.rejects(shell.readFile(join(folder, 'large'), { limit: 2_999_999 }), (error) =>
      isHostFailure(error, 'file-too-large'),
    );
    assert.equal(
      (await shell.readFile(join(folder, 'large'), { limit: 3_000_000 })).version.size,
      3_000_000,
    );
  });

  it('can be cancelled in the middle, and the way stays open', async (context) => {
    const { server, folder } = await reach(context, { sftp });
    const { link, pool } = await linked(context, server, 0);
    const shell = await reconnected(pool);
    const path = join(folder, 'conf');
    await writeFile(path, 'old');
    const abort = new AbortController();
    // Two seconds for the rest, however quick the machine is: it does not come to its end before it is cancelled.
    link.slowAfter = 4_000_000;
    const writing = shell.writeFile(path, Buffer.alloc(16_000_000), { signal: abort.signal });
    const rejected = assert.rejects(writing, (error) => isHostFailure(error, 'cancelled'));
    while ((await readdir(folder)).length < 2) {
      await pause(1);
    }
    abort.abort();
    await rejected;
    assert.equal(await readFile(path, 'utf8'), 'old');
    for (const end = Date.now() + 30_000; (await readdir(folder)).length > 1;) {
      assert.ok(Date.now() < end, 'the temporary file is left');
      await pause(50);
    }
    const fresh = randomBytes(2_000_000);
    await shell.writeFile(path, fresh);
    assert.ok(fresh.equals((await shell.readFile(path)).content));
  });
}
