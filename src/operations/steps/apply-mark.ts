/**
 * What is being done to a node's file, on the node's host while it is done. Between its stop and its start a node is down
 * because of us: whoever applies the same file after a crash of the editor finds that here, and the former file with it.
 */
import { quote } from '../../hosts/quote.ts';
import type { Shell } from '../../hosts/shell.ts';
import { isHostFailure } from '../../hosts/errors.ts';
import { runOn } from '../host/command.ts';
import { stateFolder, statePath } from '../host/state-folder.ts';
import type { StepContext } from '../types.ts';

/** The file that is meant: of which deployment, node and name. */
export interface MarkedFile {
  readonly scope: string;
  readonly nodeId: string;
  readonly name: string;
}

export interface ApplyMark {
  readonly before: string;
  readonly after: string;
  /** The server's process when it began; another one means that it has been started since. */
  readonly pid: number;
}

function nameOf(file: MarkedFile): string {
  return `applying-${file.scope}-${encodeURIComponent(file.nodeId)}-${file.name}.json`;
}

/** The mark of a file; undefined when nothing was interrupted. */
export async function readMark(
  shell: Shell,
  file: MarkedFile,
  signal?: AbortSignal,
): Promise<ApplyMark | undefined> {
  const path = `${await statePath(shell)}/${nameOf(file)}`;
  try {
    const { content } = await shell.readFile(path, signal === undefined ? {} : { signal });
    const value: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
    return isMark(value) ? value : undefined;
  } catch (thrown) {
    if (isHostFailure(thrown, 'file-not-found') || thrown instanceof SyntaxError) {
      return undefined;
    }
    throw thrown;
  }
}

function isMark(value: unknown): value is ApplyMark {
  return (
    typeof value === 'object' &&
    value !== null &&
    'before' in value &&
    typeof value.before === 'string' &&
    'after' in value &&
    typeof value.after === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number'
  );
}

/** Sets the mark, on disk before anything is done; a former one is replaced. */
export async function setMark(
  context: StepContext,
  host: string,
  file: MarkedFile,
  mark: ApplyMark,
): Promise<void> {
  const shell = await context.shell(host);
  const path = `${await stateFolder(shell)}/${nameOf(file)}`;
  await clearMark(context, host, file);
  await shell.writeFile(path, `${JSON.stringify(mark)}\n`, {
    expected: null,
    mode: 0o600,
    signal: context.signal,
  });
}

/** Takes the mark away: the node is as it should be again. */
export async function clearMark(
  context: StepContext,
  host: string,
  file: MarkedFile,
): Promise<void> {
  const shell = await context.shell(host);
  const path = `${await statePath(shell)}/${nameOf(file)}`;
  await runOn(context, host, `rm -f -- ${quote(path)}`, { quiet: true });
}
