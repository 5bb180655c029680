import type { Shell } from '../../hosts/shell.ts';
import { commandFailed } from '../errors.ts';

const name = '.opengauss-dual-cluster';

/** Asks once for each shell; a failure (no connection, full disk) may pass and is not kept. */
class Asked {
  private readonly answers = new WeakMap<Shell, Promise<string>>();
  private readonly command: string;

  constructor(command: string) {
    this.command = command;
  }

  of(shell: Shell): Promise<string> {
    const known = this.answers.get(shell);
    if (known !== undefined) {
      return known;
    }
    const asked = this.ask(shell);
    this.answers.set(shell, asked);
    asked.catch(() => this.answers.delete(shell));
    return asked;
  }

  private async ask(shell: Shell): Promise<string> {
    const answer = await shell.run(this.command);
    if (answer.code !== 0 || answer.stdout.trim() === '') {
      throw commandFailed('mkdir', shell.host, answer.code, answer.stderr);
    }
    return `${answer.stdout.replace(/\n$/, '').replace(/\/$/, '')}/${name}`;
  }
}

const looking = new Asked('cd -P -- "$HOME" && pwd');
const making = new Asked(`umask 077; mkdir -p -- "$HOME/${name}/jobs" && cd -P -- "$HOME" && pwd`);

/**
 * The folder of the account on the host that holds the journal, the lock and the jobs:
 * `~/.opengauss-dual-cluster`, made with mode 0700 when it is missing.
 */
export function stateFolder(shell: Shell): Promise<string> {
  return making.of(shell);
}

/** The same folder for whoever only looks: it is not made, and may be missing. */
export function statePath(shell: Shell): Promise<string> {
  return looking.of(shell);
}
