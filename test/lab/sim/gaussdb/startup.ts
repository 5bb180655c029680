import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOn } from '../conf.ts';
import type { Settings } from '../conf.ts';
import { isAliveSince, readText, replaceFile } from '../files.ts';

/** A server that does not start: the level and text of its last words and its exit code. */
export class StartFailure extends Error {
  readonly level: 'FATAL' | 'PANIC' | 'raw';
  readonly exitCode: number;

  constructor(level: 'FATAL' | 'PANIC' | 'raw', message: string, exitCode = 1) {
    super(message);
    this.level = level;
    this.exitCode = exitCode;
  }
}

const sharedMagic = 'OPENGAUSS-LAB-XLOG ';

/** What the head of a shared xlog file tells: which database it belongs to and how large it is. */
export interface SharedXlog {
  readonly systemId: string;
  readonly size: number;
}

/** Makes a file the shared xlog file of a database; creates it when it is missing. */
export function initSharedXlog(path: string, content: SharedXlog): void {
  const fd = openSync(path, existsSync(path) ? 'r+' : 'w', 0o600);
  try {
    writeSync(fd, `${sharedMagic}${JSON.stringify(content)}\n\0`, 0);
  } finally {
    closeSync(fd);
  }
}

/** Reads the head of a shared xlog file with the server's own failures. */
export function readSharedXlog(path: string): SharedXlog {
  let text: string;
  try {
    if (path !== '' && statSync(path).isDirectory()) {
      throw new StartFailure('PANIC', `could not open xlog file "${path}" : Is a directory`, 134);
    }
    closeSync(openSync(path, 'r+'));
    text = readFileSync(path, 'latin1').slice(0, 512);
  } catch (thrown) {
    if (thrown instanceof StartFailure) {
      throw thrown;
    }
    const denied = (thrown as NodeJS.ErrnoException).code === 'EACCES';
    throw new StartFailure(
      'PANIC',
      `could not open xlog file "${path}" : ${denied ? 'Permission denied' : 'No such file or directory'}`,
      134,
    );
  }
  if (text === '') {
    throw new StartFailure('PANIC', 'could not read dorado ctl info', 134);
  }
  if (!text.startsWith(sharedMagic)) {
    throw new StartFailure('FATAL', 'dorado ctl info maybe damaged');
  }
  return JSON.parse(text.slice(sharedMagic.length, text.indexOf('\n'))) as SharedXlog;
}

/** The checks of a server's start that need nothing but its configuration. */
export function checkSettings(settings: Settings): void {
  const path = settings.get('xlog_file_path');
  const dss = isOn(settings, 'ss_enable_dss');
  if (path !== undefined) {
    const size = BigInt(settings.get('xlog_file_size') ?? '549755813888');
    const unit = dss ? 1_073_741_824n : 16_777_216n;
    if (size % unit !== 0n) {
      throw new StartFailure(
        'FATAL',
        `value of "xlog_file_size" ${size} must be an integer multiple of ${unit}`,
      );
    }
  }
  if (dss && (settings.get('temp_tablespaces') ?? '') !== '') {
    throw new StartFailure(
      'FATAL',
      'shared storage mode could not support specifics tablespace(s).\nHINT:  Either set temp_tablespaces to NULL, or turn off ss_enable_dss.',
    );
  }
  if (dss !== isOn(settings, 'ss_enable_dms')) {
    throw new StartFailure(
      'FATAL',
      'ss_enable_dms and ss_enable_dss must be turned on or off simultaneously.',
    );
  }
  if (dss && (settings.get('ss_interconnect_url') ?? '') === '') {
    throw new StartFailure('FATAL', 'ss_interconnect_url cannot be NULL.');
  }
  const senders = Number(settings.get('max_wal_senders') ?? '4');
  const connections = Number(settings.get('max_connections') ?? '200');
  if (senders >= connections) {
    throw new StartFailure('raw', 'gaussdb: max_wal_senders must be less than max_connections');
  }
  const level = settings.get('wal_level') ?? 'hot_standby';
  if (level === 'minimal' && senders > 0) {
    throw new StartFailure(
      'FATAL',
      'WAL streaming (max_wal_senders > 0) requires wal_level "archive", "hot_standby" or "logical"',
    );
  }
  if (level !== 'hot_standby' && level !== 'logical' && isOn(settings, 'hot_standby')) {
    throw new StartFailure(
      'FATAL',
      'hot standby is not possible because wal_level was not set to "hot_standby"',
    );
  }
}

function lockName(lab: string, path: string): string {
  const { dev, ino } = statSync(path);
  return join(lab, 'locks', `${dev}-${ino}`);
}

/**
 * Takes the lock on the shared storage for one cluster. Nodes of one cluster share it, as they hand it on in a reform.
 * @param cluster what tells one cluster from another
 */
export function lockShared(lab: string, path: string, cluster: string): void {
  if (!existsSync(dirname(path))) {
    throw new StartFailure('FATAL', `could not open file "${path}": No such file or directory`);
  }
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    throw new StartFailure('FATAL', `could not open file "${path}": Permission denied`);
  }
  const file = lockName(lab, path);
  const [owner, pid] = (readText(file) ?? '').split('\n');
  if (owner !== undefined && owner !== '' && owner !== cluster && isAliveSince(Number(pid), file)) {
    throw new StartFailure('FATAL', 'could not lock lock file');
  }
  replaceFile(file, `${cluster}\n${process.pid}`);
}

/** The cluster's simulated CM: who is to be the reformer and which instances are online. */
export interface SimulatedCm {
  readonly file: string;
  readonly reformer: number;
  readonly online: bigint;
}

/** Reads the file of CM_CONFIG_PATH; undefined when there is none or it cannot be understood. */
export function readCm(file: string | undefined): SimulatedCm | undefined {
  const text = file === undefined ? undefined : readText(file);
  if (file === undefined || text === undefined) {
    return undefined;
  }
  const reformer = /^\s*REFORMER_ID\s*=\s*(\d+)/m.exec(text)?.[1];
  const online = /^\s*BITMAP_ONLINE\s*=\s*(\d+)/m.exec(text)?.[1];
  return reformer === undefined || online === undefined
    ? undefined
    : { file, reformer: Number(reformer), online: BigInt(online) };
}
