import { spawn, type ChildProcess } from 'node:child_process';
import { homedir } from 'node:os';
import type { Channel, Transport } from './channel.ts';
import { exitCode } from './channel.ts';
import { noShell } from './errors.ts';
import { MachineShell } from './machine-shell.ts';

/** Starts commands as child processes of this one, by `/bin/sh`, in the home folder, as ssh would. */
class LocalTransport implements Transport {
  readonly host: string;
  readonly allowed: () => void;

  constructor(host: string, allowed: () => void) {
    this.host = host;
    this.allowed = allowed;
  }

  async open(line: string): Promise<Channel> {
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: homedir(),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that a Ctrl-C in the terminal of a CLI run ends commands through us, in order.
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(noShell(this.host, error.message, error)));
    });
    return channelOf(child);
  }
}

function channelOf(child: ChildProcess & { stdin: unknown }): Channel {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) {
    throw new Error('A child process was started without its pipes.');
  }
  stdin.on('error', () => undefined);
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('exit', (code, signal) => resolve(exitCode(code, signal)));
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    stdin,
    stdout,
    stderr,
    ended,
    closed,
    destroy: () => {
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
    },
  };
}

/**
 * The machine that this code runs on, behaving as one that is reached by SSH. `allowed` is asked before a command
 * starts; it throws when nothing may run.
 */
export function createLocalShell(
  host = 'local',
  allowed: () => void = () => undefined,
): MachineShell {
  return new MachineShell(new LocalTransport(host, allowed));
}
