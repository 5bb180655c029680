import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolSetting } from '../conf.ts';
import { readJson, readText, replaceFile, writerOf } from '../files.ts';
import type { StateFile } from '../gaussdb/types.ts';

/** A data node as the manager knows it. */
export interface Instance {
  /** The manager's number of its machine. In the lab each data node counts as one. */
  readonly nodeId: number;
  /** 6001 and on. */
  readonly instance: number;
  /** ss_instance_id. */
  readonly place: number;
  readonly port: string;
  readonly dataDir: string;
  readonly dssHome: string;
  /** 0: no server runs. */
  readonly pid: number;
  readonly role: string;
  readonly state: string;
}

/** What the real cluster manager keeps of a cluster whose nodes are on this machine, beside its cm_config.ini. */
export class ManagerState {
  readonly config: string;
  readonly folder: string;

  constructor(config: string) {
    this.config = config;
    this.folder = join(dirname(config), 'cm');
  }

  /** The data directories beside cm_config.ini. */
  instances(): Instance[] {
    const folder = dirname(this.config);
    return readdirSync(folder)
      .filter((name) => /^dn\d+$/.test(name))
      .sort((one, other) => Number(one.slice(2)) - Number(other.slice(2)))
      .map((name, index) => this.instance(folder, Number(name.slice(2)), index));
  }

  private instance(folder: string, place: number, index: number): Instance {
    const dataDir = join(folder, `dn${place}`);
    const pidFile = join(dataDir, 'postmaster.pid');
    const pid = writerOf(pidFile);
    const file = pid > 0 ? readJson<StateFile>(join(dataDir, 'gaussdb.state')) : undefined;
    const instance = 6001 + index;
    return {
      nodeId: index + 1,
      instance,
      place,
      port: toolSetting(join(dataDir, 'postgresql.conf'), 'port') ?? '5432',
      dataDir,
      dssHome: join(folder, `dss_home${place}`),
      pid: file === undefined ? 0 : pid,
      role: file?.role ?? 'Down',
      // A server that was killed leaves the file behind.
      state:
        file?.state ??
        (existsSync(pidFile) && !this.isStopped(instance) ? 'Unknown' : 'Manually stopped'),
    };
  }

  private mark(name: string, on: boolean): void {
    const file = join(this.folder, name);
    if (on) {
      replaceFile(file, '');
    } else {
      rmSync(file, { force: true });
    }
  }

  /** `cm_ctl stop` was said to the cluster: its cm_server is down, too. */
  get stopped(): boolean {
    return existsSync(join(this.folder, 'cluster_manual_start'));
  }

  setStopped(on: boolean): void {
    this.mark('cluster_manual_start', on);
  }

  isStopped(instance: number): boolean {
    return this.stopped || existsSync(join(this.folder, `instance_manual_start_${instance}`));
  }

  setInstanceStopped(instance: number, on: boolean): void {
    this.mark(`instance_manual_start_${instance}`, on);
  }

  get paused(): boolean {
    return existsSync(join(this.folder, 'cluster_manual_pause'));
  }

  setPaused(on: boolean): void {
    this.mark('cluster_manual_pause', on);
  }

  private get parameterFile(): string {
    return join(this.folder, 'cm_agent.conf');
  }

  parameters(): string {
    return readText(this.parameterFile) ?? '';
  }

  parameter(name: string): string | undefined {
    return new RegExp(`^${name} *= *(.*)$`, 'm').exec(this.parameters())?.[1];
  }

  setParameter(name: string, value: string): void {
    const others = this.parameters()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(`${name} `));
    replaceFile(this.parameterFile, `${[...others, `${name} = ${value}`].join('\n')}\n`);
  }

  /** Tells the servers who leads and who is there: the lab's servers read it from cm_config.ini. */
  arbitrate(leader: number, online: readonly number[]): void {
    const bits = online.reduce((sum, place) => sum | (1n << BigInt(place)), 0n);
    replaceFile(this.config, `REFORMER_ID = ${leader}\nBITMAP_ONLINE = ${bits}\n`);
  }

  /** Who leads by cm_config.ini. */
  get leader(): number {
    return Number(/REFORMER_ID *= *(\d+)/.exec(readText(this.config) ?? '')?.[1] ?? '0');
  }
}
