import type { HostPool } from './shell.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalOptions {
  readonly size: TerminalSize;
  /** Output as it comes, decoded as UTF-8. */
  readonly onData: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** A command that runs on a terminal of its host. */
export interface HostTerminal {
  write(text: string): void;
  resize(size: TerminalSize): void;
  /** Lets go of it, as closing the window of a terminal does. */
  close(): void;
  /** Resolves with the exit code; undefined when the connection was lost. */
  readonly ended: Promise<number | undefined>;
}

/** A pool that can also open terminals on the hosts that it reaches by SSH. */
export interface TerminalPool extends HostPool {
  /**
   * Runs a command line of `sh` on a terminal, because a person asked for it. Rejects when the host cannot be reached, and
   * with `no-terminal` when the host is the machine that this code runs on, whose terminals are the editor's own.
   */
  openTerminal(host: string, command: string, options: TerminalOptions): Promise<HostTerminal>;
  /**
   * A person wants to try again: what was refused may be asked once more, and pauses after failures are over. For one
   * host or for all.
   */
  allowAgain(host?: string): void;
}
