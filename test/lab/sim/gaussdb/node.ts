import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { channelsOf, portOf, settingView } from '../conf.ts';
import type { Channel, Settings } from '../conf.ts';
import { readText, replaceFile } from '../files.ts';
import { readFaults } from '../host.ts';
import type { LabFaults, LabHost } from '../host.ts';
import { RedoReader } from '../store.ts';
import type { ClusterStore } from '../store.ts';
import type { ServerLog } from './log.ts';
import { Receiver } from './receiver.ts';
import type { Sender } from './sender.ts';
import { readCm } from './startup.ts';
import type { HaRow, StateFile } from './types.ts';

/** What role the whole cluster plays. `single`: it takes no part in disaster recovery. */
export type RunMode = 'single' | 'primary' | 'standby';

export interface NodeOptions {
  readonly host: LabHost;
  readonly dataDir: string;
  readonly settings: Settings;
  readonly store: ClusterStore;
  readonly log: ServerLog;
  readonly instanceId: number;
  readonly dms: boolean;
  readonly runMode: RunMode;
  /** `-M`, as given. */
  readonly mode: string | undefined;
}

const promoting = 400;

/** One gaussdb: its role, how it gets and loses it, and its part in replication. */
export class GaussNode {
  readonly host: LabHost;
  readonly dataDir: string;
  readonly store: ClusterStore;
  readonly log: ServerLog;
  readonly instanceId: number;
  readonly dms: boolean;
  readonly senders = new Set<Sender>();
  readonly redo: RedoReader;
  settings: Settings;
  runMode: RunMode;
  role: string;
  dbState = 'Starting';
  receiver: Receiver | undefined;
  faults: LabFaults = {};
  /** Statements that are being run. */
  statements = 0;
  private readonly mode: string | undefined;
  private busyUntil = 0;
  private next: (() => void) | undefined;
  private lastState = '';
  private lastAnnounced = '';

  constructor(options: NodeOptions) {
    this.host = options.host;
    this.dataDir = options.dataDir;
    this.settings = options.settings;
    this.store = options.store;
    this.log = options.log;
    this.instanceId = options.instanceId;
    this.dms = options.dms;
    this.runMode = options.runMode;
    this.mode = options.mode;
    this.redo = new RedoReader(options.store);
    this.role = options.dms ? 'Standby' : this.roleWithoutDms();
  }

  get port(): number {
    return portOf(this.settings);
  }

  get channels(): Channel[] {
    return channelsOf(this.settings, 'cross_cluster_replconninfo');
  }

  /** Whether it owns the shared files, whatever the cluster's part. */
  get official(): boolean {
    return this.role === 'Primary' || this.role === 'Main Standby' || !this.dms;
  }

  get writable(): boolean {
    return (this.role === 'Primary' || this.role === 'Normal') && this.dbState === 'Normal';
  }

  /** The words with which clients are turned away; undefined when they are let in. */
  get refusal(): string | undefined {
    if (this.role === 'Pending') {
      return 'FATAL:  can not accept connection in pending mode.';
    }
    if (this.dbState === 'Starting') {
      return 'FATAL:  the database system is starting up';
    }
    return this.dbState === 'Promoting' || this.dbState === 'Demoting'
      ? 'FATAL:  failed to request snapshot as current node is in reform!\nFATAL:  failed to request snapshot as current node is in reform!'
      : undefined;
  }

  ha(): HaRow {
    const lost = this.receiver !== undefined && !this.receiver.connected;
    const state = this.dbState === 'Normal' && lost ? 'Need repair' : this.dbState;
    return {
      local_role: this.role,
      static_connections: this.channels.length + channelsOf(this.settings, 'replconninfo').length,
      db_state: this.role === 'Pending' ? 'Need repair' : state,
      detail_information:
        this.role === 'Pending'
          ? 'Disconnected'
          : lost && state === 'Need repair'
            ? (this.receiver?.detail ?? 'Normal')
            : 'Normal',
    };
  }

