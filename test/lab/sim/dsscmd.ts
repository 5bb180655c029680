import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { askDss, defaultAddress, dssInfo } from './dss.ts';
import type { DssInfo } from './dss.ts';
import type { LabHost } from './host.ts';
import { err, out, stamp } from './print.ts';
import { createVolumeGroup, readHeader, volumeFolder } from './store.ts';
import { textOf } from './wire.ts';

const failed = 255;

interface Call {
  readonly host: LabHost;
  readonly options: ReadonlyMap<string, string>;
  /** The socket of the dssserver to ask. */
  readonly address: string;
}

function home(): string | undefined {
  return process.env['DSS_HOME'];
}

async function info(call: Call): Promise<DssInfo | undefined> {
  const found = await dssInfo(call.address);
  if (found === undefined) {
    out('Failed to get uds connection.\n');
  }
  return found;
}

function cv(call: Call): number {
  const name = call.options.get('g') ?? '';
  const image = call.options.get('v') ?? '';
  const size = Number(call.options.get('s') ?? '2048');
  const fail = (reason: string): number => {
    out(`Failed to create volume group, vg name is ${name}, volume path is ${image}.\n${reason}\n`);
    return failed;
  };
  if (name === '' || image === '') {
    out('cmd cv error, -g and -v are required.\n');
    return failed;
  }
  if (!(size >= 2048) || size % 2048 !== 0) {
    return fail(` detail reason [105] : invalid au size ${size}`);
  }
  const dssHome = call.options.get('D') ?? home();
  if (dssHome === undefined || !existsSync(join(dssHome, 'cfg', 'dss_inst.ini'))) {
    return fail(' detail reason [103] : Failed to load dss_inst.ini');
  }
  try {
    if (readHeader(image) !== undefined) {
      return fail(
        ` detail reason [2100] : Failed to add volume ${image}, reason please check volume is used in cluster, if not need to dd manually.`,
      );
    }
    createVolumeGroup(call.host.lab, image, name);
  } catch {
    return fail(` detail reason [2104] : Failed to open volume ${image}.`);
  }
  out(`Succeed to create volume group ${name}, entry volume is ${image}.\n`);
  return 0;
}

