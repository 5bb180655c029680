import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { createDataDir, dssLines } from './datadir.ts';
import { dssInfo } from './dss.ts';
import { initSharedXlog } from './gaussdb/startup.ts';
import { versionText } from './gaussdb/version.ts';
import type { LabHost } from './host.ts';
import { err, out } from './print.ts';
import { ClusterStore, volumeFolder } from './store.ts';
import { loadUser } from './user.ts';

const withValue = ['D', 'A', 'E', 'U', 'w', 'C', 'X', 'g', 'H', 'I'];
const longNames: Readonly<Record<string, string>> = {
  pgdata: 'D',
  auth: 'A',
  username: 'U',
  pwpasswd: 'w',
  xlogpath: 'g',
};

interface Options {
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
}

function readOptions(args: readonly string[]): Options {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const long = /^--([\w-]+)(?:=(.*))?$/s.exec(word);
    if (long?.[1] !== undefined) {
      const name = longNames[long[1]] ?? long[1];
      if (long[2] === undefined) {
        flags.add(name);
      } else {
        values.set(name, long[2]);
      }
      continue;
    }
    const letter = word[1] ?? '';
    if (!word.startsWith('-')) {
      values.set('D', word);
    } else if (withValue.includes(letter)) {
      const rest = word.slice(2);
      index += rest === '' ? 1 : 0;
      values.set(letter, rest === '' ? (args[index] ?? '') : rest);
    } else {
      flags.add(letter);
    }
  }
  return { values, flags };
}

const steps = `initializing pg_authid ... ok
setting password ... ok
initializing dependencies ... ok
loading PL/pgSQL server-side language ... ok
creating system views ... ok
creating performance views ... ok
loading system objects' descriptions ... ok
creating collations ... ok
creating conversions ... ok
creating dictionaries ... ok
setting privileges on built-in objects ... ok
initialize global configure for bucketmap length ... ok
creating information schema ... ok
loading foreign-data wrapper for distfs access ... ok
loading foreign-data wrapper for log access ... ok
loading hstore extension ... ok
loading security plugin ... ok
update system tables ... ok
creating snapshots catalog ... ok
vacuuming database template1 ... ok
copying template1 to template0 ... ok
copying template1 to postgres ... ok
freezing database template0 ... ok
freezing database template1 ... ok
freezing database postgres ... ok
`;

function passwordOf(options: Options): string | undefined {
  const file = options.values.get('pwfile');
  const given = options.values.get('w');
  if (file === undefined) {
    return given;
  }
  try {
    return readFileSync(file, 'utf8').split('\n')[0] ?? '';
  } catch {
    return undefined;
  }
}

function fail(text: string): number {
  err(`gs_initdb: ${text}\n`);
  return 1;
}

interface Shared {
  readonly store: ClusterStore;
  readonly groups: readonly string[];
  readonly socket: string;
  readonly url: string;
  readonly instanceId: number;
}

/** The shared files that the options lead to, or the words that say why not. */
async function sharedOf(host: LabHost, options: Options): Promise<Shared | string> {
  const { values } = options;
  const url = values.get('dms_url');
  const id = values.get('I');
  const entry = url
    ?.split(',')
    .map((one) => one.trim().split(':'))
    .find(([number]) => Number(number) === Number(id));
  if (url === undefined || id === undefined || entry === undefined) {
    return 'ss_nodeid is invalid or nodedatainfo not exist.';
  }
  const socket = values.get('socketpath') ?? '';
  const info = await dssInfo(socket);
  const groups = (values.get('vgname') ?? '').split(',').filter((name) => name !== '');
  const folder = (name: string | undefined): string | undefined => {
    const found = info?.groups.find((group) => `+${group.name}` === name);
    return found === undefined ? undefined : volumeFolder(host.lab, found.id);
  };
  const data = folder(groups[0]);
  if (data === undefined || groups.some((name) => folder(name) === undefined)) {
    return 'dss';
  }
  const log = folder(groups[1]) ?? data;
  const store = new ClusterStore(data, join(log, 'pg_xlog0'));
  const first = Number(id) === 0;
  if (first && store.exists()) {
    return `shared storage files of cluster in the directory "${groups[0] ?? ''}" already exists`;
  }
  if (!first && !store.exists()) {
    return `shared storage files of cluster in the directory "${groups[0] ?? ''}" does not exist`;
  }
  return { store, groups, socket, url, instanceId: Number(id) };
}

