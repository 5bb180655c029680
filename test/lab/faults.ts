import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lab } from './lab.ts';
import { WriteLoad } from './load.ts';
import type { RowCount } from './load.ts';
import { processesOf } from './processes.ts';
import { isAlive, readText, replaceFile, writerOf } from './sim/files.ts';
import { faultsFile } from './sim/host.ts';
import type { LabFaults } from './sim/host.ts';
import { writeSshFiles } from './workspace.ts';

/** Breaks parts of the lab, and mends them. */
export class Faults {
  private readonly lab: Lab;
  private shared: LabFaults = {};
  private writing: WriteLoad | undefined;

  constructor(lab: Lab) {
    this.lab = lab;
  }

  /** The process of a node's gaussdb. Fails when there is none. */
  pid(node: string): number {
    const { dataDir } = this.lab.node(node);
    const pid = writerOf(join(dataDir, 'postmaster.pid'));
    if (pid === 0) {
      throw new Error(`The node ${node} does not run.`);
    }
    return pid;
  }

  private async ended(pid: number): Promise<void> {
    for (const end = Date.now() + 30_000; isAlive(pid);) {
      if (Date.now() > end) {
        throw new Error(`The process ${pid} does not end.`);
      }
      await pause(20);
    }
  }

  /** SIGKILL. */
  async kill(node: string): Promise<void> {
    const pid = this.pid(node);
    process.kill(pid, 'SIGKILL');
    await this.ended(pid);
  }

  /** A clean stop. */
  async stop(node: string): Promise<void> {
    const pid = this.pid(node);
    process.kill(pid, 'SIGINT');
    await this.ended(pid);
  }

  /** Starts a node again, its dssserver too when that is down. */
  async start(node: string): Promise<void> {
    await this.lab.startNodes([this.lab.node(node)]);
  }

  /** SIGSTOP: connections are taken and nothing is answered. */
  freeze(node: string): void {
    process.kill(this.pid(node), 'SIGSTOP');
  }

  thaw(node: string): void {
    process.kill(this.pid(node), 'SIGCONT');
  }

  /** SIGKILL of a node's dssserver. */
  async killDss(node: string): Promise<void> {
    const pid = writerOf(join(this.lab.node(node).dssHome, 'dss.lck'));
    if (pid === 0) {
      throw new Error(`The dssserver of ${node} does not run.`);
    }
    process.kill(pid, 'SIGKILL');
    await this.ended(pid);
  }

  private async share(change: LabFaults): Promise<void> {
    this.shared = { ...this.shared, ...change };
    replaceFile(faultsFile(this.lab.dir), JSON.stringify(this.shared));
    // The servers look ten times a second.
    await pause(150);
  }

  /** Breaks the network between the clusters. */
  async cutLink(): Promise<void> {
    await this.share({ link: { down: true } });
  }

  /** Makes the network between the clusters slow: `delay` in milliseconds, `rate` in bytes of redo log a second. */
  async slowLink(how: { readonly delay?: number; readonly rate?: number }): Promise<void> {
    await this.share({ link: how });
  }

  async healLink(): Promise<void> {
    await this.share({ link: {} });
  }

  /** The main standby on this host receives, but replays no more. */
  async pauseReplay(host: string): Promise<void> {
    await this.share({ replayPaused: [...(this.shared.replayPaused ?? []), host] });
  }

  async resumeReplay(host: string): Promise<void> {
    await this.share({
      replayPaused: (this.shared.replayPaused ?? []).filter((name) => name !== host),
    });
  }

  /** These commands of the real cluster manager's cm_ctl do nothing and do not end; none mends it. */
  async hangManager(
    ...commands: readonly ('query' | 'start' | 'stop' | 'switchover')[]
  ): Promise<void> {
    await this.share({ manager: { hangs: commands } });
  }

  /** Every packet from the host takes so many milliseconds longer; 0 mends it. */
  slowHost(host: string, milliseconds: number): void {
    this.lab.host(host).delay = milliseconds;
  }

  /** The host takes connections and says nothing, and what it was about to say stays unsaid. */
  freezeHost(host: string): void {
    this.lab.host(host).server.freeze();
  }

  thawHost(host: string): void {
    this.lab.host(host).server.thaw();
  }

  /** Cuts all connections to the host. */
  cutConnections(host: string): void {
    this.lab.host(host).server.cut();
  }

  async stopSshd(host: string): Promise<void> {
    await this.lab.host(host).server.stop();
  }

  async startSshd(host: string): Promise<void> {
    const { server } = this.lab.host(host);
    if (!server.running) {
      await server.start();
    }
  }

  /** Restarts the host's sshd with another key; the lab's known_hosts keeps the old one. */
  async changeHostKey(host: string): Promise<void> {
    this.lab.host(host).changeHostKey();
    await this.stopSshd(host);
    await this.startSshd(host);
  }

  /** Writes the present host keys into the lab's known_hosts. */
  async trustHostKeys(): Promise<void> {
    await writeSshFiles(join(this.lab.dir, 'ssh'), this.lab.hosts);
  }

  changePassword(host: string, password: string): void {
    this.lab.host(host).setPassword(password);
  }

  /**
   * Fills the host's disk: writes through SFTP fail with "no space left"; files that shells and their commands write
   * cannot grow ("File too large", as the system says to such a limit).
   */
  fillDisk(host: string, full = true): void {
    const machine = this.lab.host(host);
    machine.disk.setFull(full);
    for (const pid of processesOf(machine.folder, '')) {
      const command = readText(`/proc/${pid}/cmdline`) ?? '';
      if (/^(gaussdb|dssserver|lab-engine) /.test(command)) {
        continue;
      }
      try {
        execFileSync('prlimit', [`--fsize=${full ? '0' : 'unlimited'}:`, '--pid', String(pid)]);
      } catch {
        // It ended meanwhile.
      }
    }
  }

  /** Refuses writes through SFTP below a folder, also to root. */
  readOnly(host: string, folder: string, on = true): void {
    this.lab.host(host).disk.setReadOnly(folder, on);
  }

  /** Writes rows to the primary of whichever cluster has one, so many a second; 0 ends it. */
  async load(rowsPerSecond: number): Promise<void> {
    await this.writing?.stop();
    this.writing = undefined;
    if (rowsPerSecond > 0) {
      this.writing = new WriteLoad(this.lab, rowsPerSecond);
      await this.writing.start();
    }
  }

  /** Ends the load and counts on all nodes which of its acknowledged rows are there. */
  async countRows(): Promise<RowCount> {
    await this.writing?.stop();
    return (await this.writing?.count(30_000)) ?? { acknowledged: 0, found: {} };
  }

  /** The rows that the load was told to be written. */
  get acknowledgedRows(): number {
    return this.writing?.acknowledged ?? 0;
  }
}
