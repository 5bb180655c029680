import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Machine } from '../../lab/machine.ts';
import { processesOf, processFiles } from '../../lab/processes.ts';
import { Login, eventually } from './support/client.ts';

describe('the machines of the lab', () => {
  let lab: Lab;
  let machine: Machine;
  let login: Login;

  before(async () => {
    lab = await startLab({ bare: true });
    machine = lab.host('prod');
    login = await Login.open(machine);
  });

  after(async () => {
    login.close();
    const { dir } = lab;
    await lab.stop();
    assert.equal(existsSync(dir), false, 'the folder is gone');
    assert.deepEqual(processesOf(dir), [], 'no process is left');
  });

  it('run commands by the real sh in the account’s home', async () => {
    const answer = await login.run('pwd; echo "$USER"; cat; echo oops >&2; exit 7', 'input');
    assert.deepEqual(answer, {
      code: 7,
      signal: undefined,
      stdout: `${machine.home}\nomm\ninput`,
      stderr: 'oops\n',
    });
  });

  it('let in by key and by password, and nobody else', async () => {
    const byPassword = await Login.open(machine, {
      privateKey: undefined,
      password: machine.password,
    } as object);
    byPassword.close();
    for (const wrong of [
      { privateKey: undefined, password: 'wrong' },
      { username: 'somebody' },
    ] as object[]) {
      await assert.rejects(Login.open(machine, wrong), /authentication/);
    }
  });

  it('hand signals to the whole process group', async () => {
    const answer = await new Promise<string | undefined>((resolve, reject) => {
      login.client.exec('sleep 100 | cat', (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        channel.on('exit', (_code: number | null, name?: string) => resolve(name));
        channel.resume();
        setTimeout(() => channel.signal('TERM'), 200);
      });
    });
    assert.equal(answer, 'SIGTERM');
  });

  it('serve real files, and replace them as OpenSSH’s server does', async () => {
    const sftp = await login.sftp();
    const write = promisify((path: string, text: string, done: (error?: Error | null) => void) =>
      sftp.writeFile(path, text, done),
    );
    const rename = promisify((from: string, to: string, done: (error?: Error | null) => void) =>
      sftp.ext_openssh_rename(from, to, done),
    );
    await write('file', 'old');
    await write(join(machine.home, 'file.new'), 'new');
    await rename('file.new', 'file');
    assert.equal(readFileSync(join(machine.home, 'file'), 'utf8'), 'new');
    lab.faults.fillDisk('prod');
    await assert.rejects(write('other', 'text'), /No space left/);
    const shell = await login.run('echo text > other2');
    assert.notEqual(shell.code, 0);
    lab.faults.fillDisk('prod', false);
    await write('other', 'text');
  });

  it('give a terminal to who asks for one', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      login.client.exec('tty; stty size', { pty: { rows: 30, cols: 100 } }, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let said = '';
        channel.on('data', (bytes: Buffer) => {
          said += bytes.toString();
        });
        channel.on('close', () => resolve(said));
      });
    });
    assert.match(text, /30 100/);
  });

  it('are known by their host keys until they change', async () => {
    const known = readFileSync(join(lab.dir, 'ssh', 'known_hosts'), 'utf8');
    const [, line = ''] =
      new RegExp(`^\\[127\\.0\\.0\\.1\\]:${machine.port} (.*)$`, 'm').exec(known) ?? [];
    assert.equal(line, machine.hostPublicKey);
    const { hostKeyFingerprint } = machine;
    await lab.faults.changeHostKey('prod');
    assert.notEqual(machine.hostKeyFingerprint, hostKeyFingerprint);
    login = await Login.open(machine);
  });

  it('can be slow, frozen, cut off and down', async () => {
    lab.faults.slowHost('prod', 150);
    const started = Date.now();
    await login.run('true');
    // Timers may be a moment early.
    assert.ok(Date.now() - started >= 145);
    lab.faults.slowHost('prod', 0);

    lab.faults.freezeHost('prod');
    let answered = false;
    const late = login.run('echo late').then((answer) => {
      answered = true;
      return answer;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(answered, false);
    lab.faults.thawHost('prod');
    assert.equal((await late).stdout, 'late\n');

    const ended = new Promise<void>((resolve) => {
      login.client.once('close', () => resolve());
    });
    lab.faults.cutConnections('prod');
    await ended;
    await lab.faults.stopSshd('prod');
    await assert.rejects(Login.open(machine), /ECONNREFUSED/);
    await lab.faults.startSshd('prod');
    login = await Login.open(machine);
  });

  it('can be controlled by the lab’s own command', async () => {
    const show = await login.run(`'${join(lab.dir, 'bin', 'lab')}' show`);
    assert.equal((JSON.parse(show.stdout) as { dir: string }).dir, lab.dir);
    const wrong = await login.run(`'${join(lab.dir, 'bin', 'lab')}' kill production/dn9`);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /has no node production\/dn9/);
  });

  it('keep what an ended connection left running only until the lab ends', async () => {
    const other = await Login.open(machine);
    // Its end is that of the connection.
    const left = other.run('sleep 301').catch(() => undefined);
    const sleeping = (): boolean => {
      const ours = new Set(processesOf(lab.dir));
      return processFiles('cmdline').some(
        ({ pid, text }) => ours.has(pid) && text === ['sleep', '301', ''].join('\0'),
      );
    };
    await eventually(
      () => Promise.resolve(sleeping()),
      (seen) => seen,
    );
    other.close();
    await left;
    assert.ok(sleeping());
    writeFileSync(join(machine.home, 'left'), '');
  });
});
