import { constants } from 'node:fs';
import {
  lstat,
  open,
  opendir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { chmod, mkdir, truncate, utimes } from 'node:fs/promises';
import type { Dir, Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import ssh2 from 'ssh2';
import type { Attributes, SFTPWrapper } from 'ssh2';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/** What stands in the way of writing, asked before each write. */
export interface Disk {
  readonly isFull: boolean;
  /** Throws an error with a code of the system, for example ENOSPC, when so many bytes may not be written there. */
  allow(path: string, bytes: number): void;
}

function statusOf(thrown: unknown): number {
  switch ((thrown as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return STATUS_CODE.NO_SUCH_FILE;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return STATUS_CODE.PERMISSION_DENIED;
    default:
      return STATUS_CODE.FAILURE;
  }
}

function attributesOf(found: Stats): Attributes {
  return {
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    atime: Math.floor(found.atimeMs / 1000),
    mtime: Math.floor(found.mtimeMs / 1000),
  };
}

function flagsOf(flags: number): number {
  let system = 0;
  const reads = (flags & OPEN_MODE.READ) !== 0;
  const writes = (flags & (OPEN_MODE.WRITE | OPEN_MODE.APPEND)) !== 0;
  system |= reads && writes ? constants.O_RDWR : writes ? constants.O_WRONLY : constants.O_RDONLY;
  system |= (flags & OPEN_MODE.APPEND) !== 0 ? constants.O_APPEND : 0;
  system |= (flags & OPEN_MODE.CREAT) !== 0 ? constants.O_CREAT : 0;
  system |= (flags & OPEN_MODE.TRUNC) !== 0 ? constants.O_TRUNC : 0;
  system |= (flags & OPEN_MODE.EXCL) !== 0 ? constants.O_EXCL : 0;
  return system;
}

async function setAttributes(path: string, attributes: Attributes): Promise<void> {
  const given = attributes as Partial<Attributes>;
  if (given.size !== undefined) {
    await truncate(path, given.size);
  }
  if (given.mode !== undefined) {
    await chmod(path, given.mode & 0o7777);
  }
  if (given.atime !== undefined && given.mtime !== undefined) {
    await utimes(path, given.atime, given.mtime);
  }
}

type Open =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly path: string }
  | { readonly kind: 'folder'; readonly folder: Dir; readonly path: string };

/** The extensions of OpenSSH's server that this one knows, too. */
const extensions: readonly (readonly [string, string])[] = [
  ['posix-rename@openssh.com', '1'],
  ['fsync@openssh.com', '1'],
];

/** ssh2's server part tells the client of no extensions: the first packet, the version, is replaced by one that does. */
function tellExtensions(sftp: SFTPWrapper): void {
  const inner = sftp as unknown as {
    _protocol: { channelData: (channel: number, data: Buffer) => unknown };
  };
  const protocol = inner._protocol;
  const text = (value: string): Buffer => {
    const bytes = Buffer.alloc(4 + Buffer.byteLength(value));
    bytes.writeUInt32BE(Buffer.byteLength(value), 0);
    bytes.write(value, 4);
    return bytes;
  };
  const body = Buffer.concat([
    Buffer.from([2, 0, 0, 0, 3]),
    ...extensions.flatMap(([name, version]) => [text(name), text(version)]),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length, 0);
  const hooked = Object.create(protocol) as typeof protocol;
  hooked.channelData = (channel): unknown => {
    inner._protocol = protocol;
    return protocol.channelData(channel, Buffer.concat([size, body]));
  };
  inner._protocol = hooked;
}

function readTexts(data: Buffer, count: number): string[] {
  const found: string[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const length = data.readUInt32BE(at);
    found.push(data.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

/** Serves files on an SFTP channel: the machine's real files, with the account's real rights. */
export function serveSftp(sftp: SFTPWrapper, home: string, disk: Disk): void {
  tellExtensions(sftp);
  const handles = new Map<number, Open>();
  let counter = 0;
  const place = (path: string): string => (isAbsolute(path) ? path : resolve(home, path));
  const find = (handle: Buffer): Open => {
    const found = handles.get(handle.length === 4 ? handle.readUInt32BE(0) : -1);
    if (found === undefined) {
      throw Object.assign(new Error('bad handle'), { code: 'EBADF' });
    }
    return found;
  };
  const fileOf = (handle: Buffer): Extract<Open, { kind: 'file' }> => {
    const found = find(handle);
    if (found.kind !== 'file') {
      throw Object.assign(new Error('not a file'), { code: 'EISDIR' });
    }
    return found;
  };
  const hand = (open: Open): Buffer => {
    counter += 1;
    handles.set(counter, open);
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(counter, 0);
    return handle;
  };
  /** Answers with what the body sends, or with the status of its failure. */
  const answer = (id: number, body: () => Promise<void>): void => {
    body().catch((thrown: unknown) => {
      sftp.status(id, statusOf(thrown), thrown instanceof Error ? thrown.message : '');
    });
  };
  const done = (id: number, body: () => Promise<unknown>): void =>
    answer(id, async () => {
      await body();
      sftp.status(id, STATUS_CODE.OK);
    });

  sftp.on('OPEN', (id, path, flags, attributes) =>
    answer(id, async () => {
      const where = place(path);
      if ((flags & (OPEN_MODE.WRITE | OPEN_MODE.APPEND | OPEN_MODE.CREAT)) !== 0) {
        disk.allow(where, 0);
      }
      const mode = (attributes as Partial<Attributes>).mode ?? 0o666;
      const handle = await open(where, flagsOf(flags), mode & 0o7777);
      sftp.handle(id, hand({ kind: 'file', handle, path: where }));
    }),
  );
  sftp.on('READ', (id, handle, offset, length) =>
    answer(id, async () => {
      const bytes = Buffer.alloc(Math.min(length, 256 * 1024));
      const { bytesRead } = await fileOf(handle).handle.read(bytes, 0, bytes.length, offset);
      if (bytesRead === 0) {
        sftp.status(id, STATUS_CODE.EOF);
      } else {
        sftp.data(id, bytes.subarray(0, bytesRead));
      }
    }),
  );
  sftp.on('WRITE', (id, handle, offset, data) => {
    // The packet's buffer is used again by ssh2.
    const bytes = Buffer.from(data);
    done(id, async () => {
      const file = fileOf(handle);
      disk.allow(file.path, bytes.length);
      await file.handle.write(bytes, 0, bytes.length, offset);
    });
  });
  sftp.on('FSTAT', (id, handle) =>
    answer(id, async () => sftp.attrs(id, attributesOf(await fileOf(handle).handle.stat()))),
  );
  sftp.on('FSETSTAT', (id, handle, attributes) =>
    done(id, () => setAttributes(fileOf(handle).path, attributes)),
  );
  sftp.on('SETSTAT', (id, path, attributes) =>
    done(id, () => setAttributes(place(path), attributes)),
  );
  sftp.on('CLOSE', (id, handle) =>
    done(id, async () => {
      const found = find(handle);
      handles.delete(handle.readUInt32BE(0));
      await (found.kind === 'file' ? found.handle.close() : found.folder.close());
    }),
  );
  sftp.on('STAT', (id, path) =>
    answer(id, async () => sftp.attrs(id, attributesOf(await stat(place(path))))),
  );
  sftp.on('LSTAT', (id, path) =>
    answer(id, async () => sftp.attrs(id, attributesOf(await lstat(place(path))))),
  );
  sftp.on('OPENDIR', (id, path) =>
    answer(id, async () => {
      const folder = await opendir(place(path));
      sftp.handle(id, hand({ kind: 'folder', folder, path: place(path) }));
    }),
  );
  sftp.on('READDIR', (id, handle) =>
    answer(id, async () => {
      const found = find(handle);
      if (found.kind !== 'folder') {
        throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
      }
      const names = [];
      for (let entry = await found.folder.read(); entry !== null;) {
        const attributes = attributesOf(await lstat(join(found.path, entry.name)));
        names.push({ filename: entry.name, longname: entry.name, attrs: attributes });
        entry = names.length < 64 ? await found.folder.read() : null;
      }
      if (names.length === 0) {
        sftp.status(id, STATUS_CODE.EOF);
      } else {
        sftp.name(id, names);
      }
    }),
  );
  sftp.on('REMOVE', (id, path) => done(id, () => rm(place(path))));
  sftp.on('RMDIR', (id, path) => done(id, () => rmdir(place(path))));
  sftp.on('MKDIR', (id, path, attributes) =>
    done(id, async () => {
      disk.allow(place(path), 0);
      await mkdir(place(path), (attributes as Partial<Attributes>).mode ?? 0o777);
    }),
  );
  sftp.on('REALPATH', (id, path) =>
    answer(id, async () => {
      const where = place(path);
      const real = await realpath(where).catch(() => where);
      sftp.name(id, [{ filename: real, longname: real, attrs: {} as Attributes }]);
    }),
  );
  sftp.on('READLINK', (id, path) =>
    answer(id, async () => {
      const target = await readlink(place(path));
      sftp.name(id, [{ filename: target, longname: target, attrs: {} as Attributes }]);
    }),
  );
  // OpenSSH's server takes the two in this order, against the draft.
  sftp.on('SYMLINK', (id, target, path) => done(id, () => symlink(target, place(path))));
  sftp.on('RENAME', (id, from, to) =>
    done(id, async () => {
      // Version 3 of the protocol does not replace; the extension below does.
      if (
        await lstat(place(to)).then(
          () => true,
          () => false,
        )
      ) {
        throw Object.assign(new Error('exists'), { code: 'EEXIST' });
      }
      await rename(place(from), place(to));
    }),
  );
  sftp.on('EXTENDED', (id, name, data) => {
    done(id, async () => {
      if (name === 'posix-rename@openssh.com') {
        const [from = '', to = ''] = readTexts(data, 2);
        await rename(place(from), place(to));
      } else if (name === 'fsync@openssh.com') {
        const size = data.readUInt32BE(0);
        await fileOf(data.subarray(4, 4 + size)).handle.sync();
      } else {
        throw new Error('unsupported');
      }
    });
  });
  sftp.on('close', () => {
    for (const open of handles.values()) {
      void (open.kind === 'file' ? open.handle.close() : open.folder.close()).catch(
        () => undefined,
      );
    }
    handles.clear();
  });
}
