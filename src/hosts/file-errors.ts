import { t } from '../base/l10n.ts';
import { failure, type HostFailure } from './errors.ts';

export function fileNotFound(host: string, file: string): HostFailure {
  return failure('file-not-found', t('There is no file {1} on "{0}".', host, file), { host, file });
}

export function fileTooLarge(host: string, file: string, size: number, limit: number): HostFailure {
  return failure(
    'file-too-large',
    t('{1} on "{0}" has {2} bytes; at most {3} are read.', host, file, size, limit),
    { host, file },
  );
}

export function fileRead(host: string, file: string, said: string): HostFailure {
  return failure('file-read', t('{1} on "{0}" could not be read: {2}', host, file, said), {
    host,
    file,
  });
}

export function permissionDenied(host: string, file: string, said: string): HostFailure {
  return failure(
    'permission-denied',
    t('{1} on "{0}" may not be read or changed: {2}', host, file, said),
    { host, file },
    t('Check owner and mode of the file and of its folder, and the user that connects.'),
  );
}

export function diskFull(host: string, file: string, said: string): HostFailure {
  return failure(
    'disk-full',
    t('{1} on "{0}" was not changed, because there is no space left: {2}', host, file, said),
    { host, file },
    t('Make room on that file system, then save again. The old content is still there.'),
  );
}

export function fileWrite(host: string, file: string, said: string): HostFailure {
  return failure('file-write', t('{1} on "{0}" was not changed: {2}', host, file, said), {
    host,
    file,
  });
}