/** `gs_initdb`; @returns its exit code. */
export async function gsInitdb(host: LabHost, args: readonly string[]): Promise<number> {
  if (args.includes('-V') || args.includes('--version')) {
    out(`gs_initdb ${versionText(host.version)}\n`);
    return 0;
  }
  if (args.includes('--help') || args.includes('-?')) {
    out(
      'gs_initdb initializes a database cluster of openGauss.\n\nUsage:\n  gs_initdb [OPTION]... [DATADIR]\n',
    );
    return 0;
  }
  const options = readOptions(args);
  const { values, flags } = options;
  const given = values.get('D') ?? process.env['PGDATA'];
  if (given === undefined) {
    return fail('no data directory specified');
  }
  const dataDir = resolve(given);
  const nodeName = values.get('nodename');
  if (nodeName === undefined) {
    return fail('the option --nodename is mandatory');
  }
  const noClean = flags.has('n') || flags.has('noclean');
  if (flags.has('d')) {
    out('Running in debug mode.\n');
  }
  if (noClean) {
    out('Running in noclean mode.  Mistakes will not be cleaned up.\n');
  }
  if (flags.has('enable-ss-dorado')) {
    if (host.version === '5.0.0') {
      return fail("unrecognized option '--enable-ss-dorado'");
    }
    out('Enable ss dorado replication.\n');
  }
  const user = values.get('U') ?? loadUser();
  out(
    `The files belonging to this database system will be owned by user "${loadUser()}".
This user must also own the server process.

The database cluster will be initialized with locale "C".
The default database encoding has accordingly been set to "SQL_ASCII".
The default text search configuration will be set to "english".

`,
  );
  const dss = flags.has('enable-dss');
  const shared = dss ? await sharedOf(host, options) : undefined;
  if (shared === 'dss') {
    out('failed to init dss device, check logs under $DSS_HOME for more information.\n');
    return 1;
  }
  if (typeof shared === 'string') {
    return fail(shared);
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    err(
      `gs_initdb: directory "${dataDir}" exists but is not empty
If you want to create a new database system, either remove or empty
the directory "${dataDir}" or run gs_initdb
with an argument other than "${dataDir}".
`,
    );
    return 1;
  }
  const password = passwordOf(options);
  const first = shared === undefined || shared.instanceId === 0;
  if (first && (password === undefined || password.length < 8)) {
    return fail('Password must contain at least 8 characters.');
  }
  const existed = existsSync(dataDir);
  try {
    mkdirSync(dataDir, { recursive: true });
    chmodSync(dataDir, 0o700);
  } catch (thrown) {
    return fail(`could not create directory "${dataDir}": ${String(thrown)}`);
  }
  try {
    write(host, { dataDir, nodeName, user, password: password ?? '', options, shared });
  } catch (thrown) {
    err(`gs_initdb: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    if (!noClean) {
      err(`gs_initdb: removing ${existed ? 'contents of ' : ''}data directory "${dataDir}"\n`);
      rmSync(dataDir, { recursive: true, force: true });
    }
    return 1;
  }
  const method = values.get('A') ?? 'trust';
  out(
    (method === 'trust'
      ? `
WARNING: enabling "trust" authentication for local connections
You can change this by editing pg_hba.conf or using the option -A, or
--auth-local and --auth-host, the next time you run gs_initdb.
`
      : '') +
      `
Success. You can now start the database server of single node using:

    gaussdb -D ${dataDir} --single_node
or
    gs_ctl start -D ${dataDir} -Z single_node -l logfile

`,
  );
  return 0;
}

function write(
  host: LabHost,
  plan: {
    dataDir: string;
    nodeName: string;
    user: string;
    password: string;
    options: Options;
    shared: Shared | undefined;
  },
): void {
  const { dataDir, options, shared } = plan;
  const { values, flags } = options;
  const first = shared === undefined || shared.instanceId === 0;
  const xlogPath = values.get('g');
  const lines = [
    ...(shared === undefined ? [] : dssLines(host.version, shared)),
    ...(flags.has('enable-ss-dorado') ? ['ss_disaster_mode = dorado', 'wal_buffers = 1GB'] : []),
    ...(xlogPath === undefined ? [] : [`xlog_file_path = '${xlogPath}'`]),
  ];
  out(`creating directory ${dataDir} ... ok\n`);
  out(
    shared === undefined
      ? 'creating subdirectories ... in ordinary occasionok\n'
      : `creating subdirectories ... in shared storage mode ... ${first ? 'ok\n' : ''}`,
  );
  out(
    `creating configuration files ... ${shared === undefined ? '' : 'adding dms parameters to configuration files ... '}ok\n` +
      'selecting default max_connections ... 100\nselecting default shared_buffers ... 1024MB\n',
  );
  out(
    shared === undefined
      ? 'Begin init undo subsystem meta.\n[INIT UNDO] Init undo subsystem meta successfully.\n'
      : 'Skip init undo subsystem meta in shared storage mode.\n',
  );
  const auth = values.get('A') ?? 'trust';
  createDataDir({
    dataDir,
    nodeName: plan.nodeName,
    auth: {
      local: values.get('auth-local') ?? auth,
      host: values.get('auth-host') ?? auth,
    },
    dss: shared !== undefined,
    lines,
  });
  if (!first) {
    return;
  }
  const store =
    shared?.store ?? new ClusterStore(join(dataDir, 'global'), join(dataDir, 'pg_xlog'));
  const control = store.create({
    user: plan.user,
    password: plan.password,
    dss: shared !== undefined,
    instanceId: shared?.instanceId ?? 0,
  });
  if (shared !== undefined) {
    writeFileSync(join(store.folder, 'pg_xlog'), store.walFolder);
  }
  if (xlogPath !== undefined) {
    if (!existsSync(xlogPath)) {
      err(`create file:${xlogPath}`);
    }
    initSharedXlog(xlogPath, { systemId: control.systemId, size: 549_755_813_888 });
  }
  out(
    `creating template1 database in ${dataDir}/base/1 ... ` +
      (shared === undefined
        ? 'ok\n'
        : `[SS] Current node:${shared.instanceId} initdb first, will become PRIMARY for first-time SS cluster startup ... ok\n`) +
      steps,
  );
}
