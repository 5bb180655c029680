import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { Shell } from '../../hosts/shell.ts';
import type { HostTerminal, TerminalOptions, TerminalPool } from '../../hosts/terminal.ts';
import type { HostPrompts } from '../../hosts/prompts.ts';
import { untrusted } from '../errors.ts';
import type { FailureReporter } from '../failures.ts';
import { onSettingChange, setting } from '../settings.ts';
import type { NodeRef, TopologyEntry } from '../topology/service.ts';

/** The connections of each topology. Nothing here contacts a host in an untrusted workspace. */
export class HostService implements vscode.Disposable {
  private readonly pools = new Map<string, LazyPool>();
  private readonly prompts: HostPrompts;
  private readonly reporter: FailureReporter;
  private readonly log: vscode.LogOutputChannel;
  private readonly settingListener: vscode.Disposable;

  constructor(prompts: HostPrompts, reporter: FailureReporter, log: vscode.LogOutputChannel) {
    this.prompts = prompts;
    this.reporter = reporter;
    this.log = log;
    this.settingListener = onSettingChange(['openGauss.ssh.configFile'], () => {
      const pools = [...this.pools.values()];
      this.pools.clear();
      this.reporter.background('close', Promise.all(pools.map((pool) => pool.retire())));
    });
  }

  /**
   * Lends the connections of a topology to work that must keep them to its end, also when the hosts of the topology or a
   * setting change meanwhile.
   */
  async lend<T>(entry: TopologyEntry, work: (pool: TerminalPool) => Promise<T>): Promise<T> {
    const pool = this.poolOf(entry);
    const giveBack = pool.hold();
    try {
      return await work(pool);
    } finally {
      this.reporter.background('close', giveBack());
    }
  }

  /** The connections of a topology; made anew when its hosts have changed. Nothing is contacted yet. */
  pool(entry: TopologyEntry): TerminalPool {
    return this.poolOf(entry);
  }

  private poolOf(entry: TopologyEntry): LazyPool {
    const hosts = entry.topology?.hosts ?? {};
    const configFile = setting('openGauss.ssh.configFile');
    const key = JSON.stringify([hosts, configFile]);
    const known = this.pools.get(entry.id);
    if (known?.key === key) {
      return known;
    }
    if (known !== undefined) {
      this.reporter.background('close', known.retire());
    }
    const pool = new LazyPool(
      key,
      async () => {
        const { createHostPool } = await import('../../hosts/pool.ts');
        return createHostPool({
          hosts,
          ...(configFile === '' ? {} : { sshConfigFiles: [expandHome(configFile)] }),
          prompts: this.prompts,
          trusted: () => vscode.workspace.isTrusted,
          recogniseThisMachine: vscode.env.remoteName !== undefined,
          log: (text) => {
            this.log.debug(text);
          },
        });
      },
      (failure) => {
        this.refused(failure);
      },
    );
    this.pools.set(entry.id, pool);
    return pool;
  }

  /** A node's shell because the user asked for it: a host that was given up is tried again. */
  async shell(ref: NodeRef, signal?: AbortSignal): Promise<Shell> {
    const pool = this.pool(ref.entry);
    pool.allowAgain(ref.node.host);
    return pool.shell(ref.node.host, signal === undefined ? {} : { signal });
  }

  /** Whether a host is connected now, without contacting it. */
  connected(ref: NodeRef): boolean {
    return this.pools.get(ref.entry.id)?.state(ref.node.host) === 'connected';
  }

  /** Ends the connections of topologies that are gone. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    for (const [id, pool] of [...this.pools]) {
      if (!ids.has(id)) {
        this.pools.delete(id);
        await pool.retire();
      }
    }
  }

  async closeAll(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
  }

  dispose(): void {
    this.settingListener.dispose();
    this.reporter.background('close', this.closeAll());
  }

  /** A changed or revoked host key may be an attack: the user must have seen it. */
  private refused(failure: Failure): void {
    if (failure.code !== 'host-key-changed' && failure.code !== 'host-key-revoked') {
      return;
    }
    const { file, line } = failure.place;
    const open = t('Open known_hosts');
    const ask = async (): Promise<void> => {
      const answer = await vscode.window.showErrorMessage(
        failure.message,
        { modal: true, ...(failure.remedy === undefined ? {} : { detail: failure.remedy }) },
        ...(file === undefined ? [] : [open]),
      );
      if (answer === open && file !== undefined) {
        const at = new vscode.Position(Math.max((line ?? 1) - 1, 0), 0);
        await vscode.window.showTextDocument(vscode.Uri.file(file), {
          selection: new vscode.Range(at, at),
        });
      }
    };
    this.reporter.background('host key', ask());
  }
}

/** A pool that is made on first use, so that nothing of ssh is loaded before a host is contacted. */
class LazyPool implements TerminalPool {
  readonly key: string;
  private readonly make: () => Promise<TerminalPool>;
  private readonly refused: (failure: Failure) => void;
  private readonly told = new Set<string>();
  private holders = 0;
  private retired = false;
  private made: Promise<TerminalPool> | undefined;
  private ready: TerminalPool | undefined;

  constructor(key: string, make: () => Promise<TerminalPool>, refused: (failure: Failure) => void) {
    this.key = key;
    this.make = make;
    this.refused = refused;
  }

  async shell(host: string, options?: { readonly signal?: AbortSignal }): Promise<Shell> {
    return this.reach((pool) => pool.shell(host, options));
  }

  async openTerminal(
    host: string,
    command: string,
    options: TerminalOptions,
  ): Promise<HostTerminal> {
    return this.reach((pool) => pool.openTerminal(host, command, options));
  }

  state(host: string): 'idle' | 'connecting' | 'connected' | 'failed' {
    return this.ready?.state(host) ?? 'idle';
  }

  allowAgain(host?: string): void {
    this.told.clear();
    this.ready?.allowAgain(host);
  }

  /** Keeps the connections until what it answers is called. */
  hold(): () => Promise<void> {
    this.holders += 1;
    return async () => {
      this.holders -= 1;
      await this.closeIfIdle();
    };
  }

  /** Nobody asks for it any more: closed as soon as nobody holds it. */
  async retire(): Promise<void> {
    this.retired = true;
    await this.closeIfIdle();
  }

  private async closeIfIdle(): Promise<void> {
    if (this.retired && this.holders === 0) {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const { made } = this;
    this.made = undefined;
    this.ready = undefined;
    await (await made)?.close();
  }

  private async reach<T>(work: (pool: TerminalPool) => Promise<T>): Promise<T> {
    if (!vscode.workspace.isTrusted) {
      throw untrusted();
    }
    this.made ??= this.make();
    this.ready = await this.made;
    try {
      return await work(this.ready);
    } catch (thrown) {
      // The same failure is thrown again with every reading; the user is told once.
      const failure: Failure | undefined = thrown instanceof Failure ? thrown : undefined;
      if (failure !== undefined && !this.told.has(failure.message)) {
        this.told.add(failure.message);
        this.refused(failure);
      }
      throw thrown;
    }
  }
}

function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(os.homedir(), file.slice(2)) : file;
}
