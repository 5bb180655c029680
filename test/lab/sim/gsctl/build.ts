import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { channelsOf, isOn, readServerConf, toolSetting } from '../conf.ts';
import type { Channel, Settings } from '../conf.ts';
import { replaceFile, writerOf } from '../files.ts';
import type { StateFile } from '../gaussdb/types.ts';
import { out } from '../print.ts';
import { storeOf } from '../storage.ts';
import type { Control } from '../store.ts';
import type { ClusterStore } from '../store.ts';
import { loadUser } from '../user.ts';
import { Client, textOf } from '../wire.ts';
import { confFile, prefixed, say } from './context.ts';
import type { Call } from './context.ts';
import { launch, locked, shutdown } from './process.ts';
import { connectTool, serverState } from './server.ts';

/** What a build keeps of a data directory. */
const kept =
  /^(postgresql\.conf.*|pg_hba\.conf.*|gaussdb\.state|postmaster\.opts|pg_ctl\.lock.*|gs_build\.pid|pg_log|.*\.(crt|key)|build_completed\.start)$/;

const names: Readonly<Record<string, string>> = {
  full: 'full build',
  standby_full: 'standby full build',
  incremental: 'incremental build',
  cross_cluster_full: 'cross cluster full build',
  cross_cluster_incremental: 'cross_cluster_incremental',
  cross_cluster_standby_full: 'cross cluster standby full build',
};

/** One run of `gs_ctl build`. */
class Build {
  private readonly call: Call;
  private readonly mode: string;
  private readonly settings: Settings;
  private readonly node: string;

  constructor(call: Call, mode: string, settings: Settings) {
    this.call = call;
    this.mode = mode;
    this.settings = settings;
    this.node = settings.get('pgxc_node_name') ?? '';
  }

  private say(text: string): void {
    say(text, this.node);
  }

  private get title(): string {
    return names[this.mode] ?? 'incremental build';
  }

  private state(change: Partial<StateFile>): void {
    const state: StateFile = {
      role: 'Standby',
      connections: channelsOf(this.settings, 'cross_cluster_replconninfo').length,
      state: 'Building',
      syncMode: 'Async',
      ...change,
    };
    replaceFile(join(this.call.dataDir, 'gaussdb.state'), JSON.stringify(state));
  }

  private fail(): number {
    this.say('could not connect to server.');
    this.say(`${this.title} failed(${this.call.dataDir}).`);
    this.state({ state: 'Build failed' });
    return 1;
  }

  /** Asks the entries in turn for a primary that gives its files. */
  private async copy(): Promise<{ control: Control; redo: string; channel: Channel } | undefined> {
    const cross = isOn(this.settings, 'ss_enable_dss') || this.mode.startsWith('cross_cluster');
    const channels = channelsOf(
      this.settings,
      cross ? 'cross_cluster_replconninfo' : 'replconninfo',
    );
    if (channels.length === 0) {
      this.say(' invalid value for parameter "replconninfo" in postgresql.conf.');
      return undefined;
    }
    for (const channel of channels) {
      const { remoteHost: host, remotePort: port } = channel;
      try {
        const client = await Client.connect({ host, port }, 5000);
        const hello = await client.ask({ hello: 'build', user: loadUser() });
        const answer = hello['ok'] === true ? await client.ask({ op: 'copy' }, 60_000) : hello;
        client.close();
        if (answer['control'] !== undefined) {
          this.say(`build try host(${host}) port(${port}) success`);
          return { control: answer['control'] as Control, redo: textOf(answer, 'redo'), channel };
        }
        this.say(
          `build connection to ${host} failed cause ${textOf(answer, 'fatal', textOf(answer, 'error'))}\n.`,
        );
      } catch {
        this.say(
          `build connection to ${host} failed cause could not connect to server: Operation now in progress\n` +
            `\tIs the server running on host "${host}" and accepting\n\tTCP/IP connections on port ${port}?\n.`,
        );
      }
      this.say(`build try host(${host}) port(${port}) failed`);
    }
    return undefined;
  }

  async run(): Promise<number> {
    const { call } = this;
    this.say('Get repl_auth_mode is  and repl_uuid is ');
    const source = await this.copy();
    if (source === undefined) {
      return this.fail();
    }
    const store = await storeOf(call.host, call.dataDir, this.settings);
    if (store === undefined) {
      this.say('failed to init dss device');
      return this.fail();
    }
    this.say('connected to server success, build started.');
    this.clear(store);
    this.say('clear old target dir success');
    this.say('create build tag file success');
    this.say('create build tag file again success');
    this.say('get system identifier success');
    this.say('receiving and unpacking files...');
    this.say('create backup label success');
    const total = 115_000_000 + source.redo.length;
    this.state({ build: { mode: 'Full', done: Math.floor(total * 0.58), total } });
    await pause(150);
    this.say('begin receive tar files');
    this.fill(store, source.control, source.redo);
    this.say('finish receive tar files');
    this.state({ build: { mode: 'Full', done: total, total } });
    await pause(100);
    this.say('waiting for background process to finish streaming...');
    this.say('starting fsync all files come from source.');
    this.say('finish fsync all files.');
    this.say('build dummy dw file success');
    rmSync(join(call.dataDir, 'build_completed.start'), { force: true });
    this.say('rename build status file success');
    this.say(`${this.title} build completed(${call.dataDir}).`);
    this.state({ state: 'Build completed' });
    return 0;
  }

