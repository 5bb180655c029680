import { mkdir, writeFile } from 'node:fs/promises';
import { chmodSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { LabDisk } from './disk.ts';
import type { LabHost, LabVersion } from './sim/host.ts';
import { SshServer } from './ssh/server.ts';
import { installTools } from './tools.ts';
import type { LabMachine } from './types.ts';

export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

/** A new ed25519 key pair in OpenSSH's form. */
export function newKey(comment: string): KeyPair {
  // ssh2 writes a few keys of a thousand in a form that it cannot read itself; another one is made then.
  for (;;) {
    const { private: secret, public: open } = ssh2.utils.generateKeyPairSync('ed25519', {
      comment,
    });
    if (!(ssh2.utils.parseKey(secret) instanceof Error)) {
      return { private: secret, public: open };
    }
  }
}

/** `SHA256:…`, as ssh shows a host key. */
export function fingerprint(publicKey: string): string {
  const key = ssh2.utils.parseKey(publicKey) as ParsedKey;
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}

/** One machine: its home, its openGauss, its sshd. */
export class Machine implements LabMachine {
  readonly name: string;
  readonly user = 'omm';
  password: string;
  readonly home: string;
  readonly gaussHome: string;
  readonly identityFile: string;
  readonly folder: string;
  readonly server: SshServer;
  readonly disk: LabDisk;
  readonly env: Readonly<Record<string, string>>;
  version: LabVersion;
  hostPublicKey: string;
  /** Milliseconds that every packet from this machine takes longer. */
  delay = 0;
  private readonly lab: string;

  constructor(options: {
    lab: string;
    name: string;
    version: LabVersion;
    password: string;
    identityFile: string;
    publicKey: string;
  }) {
    this.lab = options.lab;
    this.name = options.name;
    this.version = options.version;
    this.password = options.password;
    this.identityFile = options.identityFile;
    this.folder = join(options.lab, options.name);
    this.home = join(this.folder, 'home');
    this.gaussHome = join(this.folder, 'install');
    this.disk = new LabDisk(this.home);
    this.env = {
      HOME: this.home,
      USER: this.user,
      LOGNAME: this.user,
      SHELL: '/bin/sh',
      PATH: `${join(this.gaussHome, 'bin')}:${join(this.folder, 'bin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
      LAB_USER: this.user,
      LAB_HOST: `${this.lab}/${this.name}`,
    };
    const key = newKey(`root@${this.name}`);
    this.hostPublicKey = key.public;
    this.server = new SshServer(
      {
        account: {
          user: this.user,
          home: this.home,
          publicKey: options.publicKey,
          password: options.password,
          env: this.env,
        },
        disk: this.disk,
        delay: () => this.delay,
      },
      key.private,
    );
  }

  setPassword(password: string): void {
    this.password = password;
    this.server.account.password = password;
  }

  get port(): number {
    return this.server.port;
  }

  get hostKeyFingerprint(): string {
    return fingerprint(this.hostPublicKey);
  }

  /** Makes its folders and programs and starts its sshd. */
  async start(): Promise<void> {
    for (const folder of [this.home, join(this.folder, 'bin'), join(this.folder, 'tmp')]) {
      await mkdir(folder, { recursive: true });
    }
    await this.install();
    await this.playAccount();
    await this.server.start();
  }

  /** (Re)writes its openGauss, for example after its version was changed. */
  async install(): Promise<void> {
    const host: LabHost = {
      lab: this.lab,
      name: this.name,
      version: this.version,
      gaussHome: this.gaussHome,
      tools: join(this.lab, 'tools'),
      node: process.execPath,
      pglite: join(
        dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')),
        'index.js',
      ),
    };
    await installTools(host, join(this.folder, 'lab.json'));
  }

  /** Gives the machine's sshd another host key; it must be restarted to use it. */
  changeHostKey(): void {
    const key = newKey(`root@${this.name}`);
    this.hostPublicKey = key.public;
    this.server.hostKey = key.private;
  }

  /** When the lab runs as root, `id` and `whoami` tell of the account that was logged in to. */
  private async playAccount(): Promise<void> {
    if (process.getuid?.() !== 0) {
      return;
    }
    const program = (name: string, text: string): void => {
      const file = join(this.folder, 'bin', name);
      writeFileSync(file, `#!/bin/sh\n${text}\n`);
      chmodSync(file, 0o755);
    };
    program('whoami', `echo ${this.user}`);
    program(
      'id',
      `case "$*" in
  -u|-ru) echo 1000 ;;
  -g|-rg) echo 1000 ;;
  -un|-nu|-u\\ -n|-n\\ -u|-gn|-ng|-g\\ -n) echo ${this.user} ;;
  -G) echo 1000 ;;
  -Gn|-nG) echo ${this.user} ;;
  *) echo "uid=1000(${this.user}) gid=1000(${this.user}) groups=1000(${this.user})" ;;
esac`,
    );
    await writeFile(join(this.home, '.profile'), '# ~/.profile of the lab\n');
  }
}
