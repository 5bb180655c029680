import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isOn, readServerConf } from '../conf.ts';
import type { Settings } from '../conf.ts';
import { replaceFile, workingFolder, writerOf } from '../files.ts';
import type { LabHost } from '../host.ts';
import { err, out } from '../print.ts';
import { storeOf } from '../storage.ts';
import type { ClusterStore } from '../store.ts';
import { ServerLog } from './log.ts';
import { GaussNode } from './node.ts';
import type { RunMode } from './node.ts';
import { Service } from './service.ts';
import { versionText } from './version.ts';
import { StartFailure, checkSettings, lockShared, readSharedXlog } from './startup.ts';

interface Arguments {
  dataDir: string | undefined;
  mode: string | undefined;
  clusterMode: string | undefined;
  readonly extra: [string, string][];
}

const modes = ['primary', 'standby', 'pending', 'normal', 'cascade_standby', 'hadr_main_standby'];

function readArguments(args: readonly string[]): Arguments {
  const found: Arguments = {
    dataDir: process.env['PGDATA'],
    mode: undefined,
    clusterMode: undefined,
    extra: [],
  };
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const letter = /^-([DMzpghckdNBuX])(.*)$/s.exec(word);
    if (letter === null) {
      const long = /^--(\w+)=(.*)$/s.exec(word);
      if (long !== null) {
        found.extra.push([(long[1] ?? '').toLowerCase(), long[2] ?? '']);
      }
      continue;
    }
    let value = letter[2] ?? '';
    if (value === '') {
      index += 1;
      value = args[index] ?? '';
    }
    switch (letter[1]) {
      case 'D':
        found.dataDir = value;
        break;
      case 'M':
        found.mode = value;
        break;
      case 'z':
        found.clusterMode = value;
        break;
      case 'p':
        found.extra.push(['port', value]);
        break;
      case 'g':
        found.extra.push(['xlog_file_path', value]);
        break;
      case 'h':
        found.extra.push(['listen_addresses', value]);
        break;
      case 'k':
        found.extra.push(['unix_socket_directory', value]);
        break;
      case 'c': {
        const [name = '', ...rest] = value.split('=');
        found.extra.push([name.toLowerCase(), rest.join('=')]);
        break;
      }
      default:
    }
  }
  return found;
}

function runModeOf(host: LabHost, settings: Settings, clusterMode: string | undefined): RunMode {
  if (host.version === '5.0.0') {
    if (settings.get('xlog_file_path') === undefined) {
      return 'single';
    }
    return /^cluster_standby$/i.test(settings.get('cluster_run_mode') ?? '')
      ? 'standby'
      : 'primary';
  }
  const disaster = (settings.get('ss_disaster_mode') ?? 'single').toLowerCase();
  if (disaster === 'single' || !isOn(settings, 'ss_enable_dms')) {
    return 'single';
  }
  return clusterMode === 'cluster_standby' ? 'standby' : 'primary';
}

async function filesOf(host: LabHost, dataDir: string, settings: Settings): Promise<ClusterStore> {
  const store = await storeOf(host, dataDir, settings);
  if (store === undefined) {
    throw new StartFailure('raw', 'failed to init dss device');
  }
  return store;
}

function checkShared(host: LabHost, store: ClusterStore, node: Settings): void {
  const path = node.get('xlog_file_path');
  const disaster = host.version === '5.0.0';
  if (path === undefined || !disaster) {
    return;
  }
  const lock = node.get('xlog_lock_file_path');
  const shared = readSharedXlog(path);
  if (lock === undefined || lock === '') {
    throw new StartFailure(
      'FATAL',
      `could not reserve the key of ${node.get('application_name') ?? ''} on ${path}`,
    );
  }
  const { systemId } = store.control();
  lockShared(host.lab, lock, store.folder);
  if (shared.systemId !== systemId) {
    throw new StartFailure(
      'FATAL',
      `database system version is different between shared storage ${shared.systemId} and local ${systemId}`,
    );
  }
}

function takePidFile(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid');
  const pid = writerOf(file);
  if (pid > 0 && workingFolder(pid) === dataDir) {
    throw new StartFailure(
      'FATAL',
      `lock file "postmaster.pid" already exists\nHINT:  Is another postmaster (PID ${pid}) running in data directory "${dataDir}"?`,
    );
  }
}