  /** Looks at the world and acts on it; called ten times a second. */
  tick(): void {
    this.faults = readFaults(this.host.lab);
    while (this.redo.read().length > 0) {
      // Only the end matters here; senders follow the log themselves.
    }
    if (this.next !== undefined) {
      if (Date.now() >= this.busyUntil) {
        const next = this.next;
        this.next = undefined;
        next();
      }
    } else if (this.dms) {
      this.reform();
    } else if (this.dbState === 'Starting') {
      this.enter(this.role);
    }
    for (const sender of this.senders) {
      sender.tick();
    }
    this.receiver?.tick();
    this.save();
  }

  private roleWithoutDms(): string {
    const roles: Record<string, string> = {
      primary: 'Primary',
      standby: 'Standby',
      pending: 'Pending',
      cascade_standby: 'Cascade Standby',
      hadr_main_standby: 'Main Standby',
    };
    return roles[this.mode ?? 'normal'] ?? 'Normal';
  }

  /** The role of the official primary of this cluster. */
  private get officialRole(): string {
    const forced = this.host.version === '5.0.0' && this.mode === 'primary';
    return this.runMode === 'standby' && !forced ? 'Main Standby' : 'Primary';
  }

  private reform(): void {
    const control = this.store.control();
    const cm = readCm(process.env['CM_CONFIG_PATH']);
    const wanted = cm?.reformer ?? control.primaryId;
    if (cm !== undefined && (cm.online & (1n << BigInt(this.instanceId))) === 0n) {
      return;
    }
    const others = this.store.instances().filter(({ id }) => id !== this.instanceId);
    const holder = others.find(
      ({ id, role }) => id === control.primaryId && (role === 'Primary' || role === 'Main Standby'),
    );
    if (this.official) {
      if (control.primaryId !== this.instanceId) {
        this.change('Demoting', () => this.enter('Standby'));
      } else {
        const stable = [...others.map(({ id }) => id), this.instanceId].reduce(
          (bits, id) => bits | (1 << id),
          0,
        );
        if (control.stable !== stable) {
          this.store.update({ stable });
        }
      }
      return;
    }
    if (wanted === this.instanceId && holder === undefined) {
      this.log.line('LOG', `[SS reform] Node:${this.instanceId} is reformer, start to promote.`);
      this.store.update({ primaryId: this.instanceId });
      const role = this.officialRole;
      this.change(this.dbState === 'Starting' ? 'Starting' : 'Promoting', () => this.enter(role));
    } else if (holder !== undefined && this.dbState !== 'Normal') {
      this.enter('Standby');
    }
  }

  /** Goes through a state for a moment and then on. */
  private change(state: string, then: () => void): void {
    this.dbState = state;
    this.busyUntil = Date.now() + (state === 'Starting' ? 100 : promoting);
    this.next = then;
  }

  /** Takes a role. */
  private enter(role: string): void {
    this.role = role;
    this.dbState = 'Normal';
    const replays = role === 'Main Standby' || (!this.dms && role === 'Standby');
    if (replays && this.receiver === undefined) {
      this.receiver = new Receiver(this);
    } else if (!replays) {
      this.receiver?.stop();
      this.receiver = undefined;
    }
    if (!this.writable) {
      for (const sender of this.senders) {
        sender.stop();
      }
    }
    if (this.official) {
      this.store.update({
        state: replays ? 'in archive recovery' : 'in production',
        ...(this.dms ? { primaryId: this.instanceId } : {}),
      });
      if (!replays) {
        rmSync(this.store.replayedFile, { force: true });
      }
    }
    this.log.line(
      'LOG',
      this.writable
        ? 'database system is ready to accept connections'
        : 'database system is ready to accept read only connections',
    );
    this.save();
  }

