/**
 * The system's real OpenSSH server for tests: run as the current user, on the loopback, on a free port, with its own
 * keys in a temporary folder. Where it is not installed, Debian's package is unpacked into the cache folder, without
 * being installed.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processFiles } from '../lab/processes.ts';

const run = promisify(execFile);

interface Program {
  readonly sshd: string;
  /** For the server's process: libraries and user names of the unpacked package. */
  readonly env: Readonly<Record<string, string>>;
}

const cacheFolder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'opengauss-dual-cluster',
  'sshd',
);

/** The server's program, or the reason why there is none, for the line that says what was skipped. */
let found: Promise<Program | string> | undefined;
export async function findSshd(): Promise<Program | string> {
  found ??= find().catch((error: unknown) => `the OpenSSH server cannot be had: ${String(error)}`);
  return found;
}

/** Other processes read these files while sshd runs by them; they never see a half. */
async function replace(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) {
    const fresh = `${path}.${process.pid}`;
    await writeFile(fresh, text);
    await rename(fresh, path);
  }
}

async function find(): Promise<Program | string> {
  if (process.platform !== 'linux') {
    return 'the tests with a real OpenSSH server run on Linux only';
  }
  for (const program of ['ssh', 'ssh-keygen']) {
    if (!(await works(program, program === 'ssh' ? ['-V'] : ['-?']))) {
      return `the OpenSSH client (${program}) is not installed`;
    }
  }
  for (const path of ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd']) {
    if (await exists(path)) {
      return withUsers(path, {});
    }
  }
  const unpacked = join(cacheFolder, 'usr/sbin/sshd');
  if (!(await exists(unpacked))) {
    if (!(await works('dpkg-deb', ['--version'])) || !(await works('apt-get', ['--version']))) {
      return 'the OpenSSH server is not installed, and there is no apt to fetch it with';
    }
    await unpack();
  }
  return withUsers(unpacked, {
    LD_LIBRARY_PATH: (await libraryFolders(cacheFolder)).join(':'),
  });
}

