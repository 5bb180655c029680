import { dirname } from 'node:path/posix';

import { isHostFailure } from '../../hosts/errors.ts';
import type { RemoteFile } from '../../hosts/shell.ts';
import type { StepContext } from '../types.ts';
import { makeParents } from './folders.ts';

/** Reads a file as text; undefined when it is not there. */
export async function readText(
  context: StepContext,
  host: string,
  path: string,
): Promise<{ readonly text: string; readonly file: RemoteFile } | undefined> {
  const shell = await context.shell(host);
  try {
    const file = await shell.readFile(path, { signal: context.signal });
    return { text: Buffer.from(file.content).toString('utf8'), file };
  } catch (thrown) {
    if (isHostFailure(thrown, 'file-not-found')) {
      return undefined;
    }
    throw thrown;
  }
}

/** Replaces a file that was there before us, as it is by now; the former one stays beside it as a backup. */
export async function replaceText(
  context: StepContext,
  host: string,
  path: string,
  content: string,
): Promise<void> {
  const current = await readText(context, host, path);
  const shell = await context.shell(host);
  await shell.writeFile(path, content, {
    expected: current?.file.version ?? null,
    signal: context.signal,
  });
}

/** Writes a file that is ours, or shared; a new one is in the journal before it exists. */
export async function writeText(
  context: StepContext,
  host: string,
  path: string,
  content: string,
  options: { readonly mode?: number; readonly backup?: boolean } = {},
): Promise<void> {
  const current = await readText(context, host, path);
  if (current === undefined) {
    await makeParents(context, host, dirname(path));
    await context.recordCreated({ host, kind: 'file', path });
  }
  const shell = await context.shell(host);
  await shell.writeFile(path, content, {
    expected: current?.file.version ?? null,
    mode: options.mode ?? 0o600,
    backup: options.backup ?? false,
    signal: context.signal,
  });
}
