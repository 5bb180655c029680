import { command } from '../../hosts/quote.ts';
import type { Shell } from '../../hosts/shell.ts';

/**
 * Follows a file on a host from its last lines on, also when it is replaced by a new one of the same name. Resolves when
 * the signal is aborted; rejects when the connection is lost or the file cannot be read.
 */
export async function followLog(
  shell: Shell,
  path: string,
  options: {
    readonly lines: number;
    readonly signal: AbortSignal;
    readonly onText: (text: string) => void;
  },
): Promise<void> {
  let errors = '';
  try {
    await shell.follow(command('tail', '-n', String(options.lines), '-F', '--', path), {
      signal: options.signal,
      onStdout: options.onText,
      onStderr: (text) => {
        errors = (errors + text).slice(-2000);
      },
    });
  } catch (thrown) {
    if (!options.signal.aborted) {
      throw thrown;
    }
  }
  if (!options.signal.aborted && errors !== '') {
    throw new Error(errors.trim());
  }
}

/** The last lines of a file; empty when it cannot be read. */
export async function lastLines(
  shell: Shell,
  path: string,
  lines: number,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await shell.run(command('tail', '-n', String(lines), '--', path), {
    timeout: 15_000,
    ...(signal === undefined ? {} : { signal }),
  });
  return answer.code === 0 ? answer.stdout : '';
}
