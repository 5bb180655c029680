import { existsSync, mkdirSync, readFileSync, rmSync, appendFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { readGroups, readIni, socketName } from './dss.ts';
import { dropLock, isAliveSince, readText, replaceFile, takeLock } from './files.ts';
import type { LabHost } from './host.ts';
import { out, stamp } from './print.ts';
import { readHeader, volumeFolder } from './store.ts';
import { onMessages, send } from './wire.ts';
import type { Message } from './wire.ts';

interface Served {
  readonly name: string;
  readonly image: string;
  readonly id: string;
}

/** One dssserver: the volume groups of a node. */
class DssServer {
  private readonly host: LabHost;
  private readonly home: string;
  private readonly settings: Map<string, string>;
  private readonly groups: Served[];
  private readonly servers: Server[] = [];
  private readonly started = Date.now();

  constructor(host: LabHost, home: string, settings: Map<string, string>, groups: Served[]) {
    this.host = host;
    this.home = home;
    this.settings = settings;
    this.groups = groups;
  }

  log(text: string): void {
    const folder = join(this.home, 'log', 'run');
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, 'dssinstance.rlog'), `UTC+0 ${stamp()}|DSS|00000|${text}\n`);
  }

  get instanceId(): number {
    return Number(this.settings.get('INST_ID') ?? '0');
  }

  private get masterFile(): string {
    const first = this.groups[0];
    return join(
      first === undefined ? this.home : volumeFolder(this.host.lab, first.id),
      'dss_master',
    );
  }

  /** The instance that may write; a dead master is followed by whoever asks first. */
  private master(): number {
    const [id, pid] = (readText(this.masterFile) ?? '').split(' ').map(Number);
    if (id !== undefined && pid !== undefined && isAliveSince(pid, this.masterFile)) {
      return id;
    }
    replaceFile(this.masterFile, `${this.instanceId} ${process.pid}`);
    return this.instanceId;
  }

  private answer(message: Message): Message {
    switch (message['op']) {
      case 'info':
        return {
          instanceId: this.instanceId,
          master: this.master(),
          maintain: /^true$/i.test(process.env['DSS_MAINTAIN'] ?? ''),
          runMode: this.settings.get('CLUSTER_RUN_MODE') ?? 'cluster_primary',
          groups: this.groups,
          // A server that has just come up is in recovery for a moment.
          prepared: Date.now() - this.started < 200,
        };
      case 'getcfg':
        return { value: this.settings.get(String(message['name'])) ?? null };
      case 'setcfg':
        return this.setting(String(message['name']), String(message['value']));
      case 'stop':
        setTimeout(() => this.stop(), 20);
        return { ok: true };
      default:
        return { error: 'unknown' };
    }
  }

  /** Changes a parameter in memory and in dss_inst.ini. */
  private setting(name: string, value: string): Message {
    if (/^(_LOG_LEVEL|WORK_THREADS|IO_THREADS|_AUDIT_LEVEL)$/.test(name) && !/^\d+$/.test(value)) {
      return {
        error: ` detail reason [107] : Value error: Convert uint32 failed, the text is not number, text = ${value}`,
      };
    }
    if (name === 'CLUSTER_RUN_MODE' && !/^cluster_(primary|standby)$/.test(value)) {
      return { error: ` detail reason [105] : the value of '${name}' is invalid` };
    }
    this.settings.set(name, value);
    const file = join(this.home, 'cfg', 'dss_inst.ini');
    const lines = readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
    const index = lines.findIndex((line) => new RegExp(`^\\s*${name}\\s*=`, 'i').test(line));
    if (index >= 0) {
      lines[index] = `${name} = ${value}`;
    } else {
      lines.push(`${name} = ${value}`);
    }
    replaceFile(file, `${lines.join('\n')}\n`);
    return { ok: true };
  }

  async listen(): Promise<void> {
    const socket = join(this.settings.get('LSNR_PATH') ?? this.home, socketName);
    const own = (this.settings.get('DSS_NODES_LIST') ?? '0:127.0.0.1:1611')
      .split(',')
      .map((entry) => entry.trim().split(':'))
      .find(([id]) => Number(id) === this.instanceId);
    if (own?.[1] === undefined || own[2] === undefined) {
      throw new Error(`INST_ID ${this.instanceId} is not in DSS_NODES_LIST`);
    }
    await this.open({ host: own[1], port: Number(own[2]) });
    if (existsSync(socket) && !(await reachable(socket))) {
      rmSync(socket, { force: true });
    }
    await this.open({ path: socket });
  }

  private async open(place: { host: string; port: number } | { path: string }): Promise<void> {
    const server = createServer((connection) => {
      connection.on('error', () => connection.destroy());
      onMessages(connection, (message) => send(connection, this.answer(message)));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(place, resolve);
    });
    this.servers.push(server);
  }

  stop(): void {
    this.log('DSS SERVER END.');
    out('DSS SERVER END.\n');
    for (const server of this.servers) {
      server.close();
    }
    dropLock(join(this.home, 'dss.lck'));
    process.exit(0);
  }
}

async function reachable(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function fail(reason: string): number {
  out(`${reason}\ndss failed to startup.\n`);
  return 1;
}

/** `dssserver -D DSS_HOME`, in the foreground. @returns the exit code when it could not start, else nothing. */
export async function dssserver(host: LabHost, args: readonly string[]): Promise<number> {
  if (args.includes('-h') || args.includes('--help')) {
    out('Usage:\n  dssserver [-D data_path] [-M]\nOption:\n  -D  DSS home\n  -M  maintain mode\n');
    return 0;
  }
  const given = args.indexOf('-D');
  const home = given >= 0 ? args[given + 1] : process.env['DSS_HOME'];
  if (home === undefined || !existsSync(home)) {
    return fail('Environment variant DSS_HOME not found!');
  }
  const settings = readIni(join(home, 'cfg', 'dss_inst.ini'));
  const groups = readGroups(join(home, 'cfg', 'dss_vg_conf.ini'));
  if (settings === undefined || Number.isNaN(Number(settings.get('INST_ID') ?? '0'))) {
    return fail('failed to load params, cfg dss_inst.ini');
  }
  const instance = Number(settings.get('INST_ID') ?? '0');
  if (instance < 0 || instance > 63) {
    return fail("the value of 'INST_ID' is invalid, failed to load params");
  }
  if (groups === undefined || groups.length === 0) {
    return fail('Please check dss_vg_conf.ini, reason no volume group');
  }
  const served: Served[] = [];
  for (const group of groups) {
    try {
      const header = readHeader(group.image);
      if (header?.name !== group.name) {
        return fail(`Failed to load vg ctrl, vg name is ${group.name}, volume ${group.image}.`);
      }
      served.push({ ...group, id: header.id });
    } catch (thrown) {
      return fail(`Please check dss_vg_conf.ini, reason ${String(thrown)}`);
    }
  }
  if (!takeLock(join(home, 'dss.lck'))) {
    return fail(`Another dssserver is running with ${home}`);
  }
  const server = new DssServer(host, home, settings, served);
  try {
    await server.listen();
  } catch (thrown) {
    dropLock(join(home, 'dss.lck'));
    return fail(String(thrown));
  }
  process.on('SIGTERM', () => server.stop());
  process.on('SIGINT', () => server.stop());
  process.on('SIGHUP', () => undefined);
  process.title = `dssserver -D ${home}`;
  server.log('DSS SERVER STARTED.');
  out('DSS SERVER STARTED.\n');
  return await new Promise<never>(() => undefined);
}
