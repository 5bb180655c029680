import { spawn, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultAddress, dssInfo } from '../dss.ts';
import { isAlive, writerOf } from '../files.ts';
import type { LabHost } from '../host.ts';
import { out } from '../print.ts';
import { noServer } from './query.ts';
import type { Instance, ManagerState } from './state.ts';

/** The manager's servers of one node live apart from the cm_ctl that asked for them. */
function launch(host: LabHost, one: Instance, program: string, args: readonly string[]): void {
  const log = openSync(join(one.dataDir, '..', `cm_${program}_${one.instance}.log`), 'a', 0o600);
  spawn(join(host.gaussHome, 'bin', program), args, {
    detached: true,
    env: { ...process.env, DSS_HOME: one.dssHome },
    stdio: ['ignore', log, log],
  }).unref();
}

function dssPid(one: Instance): number {
  return writerOf(join(one.dssHome, 'dss.lck'));
}

/** Prints a dot a second until it is so; false when the time is over. */
async function until(done: () => boolean | Promise<boolean>, end: number): Promise<boolean> {
  let dot = Date.now();
  while (!(await done())) {
    if (Date.now() > end) {
      return false;
    }
    await pause(50);
    if (Date.now() - dot >= 1000) {
      dot += 1000;
      out('.');
    }
  }
  return true;
}

/** The mode with which the manager starts servers: its own parameter; without one the servers decide. */
function modeOptions(host: LabHost, manager: ManagerState): string[] {
  const mode = manager.parameter('ss_double_cluster_mode');
  return host.version === '5.0.0' || mode === undefined || mode === '0'
    ? []
    : ['-z', mode === '1' ? 'cluster_primary' : 'cluster_standby'];
}

async function bringUp(
  host: LabHost,
  manager: ManagerState,
  wanted: readonly Instance[],
  end: number,
): Promise<boolean> {
  const places = new Set(wanted.map(({ place }) => place));
  const now = (): Instance[] => manager.instances().filter(({ place }) => places.has(place));
  for (const one of wanted) {
    if (dssPid(one) === 0) {
      launch(host, one, 'dssserver', ['-D', one.dssHome]);
    }
  }
  // A killed dssserver leaves its socket behind: only an answer shows that the new one is up.
  const storage = await until(async () => {
    const answers = await Promise.all(
      wanted.map(({ dssHome }) => dssInfo(defaultAddress(dssHome))),
    );
    return answers.every((answer) => answer !== undefined);
  }, end);
  for (const one of storage ? now() : []) {
    if (one.pid === 0) {
      launch(host, one, 'gaussdb', ['-D', one.dataDir, ...modeOptions(host, manager)]);
    }
  }
  return storage && (await until(() => now().every(({ state }) => state === 'Normal'), end));
}

/** `cm_ctl start [-n N -I id] [-t SECS]` */
export async function start(
  host: LabHost,
  manager: ManagerState,
  of: Instance | undefined,
  seconds: number,
): Promise<number> {
  const began = Date.now();
  const all = manager.instances();
  const what = of === undefined ? 'cluster' : 'instance';
  if (of === undefined) {
    out('cm_ctl: checking cluster status.\ncm_ctl: checking cluster status.\n');
    out(`cm_ctl: checking finished in ${Date.now() - began} ms.\ncm_ctl: start cluster. \n`);
    out(all.map(({ nodeId }) => `cm_ctl: start nodeid: ${nodeId}\n`).join(''));
    for (const { instance } of all) {
      manager.setInstanceStopped(instance, false);
    }
    manager.setStopped(false);
    manager.arbitrate(
      all.some(({ place }) => place === manager.leader) ? manager.leader : 0,
      all.map(({ place }) => place),
    );
  } else if (manager.stopped) {
    return noServer();
  } else {
    out(`cm_ctl: start the node:${of.nodeId}, instance:${of.instance}.\n`);
    manager.setInstanceStopped(of.instance, false);
    manager.arbitrate(manager.leader, [
      ...all.filter(({ pid }) => pid > 0).map(({ place }) => place),
      of.place,
    ]);
  }
  if (await bringUp(host, manager, of === undefined ? all : [of], began + seconds * 1000)) {
    out(`\ncm_ctl: start ${what} successfully.\n`);
    return 0;
  }
  out(`\ncm_ctl: start ${what} failed in (${seconds + 1})s!\n\n`);
  out(
    `HINT: Maybe the ${what} is continually being started in the background.\n\nYou can wait for a while and check whether the cluster starts, or increase the value of parameter "-t", e.g -t 600.\n`,
  );
  return 1;
}

async function end(pid: number, signal: 'SIGINT' | 'SIGTERM', until_: number): Promise<boolean> {
  if (isAlive(pid)) {
    process.kill(pid, signal);
  }
  return until(() => !isAlive(pid), until_);
}

/** `cm_ctl stop [-n N -I id] [-m MODE] [-t SECS]` */
export async function stop(
  manager: ManagerState,
  of: Instance | undefined,
  seconds: number,
): Promise<number> {
  const until_ = Date.now() + seconds * 1000;
  if (of !== undefined) {
    if (manager.stopped) {
      return noServer();
    }
    out(`cm_ctl: stop the node:${of.nodeId}, instance:${of.instance}.\n`);
    manager.setInstanceStopped(of.instance, true);
    const stopped = of.pid === 0 || (await end(of.pid, 'SIGINT', until_));
    const [heir, ...others] = manager.instances().filter(({ pid }) => pid > 0);
    if (heir !== undefined && manager.leader === of.place) {
      manager.arbitrate(
        heir.place,
        [heir, ...others].map(({ place }) => place),
      );
    }
    out(stopped ? 'cm_ctl: stop instance successfully.\n' : 'cm_ctl: stop instance failed.\n');
    return stopped ? 0 : 1;
  }
  const all = manager.instances();
  out('cm_ctl: stop cluster. \n');
  out(all.map(({ nodeId }) => `cm_ctl: stop nodeid: ${nodeId}\n`).join(''));
  manager.setStopped(true);
  // Who leads goes last, so that nobody takes over.
  const order = [...all].sort(
    (one, other) => Number(one.place === manager.leader) - Number(other.place === manager.leader),
  );
  let stopped = true;
  for (const one of order) {
    stopped = (one.pid === 0 || (await end(one.pid, 'SIGINT', until_))) && stopped;
  }
  for (const one of order) {
    const pid = dssPid(one);
    stopped = (pid === 0 || (await end(pid, 'SIGTERM', until_))) && stopped;
  }
  out(
    stopped
      ? 'cm_ctl: stop cluster successfully.\n'
      : 'cm_ctl: stop cluster partly successfully.\n',
  );
  return stopped ? 0 : 1;
}

/** `cm_ctl switchover -n N -D DIR [-t SECS]` */
export function switchover(
  host: LabHost,
  manager: ManagerState,
  of: Instance,
  seconds: number,
): number {
  if (manager.stopped) {
    return noServer();
  }
  if (of.role !== 'Standby' || of.state !== 'Normal') {
    out('cm_ctl: can not do switchover at current role.\n');
    return 1;
  }
  const answer = spawnSync(
    join(host.gaussHome, 'bin', 'gs_ctl'),
    ['switchover', '-D', of.dataDir, '-t', String(seconds)],
    { env: { ...process.env, DSS_HOME: of.dssHome }, encoding: 'utf8' },
  );
  if (answer.status !== 0 || !answer.stdout.includes('switchover completed')) {
    out('..\ncm_ctl: switchover command timeout!\n');
    return 1;
  }
  out('..\ncm_ctl: switchover successfully.\n');
  return 0;
}
