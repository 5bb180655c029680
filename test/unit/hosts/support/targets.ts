/** Machines that can fail in every way: one behind OpenSSH's own server, one behind the lab's. */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { LabDisk } from '../../../lab/disk.ts';
import { newKey } from '../../../lab/machine.ts';
import { SshServer } from '../../../lab/ssh/server.ts';
import { TestSshd } from '../../../support/sshd.ts';
import { newHostKey } from './server.ts';

export interface FaultTarget {
  readonly port: number;
  /** A folder for files of the test. */
  readonly folder: string;
  readonly knownHosts: string;
  clientConfig(aliases: readonly string[], lines?: readonly string[]): Promise<string>;
  /** Cuts all connections. */
  cut(): Promise<void>;
  /** Takes what comes and answers nothing. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** The machine is away: nobody listens. */
  kill(): Promise<void>;
  resume(): Promise<void>;
  newHostKey(): Promise<void>;
  /** Ends it and removes the folder. */
  stop(): Promise<void>;
}

export async function sshdTarget(): Promise<FaultTarget> {
  const server = await TestSshd.start();
  return {
    port: server.port,
    folder: server.folder,
    knownHosts: server.knownHosts,
    clientConfig: async (aliases, lines) => server.clientConfig(aliases, lines),
    cut: async () => {
      server.cut();
      return Promise.resolve();
    },
    freeze: async () => {
      server.signal('SIGSTOP');
      return Promise.resolve();
    },
    thaw: async () => {
      server.signal('SIGCONT');
      return Promise.resolve();
    },
    kill: async () => server.kill(),
    resume: async () => server.resume(),
    newHostKey: async () => server.newHostKey(),
    stop: async () => server.stop(),
  };
}

export async function labTarget(): Promise<FaultTarget> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-target-'));
  const identity = join(folder, 'id_ed25519');
  const key = newKey('test');
  await writeFile(identity, key.private, { mode: 0o600 });
  const knownHosts = join(folder, 'known_hosts');
  const { username } = userInfo();
  const server = new SshServer(
    {
      account: {
        user: username,
        home: folder,
        publicKey: key.public,
        password: 'unused',
        env: { PATH: process.env['PATH'] ?? '', HOME: folder },
      },
      disk: new LabDisk(folder),
      delay: () => 0,
    },
    newHostKey(),
  );
  await server.start();
  let count = 0;
  const target: FaultTarget = {
    port: server.port,
    folder,
    knownHosts,
    clientConfig: async (aliases, lines = []) => {
      const file = join(folder, `ssh_config-${count++}`);
      const body = [
        '  HostName 127.0.0.1',
        `  Port ${server.port}`,
        `  User ${username}`,
        `  IdentityFile ${identity}`,
        '  IdentityAgent none',
        `  UserKnownHostsFile ${knownHosts}`,
        '  GlobalKnownHostsFile none',
        ...lines.map((line) => `  ${line}`),
      ];
      await writeFile(file, `Host ${aliases.join(' ')}\n${body.join('\n')}\n`);
      return file;
    },
    cut: async () => {
      server.cut();
      return Promise.resolve();
    },
    freeze: async () => {
      server.freeze();
      return Promise.resolve();
    },
    thaw: async () => {
      server.thaw();
      return Promise.resolve();
    },
    kill: async () => server.stop(),
    resume: async () => server.start(),
    newHostKey: async () => {
      server.hostKey = newHostKey();
      return Promise.resolve();
    },
    stop: async () => {
      server.thaw();
      await server.stop();
      server.killAll();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await appendFile(knownHosts, await lineOf(server.hostKey, server.port));
  return target;
}

async function lineOf(privateKey: string, port: number): Promise<string> {
  const { default: ssh2 } = await import('ssh2');
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) {
    throw key;
  }
  return `[127.0.0.1]:${port} ${key.type} ${key.getPublicSSH().toString('base64')}\n`;
}