  /**
   * Turns the main standby into the primary of its cluster (`gs_ctl failover` of 5.1.0 and later).
   * @returns the reason why not, or undefined
   */
  failover(): string | undefined {
    if (this.role === 'Primary') {
      return undefined;
    }
    if (this.role !== 'Main Standby' && (this.dms || this.role !== 'Standby')) {
      return 'cannot failover server; server is not main standby node in ss double cluster';
    }
    this.log.line(
      'LOG',
      'Failover between two disaster cluster start, change current run mode to primary_cluster',
    );
    this.runMode = 'primary';
    this.store.update({ runMode: 'primary' });
    this.change('Promoting', () => this.enter('Primary'));
    return undefined;
  }

  /** Takes the official primary's place in the cluster (`gs_ctl switchover`). */
  switchover(): void {
    if (!this.dms || this.official) {
      return;
    }
    const cm = readCm(process.env['CM_CONFIG_PATH']);
    if (cm !== undefined) {
      const old = readText(cm.file) ?? '';
      replaceFile(`${cm.file}_bak`, old);
      replaceFile(cm.file, old.replace(/^(\s*REFORMER_ID\s*=\s*)\d+/m, `$1${this.instanceId}`));
    }
    this.store.update({ primaryId: this.instanceId });
    const role = this.officialRole;
    this.dbState = 'Promoting';
    // The other node first gives up: there is never a moment with two.
    const waitForOther = (): void => {
      const holder = this.store
        .instances()
        .some(
          (other) =>
            other.id !== this.instanceId &&
            (other.role === 'Primary' || other.role === 'Main Standby'),
        );
      if (holder) {
        this.change('Promoting', waitForOther);
      } else {
        this.enter(role);
      }
    };
    this.change('Promoting', waitForOther);
  }

  /** Writes what others read of this node: gaussdb.state and the cluster's list of instances. */
  save(): void {
    const row = this.ha();
    const state: StateFile = {
      role: row.local_role,
      connections: row.static_connections,
      state: row.db_state,
      syncMode: 'Async',
    };
    const text = JSON.stringify(state);
    if (text !== this.lastState) {
      this.lastState = text;
      const file = join(this.dataDir, 'gaussdb.state');
      replaceFile(`${file}.temp`, text);
      renameSync(`${file}.temp`, file);
    }
    if (this.dms) {
      const role = this.dbState === 'Starting' ? 'Starting' : this.role;
      if (role !== this.lastAnnounced) {
        this.lastAnnounced = role;
        this.store.announce({
          id: this.instanceId,
          pid: process.pid,
          port: this.port,
          dataDir: this.dataDir,
          host: this.host.name,
          role,
        });
      }
    }
  }

  /** Takes what a running server takes from a changed file; the rest waits for a restart. */
  reload(settings: Settings): void {
    const changed = new Map(this.settings);
    for (const [name, value] of settings) {
      if (this.settings.get(name) === value) {
        continue;
      }
      if (settingView(name, value).context === 'postmaster') {
        this.log.line('LOG', `parameter "${name}" cannot be changed without restarting the server`);
      } else {
        changed.set(name, value);
      }
    }
    for (const name of this.settings.keys()) {
      if (!settings.has(name) && /^(cross_cluster_)?replconninfo/.test(name)) {
        changed.delete(name);
      }
    }
    this.settings = changed;
  }

  /** Before a clean shutdown: takes no more writes and waits until its standbys have what was written. */
  async handOver(): Promise<void> {
    if (this.writable) {
      this.dbState = 'Demoting';
    }
    for (const end = Date.now() + 5000; Date.now() < end;) {
      this.tick();
      if (this.statements === 0 && [...this.senders].every((sender) => sender.done)) {
        return;
      }
      await pause(20);
    }
  }

  /** Leaves everything as a clean shutdown does. */
  shutdown(): void {
    this.receiver?.stop();
    for (const sender of this.senders) {
      sender.stop();
    }
    if (existsSync(this.store.controlFile) && this.official) {
      this.store.update({
        state: this.role === 'Main Standby' ? 'shut down in recovery' : 'shut down',
        checkpoint: this.redo.last.lsn,
      });
    }
    this.store.withdraw(this.instanceId);
  }
}