async function start(host: LabHost, args: Arguments, log: ServerLog): Promise<void> {
  const dataDir = args.dataDir?.replace(/(.)\/+$/, '$1');
  if (args.mode !== undefined && !modes.includes(args.mode)) {
    throw new StartFailure('FATAL', 'the options of -M is not recognized');
  }
  if (args.clusterMode !== undefined && !/^cluster_(primary|standby)$/.test(args.clusterMode)) {
    throw new StartFailure('FATAL', 'the options of -z is not recognized');
  }
  if (dataDir === undefined || !existsSync(dataDir)) {
    throw new StartFailure(
      'raw',
      dataDir === undefined
        ? 'gaussdb does not know where to find the server configuration file.'
        : `gaussdb cannot access the server configuration file "${dataDir}/postgresql.conf": No such file or directory`,
      2,
    );
  }
  const file = join(dataDir, 'postgresql.conf');
  const reading = await readServerConf(file, host.version);
  if (reading.complaints.length > 0) {
    log.lines(reading.complaints.slice(0, -1));
    throw new StartFailure('FATAL', (reading.complaints.at(-1) ?? '').replace(/^FATAL: {2}/, ''));
  }
  const settings = new Map([...reading.settings, ...args.extra]);
  if (existsSync(join(dataDir, 'build_completed.start'))) {
    throw new StartFailure(
      'FATAL',
      'Uncompleted build is detected, please build again and then start database after its success.',
      2,
    );
  }
  log.line('LOG', "when starting as multi_standby mode, we couldn't support data replicaton.");
  const dss = isOn(settings, 'ss_enable_dss');
  const store = dss ? await filesOf(host, dataDir, settings) : undefined;
  checkSettings(settings);
  const files = store ?? (await filesOf(host, dataDir, settings));
  if (!files.exists()) {
    throw new StartFailure(
      'FATAL',
      `could not open file "${dss ? '+data' : dataDir}/pg_control": No such file or directory`,
    );
  }
  takePidFile(dataDir);
  process.chdir(dataDir);
  const runMode = runModeOf(host, settings, args.clusterMode);
  checkShared(host, files, settings);
  if (host.version !== '5.0.0' && runMode !== 'single') {
    files.update({ runMode });
    log.line(
      'LOG',
      `[SS] SSDisasterRefreshMode change control file cluster run mode to: ${runMode === 'primary' ? 0 : 1}`,
    );
  } else if (runMode !== 'single') {
    files.update({ runMode });
  }
  const node = new GaussNode({
    host,
    dataDir,
    settings,
    store: files,
    log,
    instanceId: Number(settings.get('ss_instance_id') ?? '0'),
    dms: isOn(settings, 'ss_enable_dms'),
    runMode,
    mode: args.mode,
  });
  const service = new Service(node);
  await service.open();
  const words = process.argv.slice(4).map((word) => `"${word}"`);
  replaceFile(
    join(dataDir, 'postmaster.opts'),
    `${[join(host.gaussHome, 'bin', 'gaussdb'), ...words].join(' ')}\n`,
  );
  // Whoever reads the number of the process may send a signal at once.
  obeySignals(node, service);
  // First the state: whoever sees the new process must not read what the last one left.
  node.save();
  replaceFile(
    join(dataDir, 'postmaster.pid'),
    `${process.pid}\n${dataDir}\n${Math.floor(Date.now() / 1000)}\n${node.port}\n` +
      `${service.socketFolder}\n${settings.get('listen_addresses') ?? 'localhost'}\n` +
      `${String((node.port + 1) * 1000 + 1).padStart(9)} ${String(process.pid).padStart(9)}\n`,
  );
  log.line('LOG', `database system was ${files.control().state} at ${new Date().toISOString()}`);
  log.collect(dataDir, settings);
  node.tick();
  setInterval(() => node.tick(), 100);
}

function obeySignals(node: GaussNode, service: Service): void {
  const leave = async (clean: boolean): Promise<void> => {
    node.log.line(
      'LOG',
      clean ? 'received fast shutdown request' : 'received immediate shutdown request',
    );
    if (clean) {
      await node.handOver();
      node.shutdown();
    } else {
      node.store.withdraw(node.instanceId);
    }
    service.close();
    rmSync(join(node.dataDir, 'postmaster.pid'), { force: true });
    node.log.line('LOG', 'database system is shut down');
    process.exit(clean ? 0 : 1);
  };
  process.on('SIGINT', () => void leave(true));
  process.on('SIGTERM', () => void leave(true));
  process.on('SIGQUIT', () => void leave(false));
  process.on('SIGHUP', () => void reloadConf(node));
}

async function reloadConf(node: GaussNode): Promise<void> {
  const file = join(node.dataDir, 'postgresql.conf');
  node.log.line('LOG', 'received SIGHUP, reloading configuration files');
  const reading = await readServerConf(file, node.host.version);
  if (reading.complaints.length > 0) {
    node.log.lines(reading.complaints.slice(0, -1));
    node.log.line('LOG', `configuration file "${file}" contains errors; no changes were applied`);
    return;
  }
  node.reload(reading.settings);
}

/** `gaussdb`, in the foreground. @returns the exit code when it does not start, else nothing. */
export async function gaussdb(host: LabHost, args: readonly string[]): Promise<number> {
  if (args.includes('-V') || args.includes('--version')) {
    out(`gaussdb ${versionText(host.version)}\n`);
    return 0;
  }
  const asked = args.indexOf('-C');
  const log = new ServerLog();
  const found = readArguments(args);
  if (asked >= 0) {
    const file = join(found.dataDir ?? '', 'postgresql.conf');
    const reading = await readServerConf(file, host.version);
    if (reading.complaints.length > 0) {
      err(reading.complaints.map((line) => `${line}\n`).join(''));
      return 1;
    }
    out(`${reading.settings.get((args[asked + 1] ?? '').toLowerCase()) ?? ''}\n`);
    return 0;
  }
  process.title = `gaussdb ${args.join(' ')}`;
  try {
    await start(host, found, log);
  } catch (thrown) {
    if (!(thrown instanceof StartFailure)) {
      throw thrown;
    }
    if (thrown.level === 'raw') {
      log.raw(thrown.message);
    } else {
      log.line(thrown.level, thrown.message);
    }
    return thrown.exitCode;
  }
  return await new Promise<never>(() => undefined);
}
