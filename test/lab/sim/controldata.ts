import { join } from 'node:path';
import { defaultAddress, dssInfo } from './dss.ts';
import { versionText } from './gaussdb/version.ts';
import { storeFrom } from './storage.ts';
import type { LabHost } from './host.ts';
import { err, lsnText, out } from './print.ts';
import { ClusterStore, RedoReader, volumeFolder } from './store.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Sun Nov 22 08:07:13 2026` */
function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return `${days[date.getDay()] ?? ''} ${months[date.getMonth()] ?? ''} ${String(date.getDate()).padStart(2)} ${clock} ${date.getFullYear()}`;
}

function page(store: ClusterStore): string {
  const control = store.control();
  const redo = new RedoReader(store);
  while (redo.read().length > 0) {
    // Only the end matters.
  }
  const checkpoint = lsnText(control.checkpoint);
  const changed = timeText(control.modified);
  const fields: readonly (readonly [string, string | number])[] = [
    ['pg_control version number:', 923],
    ['Catalog version number:', 201611171],
    ['Database system identifier:', control.systemId],
    ['Database cluster state:', control.state],
    ['pg_control last modified:', changed],
    ['Latest checkpoint location:', checkpoint],
    ['Prior checkpoint location:', lsnText(control.startLsn)],
    ["Latest checkpoint's REDO location:", checkpoint],
    ["Latest checkpoint's TimeLineID:", 1],
    ["Latest checkpoint's full_page_writes:", 'off'],
    ["Latest checkpoint's NextXID:", 12975],
    ["Latest checkpoint's NextOID:", 14429],
    ["Latest checkpoint's NextMultiXactId:", 2],
    ["Latest checkpoint's NextMultiOffset:", 0],
    ["Latest checkpoint's oldestXID:", 3],
    ["Latest checkpoint's oldestXID's DB:", 1],
    ["Latest checkpoint's oldestActiveXID:", 0],
    ["Latest checkpoint's remove lsn:", '0/1'],
    ['Time of latest checkpoint:', changed],
    [
      'Minimum recovery ending location:',
      control.state.includes('recovery') ? lsnText(redo.last.lsn) : '0/0',
    ],
    ['Backup start location:', '0/0'],
    ['Backup end location:', '0/0'],
    ['End-of-backup record required:', 'no'],
    ['Current wal_level setting:', 'hot_standby'],
    ['Current max_connections setting:', 250],
    ['Current max_prepared_xacts setting:', 200],
    ['Current max_locks_per_xact setting:', 256],
    ['Maximum data alignment:', 8],
    ['Database block size:', 8192],
    ['Blocks per segment of large relation:', 131072],
    ['WAL block size:', 8192],
    ['Bytes per WAL segment:', control.segment],
    ['Maximum length of identifiers:', 64],
    ['Maximum columns in an index:', 32],
    ['Maximum size of a TOAST chunk:', 1996],
    ['Date/time type storage:', '64-bit integers'],
    ['Float4 argument passing:', 'by value'],
    ['Float8 argument passing:', 'by value'],
    ['Database system TimeLine:', control.timeline],
  ];
  return fields.map(([label, value]) => `${label.padEnd(38)}${value}\n`).join('');
}

function reformer(store: ClusterStore): string {
  const control = store.control();
  const fields: readonly (readonly [string, string | number])[] = [
    ['Reform control version number:', 1],
    ['Stable instances list:', control.stable],
    ['Primary instance ID:', control.primaryId],
    ['Cluster status:', 'normal'],
    ['Cluster run mode:', `${control.runMode} cluster`],
  ];
  return `\nreformer data (last page id 64)\n\n${fields
    .map(([label, value]) => `${label.padEnd(38)}${value}\n`)
    .join('')}`;
}

function fail(text: string, code = 1): number {
  err(`pg_controldata: ${text}\n`);
  return code;
}

/** `pg_controldata`; @returns its exit code. */
export async function pgControldata(host: LabHost, args: readonly string[]): Promise<number> {
  let dss = false;
  let socket: string | undefined;
  let place: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--help' || word === '-?') {
      out('pg_controldata displays control information of an openGauss database cluster.\n');
      return 0;
    } else if (word === '-V' || word === '--version') {
      out(`pg_controldata ${versionText(host.version)}\n`);
      return 0;
    } else if (word === '--enable-dss') {
      dss = true;
    } else if (word.startsWith('--socketpath')) {
      index += word.includes('=') ? 0 : 1;
      socket = word.includes('=') ? word.slice(word.indexOf('=') + 1) : args[index];
    } else if (word.startsWith('-I')) {
      if (host.version !== '5.0.0') {
        return fail(`invalid option -- 'I'\nTry "pg_controldata --help" for more information.`);
      }
      index += word === '-I' ? 1 : 0;
      const id = word === '-I' ? args[index] : word.slice(2);
      if (!/^\d+$/.test(id ?? '') || Number(id) > 64) {
        return fail(
          'unexpected node id specified, the instance-id should be an integer in the range of 0 - 64',
        );
      }
    } else if (word.startsWith('-')) {
      return fail(
        `invalid option -- '${word.slice(1)}'\nTry "pg_controldata --help" for more information.`,
      );
    } else {
      place = word;
    }
  }
  place ??= process.env['PGDATA'];
  if (place === undefined) {
    return fail('no data directory specified\nTry "pg_controldata --help" for more information.');
  }
  if (!dss && !place.startsWith('+')) {
    const store = new ClusterStore(join(place, 'global'), join(place, 'pg_xlog'));
    if (!store.exists()) {
      return fail(
        `could not open file "${place}/global/pg_control" for reading: No such file or directory`,
        2,
      );
    }
    out(page(store));
    return 0;
  }
  if (!place.startsWith('+')) {
    err('pg_controldata: the DATADIR is not correct with enable dss.');
    return 1;
  }
  const home = process.env['DSS_HOME'];
  const address = socket ?? (home === undefined ? undefined : defaultAddress(home));
  const info = address === undefined ? undefined : await dssInfo(address);
  const folder = (name: string): string | undefined => {
    const group = info?.groups.find((one) => `+${one.name}` === name);
    return group === undefined ? undefined : volumeFolder(host.lab, group.id);
  };
  const data = folder(place);
  const store = data === undefined ? undefined : storeFrom(data, data);
  if (store?.exists() !== true) {
    return fail(
      `could not open file "${place}/pg_control" for reading: Unknown error ${info === undefined ? '2418' : '2190'}`,
      2,
    );
  }
  out(`\npg_control data\n\n${page(store)}${reformer(store)}`);
  return 0;
}
