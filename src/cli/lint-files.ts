/** Finds the files to lint and says what each is. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { fileNotRead } from './errors.ts';
import { t } from '../base/l10n.ts';
import { fileKindOf } from '../config/files/kinds.ts';
import type { FileKind } from '../config/files/kinds.ts';

/** What a file is, by its name. A name that says nothing is taken for a postgresql.conf. */
export type LintKind = FileKind | 'topology';

export interface SourceFile {
  /** As it was named, or as it was found below a folder that was named. */
  readonly file: string;
  readonly kind: LintKind;
  readonly text: string;
}

/** A file that cannot be read. */
export interface Unreadable {
  readonly file: string;
  readonly reason: string;
}

/** What a name says a file is; undefined when it says nothing. */
export function lintKindOf(path: string): LintKind | undefined {
  const name = basename(path);
  if (/^opengauss.*\.ya?ml$/i.test(name)) {
    return 'topology';
  }
  return fileKindOf(path);
}

/** UTF-8 with a byte order mark kept: the server stumbles over one. Other bytes become letters, as they are to the server. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

const skipped = new Set(['node_modules', '.git', '.svn', 'dist', 'out']);

async function* walk(folder: string, cwd: string): AsyncGenerator<string> {
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) {
      yield* walk(path, cwd);
    } else if (entry.isFile() && lintKindOf(path) !== undefined) {
      yield path;
    }
  }
}

async function readSource(
  file: string,
  kind: LintKind,
  cwd: string,
): Promise<SourceFile | Unreadable> {
  try {
    return { file, kind, text: decode(await readFile(resolve(cwd, file))) };
  } catch (thrown) {
    return { file, reason: messageOf(fileNotRead(file, thrown)) };
  }
}

/** The files of the paths: a file is read whatever its name, a folder gives the files below it that have a known name. */
export async function collect(
  paths: readonly string[],
  cwd: string,
): Promise<readonly (SourceFile | Unreadable)[]> {
  const found: (SourceFile | Unreadable)[] = [];
  for (const path of paths) {
    try {
      const about = await stat(resolve(cwd, path));
      if (!about.isDirectory()) {
        found.push(await readSource(path, lintKindOf(path) ?? 'postgresql-conf', cwd));
        continue;
      }
      const before = found.length;
      for await (const file of walk(path, cwd)) {
        found.push(await readSource(file, lintKindOf(file) ?? 'postgresql-conf', cwd));
      }
      if (found.length === before) {
        found.push({ file: path, reason: t('There is no configuration file in {0}.', path) });
      }
    } catch (thrown) {
      found.push({ file: path, reason: messageOf(fileNotRead(path, thrown)) });
    }
  }
  return found;
}
