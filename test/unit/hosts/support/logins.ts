import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import type { AuthContext } from 'ssh2';
import { createHostPool, type HostPoolOptions } from '../../../../src/hosts/pool.ts';
import type { TerminalPool } from '../../../../src/hosts/terminal.ts';
import type { TestPrompts } from './prompts.ts';
import { TestServer } from './server.ts';

/** Servers that let in whom the test wants, and pools that log in to them. All of them end with the test. */
export class Logins {
  /** For files of the test; there is one as soon as a test runs. */
  folder = '';
  private count = 0;
  private readonly pools: TerminalPool[] = [];
  private readonly servers: TestServer[] = [];
  /** One file for each server: a port may come again, with another key behind it. */
  private readonly knownHosts = new Map<TestServer, string>();

  constructor() {
    before(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'auth-test-'));
    });
    after(async () => rm(this.folder, { recursive: true, force: true }));
    afterEach(async () => {
      await Promise.all(this.pools.splice(0).map(async (pool) => pool.close()));
      await Promise.all(this.servers.splice(0).map(async (server) => server.stop()));
    });
  }

  /** A server that takes one password, by whichever of the methods. */
  async passwordServer(
    state: { password: string },
    methods: readonly ('password' | 'keyboard-interactive')[] = ['password'],
    prompt = 'Password: ',
  ): Promise<TestServer> {
    const server: TestServer = new TestServer({
      authenticate: (context) => {
        if (context.method === 'password' && methods.includes('password')) {
          decide(context, context.password === state.password, methods);
        } else if (context.method === 'keyboard-interactive' && methods.includes(context.method)) {
          context.prompt([{ prompt, echo: false }], ([answer]) => {
            server.attempts.push(`answer ${answer ?? ''}`);
            decide(context, answer === state.password, methods);
          });
        } else {
          context.reject([...methods]);
        }
      },
    });
    return this.started(server);
  }

  async started(server: TestServer): Promise<TestServer> {
    await server.start();
    this.servers.push(server);
    return server;
  }

  /** Writes an ssh_config of the test. */
  async configuration(text: string): Promise<string> {
    const file = join(this.folder, `config-${this.count++}`);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  }

  /** A pool with a configuration; it is closed when the test ends. */
  pool(prompts: TestPrompts, config: string, options: Partial<HostPoolOptions> = {}): TerminalPool {
    const pool = createHostPool({
      hosts: {},
      sshConfigFiles: [config],
      prompts,
      trusted: true,
      log: () => undefined,
      pauses: { first: 1, longest: 1 },
      ...options,
    });
    this.pools.push(pool);
    return pool;
  }

  async poolFor(
    server: TestServer,
    prompts: TestPrompts,
    names: readonly string[] = ['h'],
    lines: readonly string[] = [],
    options: Partial<HostPoolOptions> = {},
  ): Promise<TerminalPool> {
    const body = [
      ...lines,
      'HostName 127.0.0.1',
      `Port ${server.port}`,
      'User omm',
      'IdentityAgent none',
      'IdentityFile none',
      'StrictHostKeyChecking accept-new',
      `UserKnownHostsFile ${this.knownHostsOf(server)}`,
      'GlobalKnownHostsFile none',
    ];
    // Something that differs makes them connections of their own to one account.
    const hosts = names.map((name, index) => `Host ${name}\nServerAliveCountMax ${index + 3}\n`);
    const config = await this.configuration(`${hosts.join('')}Host *\n${body.join('\n')}\n`);
    return this.pool(prompts, config, {
      hosts: Object.fromEntries(names.map((name) => [name, {}])),
      ...options,
    });
  }

  private knownHostsOf(server: TestServer): string {
    const file = this.knownHosts.get(server) ?? join(this.folder, `known-${this.knownHosts.size}`);
    this.knownHosts.set(server, file);
    return file;
  }
}

export function decide(context: AuthContext, right: boolean, methods: readonly string[]): void {
  if (right) {
    context.accept();
  } else {
    context.reject([...methods] as never);
  }
}

export const typed =
  (secret: string, keep = false) =>
  () => ({ secret, keep });
