import { dirname } from 'node:path/posix';

import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { foreignPath } from '../errors.ts';
import type { CreatedItem, StepContext } from '../types.ts';
import { mustRun, runOn } from './command.ts';

/** What stands in the place of a folder that a plan wants to have. */
export type FolderState =
  | { readonly kind: 'absent' }
  /** Made by this deployment; `empty` tells whether something is in it. */
  | { readonly kind: 'ours'; readonly empty: boolean }
  /** There before, empty and of the user of the database: it may be used, but never removed. */
  | { readonly kind: 'lent' }
  | { readonly kind: 'foreign'; readonly what: string };

interface Seen {
  readonly kind: 'absent' | 'folder' | 'other';
  readonly identity: string;
  readonly owner: string;
  readonly mine: boolean;
  readonly entries: number;
}

async function look(context: StepContext, host: string, path: string): Promise<Seen> {
  const p = quote(path);
  const answer = await runOn(
    context,
    host,
    `if test -O ${p}; then M=mine; else M=theirs; fi; if test -d ${p}; then echo "folder $(stat -L -c '%d:%i %U' -- ${p}) $M $(ls -A -- ${p} 2>/dev/null | wc -l)"; elif test -e ${p} || test -L ${p}; then echo "other $(stat -c '%d:%i %U' -- ${p}) $M 0"; else echo absent; fi`,
    { quiet: true },
  );
  const [kind = '', identity = '', owner = '', whose = '', entries = '0'] = answer.stdout
    .trim()
    .split(' ');
  return {
    kind: kind === 'folder' || kind === 'other' ? kind : 'absent',
    identity,
    owner,
    mine: whose === 'mine',
    entries: Number(entries),
  };
}

function isOurs(item: CreatedItem | undefined, seen: Seen): boolean {
  return (
    item !== undefined &&
    // Without an identity the crash came between making it and noting it down: then nothing can be in it.
    (item.identity === undefined ? seen.entries === 0 : item.identity === seen.identity)
  );
}

/** Looks at the place of a folder and at the journals. */
export async function folderState(
  context: StepContext,
  host: string,
  path: string,
): Promise<FolderState> {
  const seen = await look(context, host, path);
  if (seen.kind === 'absent') {
    return { kind: 'absent' };
  }
  if (seen.kind === 'other') {
    return { kind: 'foreign', what: t('a file') };
  }
  if (isOurs(await context.created(host, path), seen)) {
    return { kind: 'ours', empty: seen.entries === 0 };
  }
  if (!seen.mine) {
    return { kind: 'foreign', what: t('a folder of the user {0}', seen.owner) };
  }
  return seen.entries === 0
    ? { kind: 'lent' }
    : { kind: 'foreign', what: t('a folder with {0} entries', seen.entries) };
}

/** Makes a folder with mode 0700, and those on the way to it. Each is in the journal before it exists. */
export async function makeFolder(context: StepContext, host: string, path: string): Promise<void> {
  const state = await folderState(context, host, path);
  switch (state.kind) {
    case 'ours': {
      const item = await context.created(host, path);
      if (item?.identity === undefined) {
        // Made just before a crash: it is known by its emptiness only, so its identity is noted before it is filled.
        const { identity } = await look(context, host, path);
        await context.recordCreated({ host, kind: item?.kind ?? 'directory', path, identity });
      }
      return;
    }
    case 'foreign':
      throw foreignPath(host, path, state.what);
    case 'lent': {
      const seen = await look(context, host, path);
      await context.recordCreated({ host, kind: 'content', path, identity: seen.identity });
      return;
    }
    case 'absent':
      await makeParents(context, host, dirname(path));
      await makeOne(context, host, path, 'directory');
  }
}

/** Makes the folders on the way to a file, where they are missing. Those that are there are left as they are. */
export async function makeParents(context: StepContext, host: string, path: string): Promise<void> {
  const seen = await look(context, host, path);
  if (seen.kind === 'other') {
    throw foreignPath(host, path, t('a file'));
  }
  if (seen.kind === 'absent' && path !== '/' && path !== '.') {
    await makeParents(context, host, dirname(path));
    await makeOne(context, host, path, 'parent');
  }
}

async function makeOne(
  context: StepContext,
  host: string,
  path: string,
  kind: 'directory' | 'parent',
): Promise<void> {
  await context.recordCreated({ host, kind, path });
  await mustRun(context, host, 'mkdir', `mkdir -m 700 -- ${quote(path)}`);
  const seen = await look(context, host, path);
  await context.recordCreated({ host, kind, path, identity: seen.identity });
}

/** Removes what is in a folder of ours. Refuses when it is not ours any more. */
export async function emptyFolder(context: StepContext, host: string, path: string): Promise<void> {
  const state = await folderState(context, host, path);
  if (state.kind === 'foreign') {
    throw foreignPath(host, path, state.what);
  }
  if (state.kind === 'ours' && !state.empty) {
    await mustRun(context, host, 'find', `find ${quote(path)} -mindepth 1 -delete`);
  }
}

/** Whether a file is there and was made by this deployment. */
export async function fileState(
  context: StepContext,
  host: string,
  path: string,
): Promise<'absent' | 'ours' | 'foreign'> {
  const seen = await look(context, host, path);
  if (seen.kind === 'absent') {
    return 'absent';
  }
  const item = await context.created(host, path);
  return seen.kind === 'other' &&
    item !== undefined &&
    (item.identity === undefined || item.identity === seen.identity)
    ? 'ours'
    : 'foreign';
}

/** Whether a created thing is there and still is the one that was created, by its identity. */
export async function isStill(context: StepContext, item: CreatedItem): Promise<boolean> {
  const seen = await look(context, item.host, item.path);
  if (seen.kind === 'absent' || (item.identity !== undefined && item.identity !== seen.identity)) {
    return false;
  }
  switch (item.kind) {
    case 'file':
      return seen.kind === 'other';
    case 'parent':
      return seen.kind === 'folder' && seen.entries === 0;
    case 'content':
      return seen.kind === 'folder' && seen.entries > 0;
    case 'directory':
      return seen.kind === 'folder' && (item.identity !== undefined || seen.entries === 0);
  }
}

/** Removes one created thing, if it still is what was created. Answers what was done, for people. */
export async function removeCreated(context: StepContext, item: CreatedItem): Promise<string> {
  const { host, path } = item;
  const p = quote(path);
  const seen = await look(context, host, path);
  if (seen.kind === 'absent') {
    await context.recordRemoved(item);
    return t('{0} is gone already', path);
  }
  if (item.identity !== undefined && item.identity !== seen.identity) {
    return t('{0} is another one than the plan created; it is left as it is', path);
  }
  if (item.kind === 'parent') {
    const answer = await runOn(context, host, `rmdir -- ${p}`);
    if (answer.code !== 0) {
      return t('{0} is not empty; it is left as it is', path);
    }
  } else if (item.kind === 'directory') {
    if (item.identity === undefined && seen.entries > 0) {
      return t('{0} is not surely ours; it is left as it is', path);
    }
    await mustRun(context, host, 'rm', `rm -rf -- ${p}`);
  } else if (item.kind === 'content') {
    await mustRun(context, host, 'find', `find ${p} -mindepth 1 -delete`);
  } else {
    await mustRun(context, host, 'rm', `rm -f -- ${p}`);
  }
  await context.recordRemoved(item);
  return t('{0} removed', path);
}