  /** Empties the data directory, the data volume group and the place where its redo log link leads. */
  private clear(store: ClusterStore): void {
    const { dataDir } = this.call;
    writeFileSync(join(dataDir, 'build_completed.start'), '');
    for (const name of readdirSync(dataDir)) {
      if (!kept.test(name)) {
        rmSync(join(dataDir, name), { recursive: true, force: true });
      }
    }
    const engine = writerOf(store.engineFile);
    if (engine > 0) {
      process.kill(engine, 'SIGKILL');
    }
    rmSync(store.walFolder, { recursive: true, force: true });
    for (const name of existsSync(store.folder) ? readdirSync(store.folder) : []) {
      if (name !== 'dss_master' && name !== 'pg_xlog') {
        rmSync(join(store.folder, name), { recursive: true, force: true });
      }
    }
  }

  private fill(store: ClusterStore, control: Control, redo: string): void {
    const { dataDir } = this.call;
    for (const name of [
      'base',
      'global',
      'pg_clog',
      'pg_log',
      'pg_stat_tmp',
      'pg_notify',
      'pg_xlog',
    ]) {
      mkdirSync(join(dataDir, name), { recursive: true, mode: 0o700 });
    }
    writeFileSync(join(dataDir, 'PG_VERSION'), '9.2\n', { mode: 0o600 });
    writeFileSync(join(dataDir, 'pg_ident.conf'), '', { mode: 0o600 });
    mkdirSync(store.walFolder, { recursive: true });
    writeFileSync(store.walFile, redo, { mode: 0o600 });
    replaceFile(
      store.controlFile,
      JSON.stringify({
        ...control,
        state: 'in archive recovery',
        runMode: 'standby',
        primaryId: Number(this.settings.get('ss_instance_id') ?? '0'),
        stable: 0,
        modified: Date.now(),
      } satisfies Control),
    );
  }
}

function banner(mode: string): string {
  return mode.includes('standby_full')
    ? 'standby full build'
    : mode.includes('full')
      ? 'full build'
      : 'incremental build';
}

/** Stops what runs in the data directory, or says why it may not. */
async function stopFirst(call: Call): Promise<boolean> {
  const state = serverState(call);
  if (state.kind === 'running') {
    const client = await connectTool(call, state.file).catch(() => undefined);
    const answer = await client?.ask({ op: 'ha' });
    client?.close();
    const role = (answer?.['ha'] as { local_role?: string } | undefined)?.local_role ?? 'Unknown';
    if (role !== 'Standby' && role !== 'Cascade Standby') {
      say(
        `The local server run as ${role === 'Main Standby' ? 'Unknown' : role},build cannot be executed.`,
      );
      return false;
    }
    return (await shutdown(call, 'immediate')) === 0;
  }
  say('stop failed, killing gaussdb by force ...');
  const line =
    String.raw`ps c -eo pid,euid,cmd | grep gaussdb | grep -v grep | awk '{if($2 == curuid && $1!="-n") print "/proc/"$1"/cwd"}' curuid=` +
    '`id -u`' +
    `| xargs ls -l | awk '{if ($NF=="${call.dataDir}")  print $(NF-2)}' | awk -F/ '{print $3 }' | xargs kill -9 >/dev/null 2>&1 `;
  say(`command [${line}] path: [${call.dataDir}] `);
  say('server stopped');
  return true;
}

/** `gs_ctl build` */
export async function build(call: Call): Promise<number> {
  const mode = call.options.get('b') ?? 'auto';
  const { host } = call;
  const conf = confFile(call);
  const dss = toolSetting(conf, 'ss_enable_dss') === 'on';
  if (call.options.has('g')) {
    // 5.0.0 takes and forgets it; later versions have it in the list of options and nowhere else.
    if (host.version !== '5.0.0') {
      out('Try "gs_ctl --help" for more information.\n');
      return 1;
    }
  }
  const disaster = toolSetting(conf, 'ss_disaster_mode');
  if (dss && host.version !== '5.0.0' && disaster !== 'dorado' && disaster !== 'stream') {
    say('build command is not supported in share storage single cluster');
    return 1;
  }
  const title = banner(mode);
  if (!existsSync(call.dataDir)) {
    say(`gs_ctl ${title} ,datadir is ${call.dataDir}`);
    out(
      prefixed(
        `can't create lock file "${join(call.dataDir, 'pg_ctl.lock')}" : No such file or directory`,
      ),
    );
    return 1;
  }
  say(`gs_ctl ${title} ,datadir is ${call.dataDir}`);
  return await locked(
    call,
    () => {
      say('Another gs_ctl command is still running,build failed !');
      return 1;
    },
    async () => {
      const file = join(call.dataDir, 'gs_build.pid');
      writeFileSync(file, String(process.pid), { mode: 0o600 });
      for (const verb of ['fopen', 'fprintf', 'fsync']) {
        say(`${verb} build pid file "${file}" success`);
      }
      try {
        if (!(await stopFirst(call))) {
          return 1;
        }
        say(`current workdir is (${process.cwd()}).`);
        if (!existsSync(conf)) {
          say(`${conf} cannot be opened.`);
          return 1;
        }
        const { settings } = await readServerConf(conf, host.version);
        say(
          `set gaussdb state file when ${names[mode] ?? title} build:db state(BUILDING_STATE), server mode(STANDBY_MODE), build mode(FULL_BUILD).`,
        );
        const code = await new Build(call, mode, settings).run();
        if (code === 0 && !dss && !call.options.has('q')) {
          rmSync(file, { force: true });
          return await launch(
            { ...call, options: new Map([...call.options, ['M', 'standby']]) },
            [],
          );
        }
        return code;
      } finally {
        rmSync(file, { force: true });
      }
    },
  );
}
