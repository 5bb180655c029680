import { resolve, sep } from 'node:path';

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What keeps a machine's files from being written through SFTP. */
export class LabDisk {
  private readonly home: string;
  private full = false;
  private readonly readOnly = new Set<string>();

  constructor(home: string) {
    this.home = home;
  }

  /** Whether not a byte is left. */
  setFull(full: boolean): void {
    this.full = full;
  }

  get isFull(): boolean {
    return this.full;
  }

  /** Refuses writes below a folder, or lets them again. */
  setReadOnly(folder: string, readOnly: boolean): void {
    const place = resolve(this.home, folder);
    if (readOnly) {
      this.readOnly.add(place);
    } else {
      this.readOnly.delete(place);
    }
  }

  allow(path: string, bytes: number): void {
    if (this.full && bytes > 0) {
      throw failure('ENOSPC', 'No space left on device');
    }
    for (const folder of this.readOnly) {
      if (path === folder || path.startsWith(folder + sep)) {
        throw failure('EROFS', 'Read-only file system');
      }
    }
  }
}
