import { execFile } from 'node:child_process';
import { operand } from '../quote.ts';
import { emptyOptions, type RawOptions } from './read.ts';

/**
 * What `ssh -G` says of a host: how the user's own ssh reads its files, `Match exec` included, which runs a command
 * on this machine. To be asked in a trusted workspace only. `undefined` when there is no such program or it fails.
 */
export async function askSsh(
  host: string,
  options: readonly string[],
  signal: AbortSignal | undefined,
): Promise<RawOptions | undefined> {
  const output = await new Promise<string | undefined>((resolve) => {
    execFile(
      'ssh',
      ['-G', ...options, '--', operand(host)],
      { timeout: 10_000, windowsHide: true, ...(signal === undefined ? {} : { signal }) },
      (error, stdout) => resolve(error === null ? stdout : undefined),
    );
  });
  return output === undefined ? undefined : parseSshOutput(output);
}

/** The lines of `ssh -G`: keyword and value, already resolved. */
export function parseSshOutput(output: string): RawOptions {
  const options = emptyOptions();
  for (const line of output.split('\n')) {
    const at = line.indexOf(' ');
    if (at > 0) {
      const keyword = line.slice(0, at);
      const value = line.slice(at + 1);
      if (keyword === 'identityfile') {
        options.identityFiles.push(value);
      } else {
        options.values.set(
          keyword,
          keyword.endsWith('knownhostsfile') ? value.split(' ') : [value],
        );
      }
    }
  }
  return options;
}
