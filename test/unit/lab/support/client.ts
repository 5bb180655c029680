import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import type { Client, ConnectConfig, SFTPWrapper } from 'ssh2';
import type { LabMachine } from '../../../lab/types.ts';

export interface Answer {
  readonly code: number | null;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A login on a machine of the lab. */
export class Login {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async open(machine: LabMachine, options: Partial<ConnectConfig> = {}): Promise<Login> {
    const client = new ssh2.Client();
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve);
      client.once('error', reject);
      client.connect({
        host: '127.0.0.1',
        port: machine.port,
        username: machine.user,
        privateKey: readFileSync(machine.identityFile),
        readyTimeout: 60_000,
        ...options,
      });
    });
    client.on('error', () => undefined);
    return new Login(client);
  }

  /** Runs a command line and gathers what it says. */
  async run(command: string, input = ''): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let stdout = '';
        let stderr = '';
        let code: number | null = null;
        let signal: string | undefined;
        channel.setEncoding('utf8');
        channel.stderr.setEncoding('utf8');
        channel.on('data', (text: string) => {
          stdout += text;
        });
        channel.stderr.on('data', (text: string) => {
          stderr += text;
        });
        channel.on('exit', (status: number | null, name?: string) => {
          code = status;
          signal = name;
        });
        channel.on('close', () => resolve({ code, signal, stdout, stderr }));
        channel.end(input);
      });
    });
  }

  async sftp(): Promise<SFTPWrapper> {
    return await new Promise((resolve, reject) => {
      this.client.sftp((error, sftp) => {
        if (error === undefined) {
          resolve(sftp);
        } else {
          reject(error);
        }
      });
    });
  }

  close(): void {
    this.client.end();
  }
}

/** Waits until something is true; fails with what was seen last. */
export async function eventually<T>(
  look: () => Promise<T>,
  good: (seen: T) => boolean,
  milliseconds = 60_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const seen = await look();
    if (good(seen)) {
      return seen;
    }
    if (Date.now() > end) {
      throw new Error(`It did not come about. Last seen: ${JSON.stringify(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
