import * as vscode from 'vscode';
import { DisposableList } from '../../base/disposable.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { History } from '../../monitor/history.ts';
import { Monitor } from '../../monitor/monitor.ts';
import type { Health } from '../../status/health.ts';
import type { Snapshot } from '../../status/types.ts';
import { sameTopology } from '../../topology/lookups.ts';
import type { Topology } from '../../topology/types.ts';
import { untrusted } from '../errors.ts';
import type { FailureReporter } from '../failures.ts';
import type { HostService } from '../hosts/service.ts';
import { onSettingChange, refreshMilliseconds, setting } from '../settings.ts';
import type { TopologyEntry, TopologyService } from '../topology/service.ts';

interface Watched {
  readonly entry: TopologyEntry;
  readonly topology: Topology;
  readonly monitor: Monitor;
  readonly listener: Disposable;
}

/**
 * Reads the nodes of all topologies while somebody needs it: a visible view, a dashboard, or the setting that asks for
 * watching in the background. Nothing is read for hidden views or in an untrusted workspace.
 */
export class MonitorService implements vscode.Disposable {
  private readonly disposables = new DisposableList();
  private readonly changed = this.disposables.add(new vscode.EventEmitter<string>());
  private readonly watched = new Map<string, Watched>();
  private readonly demands = new Set<symbol>();
  private readonly topologies: TopologyService;
  private readonly hosts: HostService;
  private readonly reporter: FailureReporter;
  private readonly log: vscode.LogOutputChannel;
  private background: NodeJS.Timeout | undefined;

  /** Fires with the topology's id after each reading, and when reading begins or ends. */
  readonly onDidChange = this.changed.event;

  constructor(
    topologies: TopologyService,
    hosts: HostService,
    reporter: FailureReporter,
    log: vscode.LogOutputChannel,
  ) {
    this.topologies = topologies;
    this.hosts = hosts;
    this.reporter = reporter;
    this.log = log;
    this.disposables.add(topologies.onDidChange(() => this.update()));
    this.disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.update()));
    this.disposables.add(
      onSettingChange(
        ['openGauss.refreshInterval', 'openGauss.watchInBackground', 'openGauss.ssh.configFile'],
        () => {
          this.restart();
        },
      ),
    );
  }

  /** Asks for readings until the answer is disposed of. */
  demand(): Disposable {
    const token = Symbol('demand');
    this.demands.add(token);
    this.update();
    return {
      dispose: () => {
        if (this.demands.delete(token)) {
          this.update();
        }
      },
    };
  }

  /** Whether readings are being taken now. */
  get running(): boolean {
    return this.watching || this.background !== undefined;
  }

  /** The last reading of a topology; it stays when reading has stopped. */
  snapshot(topology: string): Snapshot | undefined {
    return this.watched.get(topology)?.monitor.snapshot;
  }

  /** What the last reading means. */
  health(topology: string): Health | undefined {
    return this.watched.get(topology)?.monitor.health;
  }

  /** Curves and events since reading began. */
  history(topology: string): History | undefined {
    return this.watched.get(topology)?.monitor.history;
  }

  /** Reads all nodes now; resolves with the next reading. Rejects in an untrusted workspace. */
  async refresh(topology?: string): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      throw untrusted();
    }
    await this.topologies.ready();
    this.update();
    const wanted = [...this.watched.values()].filter(
      (one) => topology === undefined || one.entry.id === topology,
    );
    await Promise.all(wanted.map((one) => one.monitor.refresh()));
  }

  /** The monitor of a topology, for views that show its history; undefined in an untrusted workspace. */
  monitor(topology: string): Monitor | undefined {
    return this.watched.get(topology)?.monitor;
  }

  /** Begins anew, with the settings and connections of now. */
  restart(): void {
    this.stopAll();
    this.update();
  }

  dispose(): void {
    this.stopAll();
    this.disposables.dispose();
  }

  private update(): void {
    const entries = new Map(this.topologies.entries.map((entry) => [entry.id, entry]));
    for (const [id, one] of [...this.watched]) {
      const entry = entries.get(id);
      if (entry === undefined || !sameTopology(entry.topology, one.topology)) {
        this.stop(id, one);
      }
    }
    this.reporter.background('close', this.hosts.keepOnly(new Set(entries.keys())));
    if (!vscode.workspace.isTrusted) {
      return;
    }
    for (const entry of entries.values()) {
      if (entry.topology !== undefined && !this.watched.has(entry.id)) {
        this.watch(entry, entry.topology);
      }
    }
    const paused = !this.watching;
    for (const one of this.watched.values()) {
      one.monitor.setVisible(!paused);
    }
    const rare = paused && setting('openGauss.watchInBackground');
    if (!rare) {
      clearInterval(this.background);
      this.background = undefined;
    } else {
      this.background ??= setInterval(
        () => this.reporter.background('watch', this.refresh()),
        5 * refreshMilliseconds(),
      );
    }
    for (const id of this.watched.keys()) {
      this.changed.fire(id);
    }
  }

  /** Whether something visible asks for readings. */
  private get watching(): boolean {
    return vscode.workspace.isTrusted && this.demands.size > 0;
  }

  private watch(entry: TopologyEntry, topology: Topology): void {
    const monitor = new Monitor({
      topology,
      pool: this.hosts.pool(entry),
      interval: refreshMilliseconds(),
    });
    const listener = monitor.onSnapshot((snapshot) => {
      this.log.trace(`${entry.id}: reading ${snapshot.sequence}`);
      this.changed.fire(entry.id);
    });
    this.watched.set(entry.id, { entry, topology, monitor, listener });
  }

  private stop(id: string, one: Watched): void {
    one.listener.dispose();
    one.monitor.dispose();
    this.watched.delete(id);
  }

  private stopAll(): void {
    clearInterval(this.background);
    this.background = undefined;
    for (const [id, one] of [...this.watched]) {
      this.stop(id, one);
    }
  }
}
