import type { Shell } from '../../hosts/shell.ts';
import { commandFailed } from '../errors.ts';

const folders = new WeakMap<Shell, Promise<string>>();

/**
 * The folder of the account on the host that holds the journal, the lock and the jobs:
 * `~/.opengauss-dual-cluster`, made with mode 0700 when it is missing.
 */
export function stateFolder(shell: Shell): Promise<string> {
  const known = folders.get(shell);
  if (known !== undefined) {
    return known;
  }
  const asked = ask(shell);
  folders.set(shell, asked);
  // A failure (no connection, full disk) may pass; ask again next time.
  asked.catch(() => folders.delete(shell));
  return asked;
}

async function ask(shell: Shell): Promise<string> {
  const answer = await shell.run(
    'umask 077; mkdir -p -- "$HOME/.opengauss-dual-cluster/jobs" && cd -P -- "$HOME/.opengauss-dual-cluster" && pwd',
  );
  if (answer.code !== 0 || answer.stdout.trim() === '') {
    throw commandFailed('mkdir', shell.host, answer.code, answer.stderr);
  }
  return answer.stdout.replace(/\n$/, '');
}
