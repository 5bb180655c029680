import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { isAliveSince, readJson, readText, replaceFile } from './files.ts';

/**
 * A volume group's entry volume begins with one line that names the folder of its content. So the content goes with the
 * volume: whoever removes, zeroes or copies the file does to the lab what he would do to the real thing.
 */
export interface VolumeHeader {
  readonly name: string;
  readonly id: string;
  readonly created: string;
}

const magic = 'OPENGAUSS-LAB-VG ';

function head(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(512);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** The header of an entry volume, or undefined when it is not one. Fails when the file cannot be read. */
export function readHeader(image: string): VolumeHeader | undefined {
  const text = head(image);
  return text.startsWith(magic)
    ? (JSON.parse(text.slice(magic.length, text.indexOf('\n'))) as VolumeHeader)
    : undefined;
}

/** Makes a file the entry volume of a new, empty volume group. */
export function createVolumeGroup(lab: string, image: string, name: string): VolumeHeader {
  const header = {
    name,
    id: randomBytes(6).toString('hex'),
    created: new Date().toISOString(),
  };
  const fd = openSync(image, 'r+');
  try {
    writeSync(fd, `${magic}${JSON.stringify(header)}\n\0`, 0);
  } finally {
    closeSync(fd);
  }
  mkdirSync(volumeFolder(lab, header.id), { recursive: true });
  return header;
}

/** Where the content of a volume group lies. */
export function volumeFolder(lab: string, id: string): string {
  return join(lab, 'volumes', id);
}

/** What pg_control and the reformer's page hold. */
export interface Control {
  readonly systemId: string;
  readonly state: string;
  readonly timeline: number;
  readonly segment: number;
  /** The owner of the shared files: the official primary's instance id. */
  readonly primaryId: number;
  /** Bit i: instance i is in the stable list. */
  readonly stable: number;
  readonly runMode: 'primary' | 'standby';
  readonly checkpoint: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly initialUser: string;
  /** SHA-256 of the initial user's password. */
  readonly password: string;
  readonly startLsn: number;
}

/** One record of the redo log: its end, an id that tells histories apart, and the statements of a transaction. */
export interface RedoRecord {
  readonly lsn: number;
  readonly id: string;
  readonly sql?: readonly string[];
}

export interface Instance {
  readonly id: number;
  readonly pid: number;
  readonly port: number;
  readonly dataDir: string;
  readonly host: string;
  readonly role: string;
}

/** The shared files of one cluster: its data volume group and the redo log. */
export class ClusterStore {
  readonly folder: string;
  readonly walFolder: string;

  constructor(folder: string, walFolder: string) {
    this.folder = folder;
    this.walFolder = walFolder;
  }

  get controlFile(): string {
    return join(this.folder, 'pg_control');
  }

  get walFile(): string {
    return join(this.walFolder, 'redo');
  }

  /** The position up to which a standby cluster has replayed; absent on a primary cluster. */
  get replayedFile(): string {
    return join(this.folder, 'replayed');
  }

  exists(): boolean {
    return existsSync(this.controlFile);
  }

  control(): Control {
    const control = readJson<Control>(this.controlFile);
    if (control === undefined) {
      throw new Error(`could not open control file "${this.controlFile}"`);
    }
    return control;
  }

  update(change: Partial<Control>): Control {
    const control = { ...this.control(), ...change, modified: Date.now() };
    replaceFile(this.controlFile, JSON.stringify(control));
    return control;
  }

  create(options: { user: string; password: string; dss: boolean; instanceId: number }): Control {
    mkdirSync(this.folder, { recursive: true });
    mkdirSync(this.walFolder, { recursive: true });
    const lsn = options.dss ? 0x40c9_c428 : 0x232_2740;
    const control: Control = {
      systemId: `2150468822${String(randomInt(10_000_000, 99_999_999))}`,
      state: 'shut down',
      timeline: 1,
      segment: options.dss ? 1_073_741_824 : 16_777_216,
      primaryId: options.instanceId,
      stable: 0,
      runMode: 'primary',
      checkpoint: lsn,
      modified: Date.now(),
      initialUser: options.user,
      password: hashOf(options.password),
      startLsn: lsn,
    };
    replaceFile(this.controlFile, JSON.stringify(control));
    writeFileSync(this.walFile, '', { mode: 0o600 });
    rmSync(this.replayedFile, { force: true });
    return control;
  }

  /** Where the engine of this store listens and writes its process id. */
  get engineFile(): string {
    return join(this.folder, 'engine');
  }

  instances(): Instance[] {
    const folder = join(this.folder, 'instances');
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .map((name) => {
        const instance = readJson<Instance>(join(folder, name));
        return instance !== undefined && isAliveSince(instance.pid, join(folder, name))
          ? instance
          : undefined;
      })
      .filter((instance) => instance !== undefined);
  }

  announce(instance: Instance): void {
    replaceFile(join(this.folder, 'instances', String(instance.id)), JSON.stringify(instance));
  }

  withdraw(id: number): void {
    const file = join(this.folder, 'instances', String(id));
    if (readJson<Instance>(file)?.pid === process.pid) {
      rmSync(file, { force: true });
    }
  }

  append(lines: string): void {
    appendFileSync(this.walFile, lines, { mode: 0o600 });
  }

  replayed(): number | undefined {
    const text = readText(this.replayedFile);
    return text === undefined || text === '' ? undefined : Number(text);
  }
}

/** SHA-256, hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Follows a redo log from its beginning. A log that became shorter is read anew. */
export class RedoReader {
  private readonly store: ClusterStore;
  private offset = 0;
  private rest = '';
  /** The last record read; its `lsn` is the log's end. */
  last: RedoRecord;

  constructor(store: ClusterStore) {
    this.store = store;
    this.last = { lsn: store.control().startLsn, id: 'start' };
  }

  /** The records that came since the last call, with their lines as written. */
  read(): { record: RedoRecord; line: string }[] {
    const found: { record: RedoRecord; line: string }[] = [];
    let fd: number;
    try {
      fd = openSync(this.store.walFile, 'r');
    } catch {
      return found;
    }
    try {
      const { size } = fstatSync(fd);
      if (size < this.offset) {
        this.offset = 0;
        this.rest = '';
      }
      if (size === this.offset) {
        return found;
      }
      const bytes = Buffer.alloc(Math.min(size - this.offset, 8 * 1024 * 1024));
      const count = readSync(fd, bytes, 0, bytes.length, this.offset);
      // A record's line is ASCII, so that a read that ends inside one never cuts a character.
      this.rest += bytes.toString('latin1', 0, count);
      this.offset += count;
    } finally {
      closeSync(fd);
    }
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const record = JSON.parse(line) as RedoRecord;
      this.last = record;
      found.push({ record, line: `${line}\n` });
    }
    return found;
  }
}

/** A record as a line of ASCII. */
export function redoLine(record: RedoRecord): string {
  return `${JSON.stringify(record).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}\n`;
}

/** A new record's id. */
export function redoId(): string {
  return randomBytes(6).toString('hex');
}