/** Fetches Debian's packages and unpacks them; nothing of the system changes. */
async function unpack(): Promise<void> {
  await mkdir(join(cacheFolder, '..'), { recursive: true });
  const folder = await mkdtemp(`${cacheFolder}-`);
  const download = async (): Promise<unknown> =>
    run('apt-get', ['download', 'openssh-server', 'libwrap0', 'libnss-wrapper'], { cwd: folder });
  try {
    await download().catch(async (error: unknown) => {
      if (process.getuid?.() !== 0) {
        throw error;
      }
      await run('apt-get', ['update']);
      await download();
    });
    for (const name of await readdir(folder)) {
      if (name.endsWith('.deb')) {
        await run('dpkg-deb', ['-x', join(folder, name), folder]);
      }
    }
    await rename(folder, cacheFolder).catch(async (error: unknown) => {
      // Another test process was faster.
      if (!(await exists(join(cacheFolder, 'usr/sbin/sshd')))) {
        throw error;
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As root the server wants a user `sshd` and a folder of its own; the user is made up where it is missing. */
async function withUsers(sshd: string, env: Record<string, string>): Promise<Program | string> {
  if (process.getuid?.() !== 0) {
    return { sshd, env };
  }
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const passwd = await readFile('/etc/passwd', 'utf8');
  if (/^sshd:/m.test(passwd)) {
    return { sshd, env };
  }
  const folders = await libraryFolders(cacheFolder);
  let wrapper: string | undefined;
  for (const folder of folders) {
    if (await exists(join(folder, 'libnss_wrapper.so'))) {
      wrapper = join(folder, 'libnss_wrapper.so');
    }
  }
  if (wrapper === undefined) {
    return 'the OpenSSH server needs a user "sshd" when it is started by root';
  }
  await replace(
    join(cacheFolder, 'passwd'),
    `${passwd.trimEnd()}\nsshd:x:199:65534::/run/sshd:/usr/sbin/nologin\n`,
  );
  await replace(join(cacheFolder, 'group'), await readFile('/etc/group', 'utf8'));
  return {
    sshd,
    env: {
      ...env,
      LD_PRELOAD: wrapper,
      NSS_WRAPPER_PASSWD: join(cacheFolder, 'passwd'),
      NSS_WRAPPER_GROUP: join(cacheFolder, 'group'),
    },
  };
}

async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    for (const name of await readdir(join(root, base)).catch(() => [])) {
      if (name.includes('linux-gnu')) {
        folders.push(join(root, base, name));
      }
    }
  }
  return folders;
}

export interface SshdOptions {
  /** Lines for its configuration, for example `MaxSessions 1`. */
  readonly lines?: readonly string[];
  /** Whether it has SFTP, as it has unless somebody takes it out; on by default. */
  readonly sftp?: boolean;
  /** Bytes that a file may have; more is an error as on a full disk, and not the signal that it is by default. */
  readonly fileLimit?: number;
}

/** A running server and what a client needs to log in. */
export class TestSshd {
  readonly port: number;
  /** Holds the keys, a known_hosts and an ssh_config for it; removed by `stop`. */
  readonly folder: string;
  readonly user = userInfo().username;
  private readonly program: Program;
  private readonly fileLimit: number | undefined;
  private child: ChildProcess | undefined;
  private said = '';

  static async start(options: SshdOptions = {}): Promise<TestSshd> {
    const program = await findSshd();
    if (typeof program === 'string') {
      throw new Error(program);
    }
    const folder = await mkdtemp(join(tmpdir(), 'sshd-test-'));
    const server = new TestSshd(program, folder, await freePort(), options.fileLimit);
    await server.newHostKey();
    await newKey(server.identityFile);
    await writeFile(server.knownHosts, await server.knownHostsLine());
    await writeFile(
      server.config,
      [
        `Port ${server.port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${join(folder, 'host_key')}`,
        `AuthorizedKeysFile ${server.identityFile}.pub`,
        'PidFile none',
        'UsePAM no',
        'StrictModes no',
        'PasswordAuthentication no',
        'PermitRootLogin yes',
        'MaxStartups 500:30:600',
        ...(options.sftp === false ? [] : ['Subsystem sftp internal-sftp']),
        ...(options.lines ?? []),
        '',
      ].join('\n'),
    );
    await server.resume();
    return server;
  }

  private constructor(
    program: Program,
    folder: string,
    port: number,
    fileLimit: number | undefined,
  ) {
    this.program = program;
    this.folder = folder;
    this.port = port;
    this.fileLimit = fileLimit;
  }

  get identityFile(): string {
    return join(this.folder, 'id_ed25519');
  }

  get knownHosts(): string {
    return join(this.folder, 'known_hosts');
  }

  get log(): string {
    return this.said;
  }

  private get config(): string {
    return join(this.folder, 'sshd_config');
  }

  /** An ssh_config with aliases for this server. */
  async clientConfig(aliases: readonly string[], lines: readonly string[] = []): Promise<string> {
    const file = join(this.folder, `ssh_config-${randomBytes(4).toString('hex')}`);
    const body = [
      '  HostName 127.0.0.1',
      `  Port ${this.port}`,
      `  User ${this.user}`,
      `  IdentityFile ${this.identityFile}`,
      '  IdentityAgent none',
      `  UserKnownHostsFile ${this.knownHosts}`,
      '  GlobalKnownHostsFile none',
      ...lines.map((line) => `  ${line}`),
    ];
    await writeFile(file, `Host ${aliases.join(' ')}\n${body.join('\n')}\n`, { mode: 0o600 });
    return file;
  }

  async newHostKey(): Promise<void> {
    await newKey(join(this.folder, 'host_key'));
  }

  async knownHostsLine(): Promise<string> {
    const key = await readFile(join(this.folder, 'host_key.pub'), 'utf8');
    return `[127.0.0.1]:${this.port} ${key.split(' ').slice(0, 2).join(' ')}\n`;
  }

  /** Starts it, also after `kill`, on the same port. */
  async resume(): Promise<void> {
    const words = [this.program.sshd, '-f', this.config, '-D', '-e'];
    const limited =
      this.fileLimit === undefined
        ? words
        : [
            '/bin/sh',
            '-c',
            // The unit is 512 bytes (POSIX).
            `trap '' XFSZ; ulimit -S -f ${Math.ceil(this.fileLimit / 512)}; exec "$@"`,
            'sh',
            ...words,
          ];
    const [program = '', ...operands] = limited;
    const child = spawn(program, operands, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...this.program.env },
    });
    this.child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.said = (this.said + chunk.toString()).slice(-20_000);
    });
    for (let count = 0; !(await answers(this.port)); count++) {
      if (child.exitCode !== null || count > 200) {
        throw new Error(`sshd did not start: ${this.said}`);
      }
      await pause(25);
    }
  }

  /** Stops the listener and all sessions with a signal each; SIGSTOP freezes the machine, as it were. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const { pid } = this.child ?? {};
    if (pid !== undefined) {
      // Session processes only; what they run is another matter.
      for (const one of sshdProcesses(pid)) {
        try {
          process.kill(one, name);
        } catch {
          // It has ended meanwhile.
        }
      }
    }
  }

  /** Cuts all connections, the listener stays. */
  cut(): void {
    const { pid } = this.child ?? {};
    if (pid !== undefined) {
      for (const one of sshdProcesses(pid)) {
        if (one !== pid) {
          try {
            process.kill(one, 'SIGKILL');
          } catch {
            // It has ended meanwhile.
          }
        }
      }
    }
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      this.child = child;
      this.signal('SIGKILL');
      this.child = undefined;
      await gone;
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The listener and its sessions: processes below it whose program is sshd. */
function sshdProcesses(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { pid, text } of processFiles('stat')) {
    const parts = /^\d+ \((.*)\) \S+ (\d+)/s.exec(text);
    if (parts !== null && parts[1]?.startsWith('sshd') === true) {
      const parent = Number(parts[2]);
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    }
  }
  const all = [root];
  for (const one of all) {
    all.push(...(children.get(one) ?? []));
  }
  return all;
}

/** A new key pair without a passphrase, or with one. */
export async function newKey(file: string, passphrase = '', type = 'ed25519'): Promise<void> {
  await rm(file, { force: true });
  await rm(`${file}.pub`, { force: true });
  await run('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether a program can be started at all; its exit code does not matter. */
async function works(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  );
}

export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
