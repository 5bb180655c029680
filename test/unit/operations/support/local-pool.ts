import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { createLocalShell } from '../../../../src/hosts/local.ts';
import type { MachineShell } from '../../../../src/hosts/machine-shell.ts';
import type {
  BatchCommand,
  FollowOptions,
  HostPool,
  RunOptions,
  RunResult,
  Shell,
  WriteOptions,
} from '../../../../src/hosts/shell.ts';

/** A real `/bin/sh` on this machine with a home folder of its own, as if it were another host. */
class HomeShell implements Shell {
  readonly host: string;
  readonly home: string;
  private readonly pool: LocalPool;
  private readonly inner: MachineShell;

  constructor(host: string, home: string, pool: LocalPool) {
    this.host = host;
    this.home = home;
    this.pool = pool;
    this.inner = createLocalShell(host);
  }

  private env(options: RunOptions | undefined): Readonly<Record<string, string>> {
    return { ...options?.env, HOME: this.home };
  }

  async run(
    command: string,
    options?: RunOptions & { readonly long?: boolean },
  ): Promise<RunResult> {
    await this.pool.beforeRun?.(this.host, command);
    const input = options?.input;
    const answer = await this.inner.run(command, {
      ...options,
      env: this.env(options),
      ...(input === undefined ? {} : { input: this.pool.arrives?.(input) ?? input }),
    });
    await this.pool.afterRun?.(this.host, command);
    return answer;
  }

  runBatch(commands: readonly BatchCommand[], options?: RunOptions) {
    return this.inner.runBatch(commands, { ...options, env: this.env(options) });
  }

  follow(command: string, options: FollowOptions) {
    return this.inner.follow(command, { ...options, env: this.env(options) });
  }

  readFile(path: string, options?: { readonly signal?: AbortSignal; readonly limit?: number }) {
    return this.inner.readFile(path, options);
  }

  writeFile(path: string, content: Uint8Array | string, options?: WriteOptions) {
    return this.inner.writeFile(path, content, options);
  }

  stat(path: string) {
    return this.inner.stat(path);
  }

  readDirectory(path: string) {
    return this.inner.readDirectory(path);
  }

  close() {
    return this.inner.close();
  }
}

/** Hosts that are folders of this machine, with a real shell in each and hooks for faults. */
export class LocalPool implements HostPool {
  beforeRun?: (host: string, command: string) => void | Promise<void>;
  afterRun?: (host: string, command: string) => void | Promise<void>;
  /** What comes of a command's input, as when the connection is cut meanwhile. */
  arrives?: (input: Uint8Array | string) => Uint8Array | string;
  private readonly root: string;
  private readonly shells = new Map<string, Promise<HomeShell>>();

  constructor(root: string) {
    this.root = root;
  }

  home(host: string): string {
    return join(this.root, host);
  }

  shell(host: string): Promise<Shell> {
    let shell = this.shells.get(host);
    if (shell === undefined) {
      shell = mkdir(this.home(host), { recursive: true }).then(
        () => new HomeShell(host, this.home(host), this),
      );
      this.shells.set(host, shell);
    }
    return shell;
  }

  state(host: string): 'idle' | 'connected' {
    return this.shells.has(host) ? 'connected' : 'idle';
  }

  async close(): Promise<void> {
    await Promise.all([...this.shells.values()].map(async (shell) => (await shell).close()));
    this.shells.clear();
  }
}