async function lsvg(call: Call): Promise<number> {
  const found = await info(call);
  if (found === undefined) {
    return failed;
  }
  const columns = [64, 20, 21, 21, 21, 20];
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell, index) => cell.padEnd(columns[index] ?? 0)).join('')}\n`;
  let text = line(['vg_name', 'volume_count', 'size', 'free', 'used', 'percent(%)']);
  for (const group of found.groups) {
    const { size } = statSync(group.image);
    const used = Math.min(size, 73_400_320);
    text += line([
      group.name,
      '1',
      size.toFixed(5),
      (size - used).toFixed(5),
      used.toFixed(5),
      ((used * 100) / Math.max(1, size)).toFixed(2),
    ]);
  }
  out(`${text}Succeed to display lsvg info.\n`);
  return 0;
}

async function getstatus(call: Call): Promise<number> {
  const found = await info(call);
  if (found === undefined) {
    return failed;
  }
  const writes = found.master === found.instanceId ? 'READWRITE' : 'READONLY';
  out(
    `Server status of instance ${found.instanceId} is ${(found as { prepared?: boolean }).prepared === true ? 'prepare' : 'open'} and ${writes}.\n` +
      `Master id is ${found.master} .\nDSS_MAINTAIN is ${found.maintain ? 'TRUE' : 'FALSE'}.\n`,
  );
  return 0;
}

async function getcfg(call: Call): Promise<number> {
  const name = call.options.get('n') ?? '';
  const answer = await askDss(call.address, { op: 'getcfg', name });
  if (answer === undefined) {
    out('Failed to get uds connection.\n');
    return failed;
  }
  out(`Succeed to get cfg, name is ${name}, value is ${textOf(answer, 'value')}.\n`);
  return 0;
}

async function setcfg(call: Call): Promise<number> {
  const name = call.options.get('n') ?? '';
  const value = call.options.get('v') ?? '';
  const answer = await askDss(call.address, { op: 'setcfg', name, value });
  if (answer === undefined) {
    out('Failed to get uds connection.\n');
    return failed;
  }
  if (answer['ok'] === true) {
    out(`Succeed to set cfg, name is ${name}, value is ${value}.\n`);
    return 0;
  }
  out(`Failed to set cfg, name is ${name}, value is ${value}.\n${textOf(answer, 'error')}\n`);
  return failed;
}

async function stopdss(call: Call): Promise<number> {
  if ((await askDss(call.address, { op: 'stop' })) === undefined) {
    out('Failed to get uds connection.\n');
    return failed;
  }
  out('Succeed to stop server.\n');
  return 0;
}

/** A path in a volume group as a file of the lab. */
async function fileOf(call: Call, path: string): Promise<string | undefined> {
  const found = await info(call);
  const [, name = '', rest = ''] = /^\+(\w+)\/?(.*)$/.exec(path) ?? [];
  const group = found?.groups.find((one) => one.name === name);
  return group === undefined
    ? undefined
    : join(volumeFolder(call.host.lab, group.id), join('/', rest));
}

async function ls(call: Call): Promise<number> {
  const path = call.options.get('p') ?? '';
  const file = await fileOf(call, path);
  if (file === undefined || !existsSync(file)) {
    out(`The path ${path} is not exist.\n`);
    return failed;
  }
  let text =
    'type time                size           written_size   name                                                            fid  node_id\n';
  const names = statSync(file).isDirectory() ? readdirSync(file) : [''];
  for (const name of names.filter((one) => !/^(engine|dss_master|instances)/.test(one))) {
    const found = statSync(join(file, name));
    text += `${found.isDirectory() ? 'd' : '-'}    ${stamp(found.mtime).slice(0, 19)} ${found.size.toFixed(5).padEnd(14)} ${found.size.toFixed(5).padEnd(14)} ${name.padEnd(63)} 0    ${found.ino}\n`;
  }
  out(text);
  return 0;
}

async function change(call: Call, verb: 'touch' | 'rm' | 'mkdir' | 'rmdir'): Promise<number> {
  const path = call.options.get('p') ?? '';
  const whole = verb === 'mkdir' ? `${path}/${call.options.get('d') ?? ''}` : path;
  const file = await fileOf(call, whole);
  if (file === undefined) {
    return failed;
  }
  if (verb === 'touch') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    out(`Succeed to create file, name is ${path}.\n`);
  } else if (verb === 'mkdir') {
    mkdirSync(file, { recursive: true });
    out(`Succeed to create directory ${path}.\n`);
  } else if (!existsSync(file)) {
    const name = path.split('/').at(-1) ?? '';
    out(
      `Failed to remove device ${path}.\n detail reason [2190] : The file ${name} of ${path} does not exist\n`,
    );
    return failed;
  } else {
    rmSync(file, { recursive: true });
    out(
      verb === 'rm'
        ? `Succeed to remove device ${path}.\n`
        : `Succeed to rm dir, path is ${path}.\n`,
    );
  }
  return 0;
}

const commands: Readonly<Record<string, (call: Call) => number | Promise<number>>> = {
  cv,
  lsvg,
  getstatus,
  getcfg,
  setcfg,
  stopdss,
  ls,
  touch: (call) => change(call, 'touch'),
  rm: (call) => change(call, 'rm'),
  mkdir: (call) => change(call, 'mkdir'),
  rmdir: (call) => change(call, 'rmdir'),
};

const hint =
  'dsscmd: Try "dsscmd -h/--help" for help information.\ndsscmd: Try "dsscmd -a/--all" for detailed help information.\n';

/** `dsscmd`; @returns its exit code. */
export async function dsscmd(host: LabHost, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined) {
    out(`dsscmd: no operation specified.\n${hint}`);
    return 1;
  }
  if (['-h', '--help', '-a', '--all'].includes(name)) {
    out(
      'Usage:dsscmd [command] [OPTIONS]\n\nUsage:dsscmd -h/--help show help information of dsscmd\nUsage:dsscmd -a/--all show all help information of dsscmd\nUsage:dsscmd -v/--version show version information of dsscmd\nUsage:dsscmd -i/--interactive run dsscmd interatively\ncommands:\n',
    );
    return 0;
  }
  if (name === '-v' || name === '--version') {
    out('dss 2.0.0\n');
    return 0;
  }
  const command = commands[name];
  if (command === undefined) {
    out(`dsscmd: command(${name}) not found!\n${hint}`);
    return 1;
  }
  const options = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    const found = /^-(?:-(?:vg_name|vol_path|au_size|DSS_HOME|path|name|value|UDS)|[A-Za-z])/.exec(
      word,
    );
    if (found === null) {
      continue;
    }
    const long: Readonly<Record<string, string>> = {
      '--vg_name': 'g',
      '--vol_path': 'v',
      '--au_size': 's',
      '--DSS_HOME': 'D',
      '--path': 'p',
      '--name': 'n',
      '--value': 'v',
      '--UDS': 'U',
    };
    const letter = long[word] ?? word[1] ?? '';
    index += 1;
    options.set(letter, rest[index] ?? '');
  }
  const own = options.get('D') ?? home();
  if (own === undefined && !options.has('U')) {
    err('Environment variant DSS_HOME not found!\n');
    return 1;
  }
  const address = options.get('U') ?? defaultAddress(own ?? '');
  return await command({ host, options, address });
}
