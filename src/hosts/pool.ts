import type { HostSpec } from '../topology/types.ts';
import { resolveHost } from './ssh-config/resolve.ts';
import { cancelled, closed, isHostFailure, noTerminal, untrusted } from './errors.ts';
import { HostKeys } from './known-hosts/store.ts';
import { createLocalShell } from './local.ts';
import { MachineShell } from './machine-shell.ts';
import { isThisMachine } from './machine.ts';
import type { HostPrompts } from './prompts.ts';
import type { Shell } from './shell.ts';
import { Slots } from './slots.ts';
import type { Attempt } from './ssh/connect.ts';
import type { SshConnection } from './ssh/connection.ts';
import { OpenedKeys } from './ssh/key-ring.ts';
import { Links } from './ssh/links.ts';
import { Passwords } from './ssh/secrets.ts';
import type { HostTerminal, TerminalOptions, TerminalPool } from './terminal.ts';
import { Turns } from './turns.ts';

export interface HostPoolOptions {
  /** `hosts` of the topology; a host that is not listed is an alias of ssh_config, `local` is this machine. */
  readonly hosts: Readonly<Record<string, HostSpec>>;
  /** Other files than ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly sshConfigFiles?: readonly string[];
  readonly prompts: HostPrompts;
  /** While it is false nothing is contacted and nothing runs, whoever asks. */
  readonly trusted: boolean | (() => boolean);
  readonly log: (text: string) => void;
  /** Take a host that turns out to be the machine this runs on as `local`; on in remote extension hosts. */
  readonly recogniseThisMachine?: boolean;
  /** Milliseconds of the first pause after a failure and of the longest. */
  readonly pauses?: { readonly first: number; readonly longest: number };
  /** Milliseconds for one answer of a server while it lets us in. */
  readonly answerLimit?: number;
}

/** Hosts that let us in at a time: each keeps the processor busy for some milliseconds. */
const mostHandshakes = 3;
const usualAnswerLimit = 30_000;
const usualPauses = { first: 1000, longest: 30_000 };

/** Failures that only a person can mend: they stay until he asks again, since trying again could lock an account. */
const untilAsked = [
  'authentication-failed',
  'authentication-cancelled',
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
] as const;

interface Machine {
  readonly shell: MachineShell;
  /** Absent for the local machine. */
  readonly connection: SshConnection | undefined;
}

interface Entry {
  attempt: Promise<Machine> | undefined;
  abort: AbortController;
  waiting: number;
  machine: Machine | undefined;
  failures: number;
  /** The last failure, and until when it is told instead of trying again. */
  failure: { readonly thrown: unknown; readonly until: number } | undefined;
}

/** Connects to hosts on first use and keeps one connection for each. */
export function createHostPool(options: HostPoolOptions): TerminalPool {
  return new Pool(options);
}

class Pool implements TerminalPool {
  private readonly options: HostPoolOptions;
  private readonly entries = new Map<string, Entry>();
  private readonly links: Links;
  private readonly passwords: Passwords;
  private readonly turns = new Turns();
  private isClosed = false;

  constructor(options: HostPoolOptions) {
    this.options = options;
    const { prompts, log } = options;
    this.passwords = new Passwords(prompts);
    this.links = new Links({
      hostKeys: new HostKeys(prompts),
      passwords: this.passwords,
      openedKeys: new OpenedKeys(prompts),
      prompts,
      handshakes: new Slots(mostHandshakes),
      turns: this.turns,
      answerLimit: options.answerLimit ?? usualAnswerLimit,
      log,
      resolve: { files: options.sshConfigFiles, askProgram: true, log },
    });
  }

  async shell(host: string, options: { readonly signal?: AbortSignal } = {}): Promise<Shell> {
    return (await this.machine(host, options.signal)).shell;
  }

  async openTerminal(
    host: string,
    command: string,
    options: TerminalOptions,
  ): Promise<HostTerminal> {
    const { connection } = await this.machine(host, options.signal);
    if (connection === undefined) {
      throw noTerminal(host);
    }
    return connection.openTerminal(command, options);
  }

  allowAgain(host?: string): void {
    this.passwords.allowAgain();
    for (const [name, entry] of this.entries) {
      if (host === undefined || host === name) {
        entry.failure = undefined;
        entry.failures = 0;
      }
    }
  }

  private async machine(host: string, signal: AbortSignal | undefined): Promise<Machine> {
    this.refuse(host);
    if (signal?.aborted) {
      throw cancelled(host);
    }
    const entry = this.entry(host);
    if (entry.machine !== undefined) {
      return entry.machine;
    }
    if (entry.failure !== undefined && Date.now() < entry.failure.until) {
      throw entry.failure.thrown;
    }
    if (entry.attempt === undefined) {
      const attempt = this.attempt(host, entry).finally(() => {
        if (entry.attempt === attempt) {
          entry.attempt = undefined;
        }
      });
      entry.attempt = attempt;
    }
    return this.wait(host, entry, entry.attempt, signal);
  }

  state(host: string): 'idle' | 'connecting' | 'connected' | 'failed' {
    const entry = this.entries.get(host);
    if (entry?.machine !== undefined) {
      return 'connected';
    }
    if (entry?.attempt !== undefined) {
      return 'connecting';
    }
    return entry?.failure === undefined ? 'idle' : 'failed';
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const entries = [...this.entries.values()];
    this.entries.clear();
    await Promise.all(
      entries.map(async (entry) => {
        entry.abort.abort();
        const machine = entry.machine ?? (await entry.attempt?.catch(() => undefined));
        await this.turns.next();
        await machine?.shell.close();
      }),
    );
    await this.links.close();
  }

  private refuse(host: string): void {
    const { trusted } = this.options;
    if (!(typeof trusted === 'function' ? trusted() : trusted)) {
      throw untrusted(host);
    }
    if (this.isClosed) {
      throw closed(host);
    }
  }

  private entry(host: string): Entry {
    let entry = this.entries.get(host);
    if (entry === undefined) {
      entry = {
        attempt: undefined,
        abort: new AbortController(),
        waiting: 0,
        machine: undefined,
        failures: 0,
        failure: undefined,
      };
      this.entries.set(host, entry);
    }
    return entry;
  }

  /** One attempt, whoever waits for it. */
  private async attempt(host: string, entry: Entry): Promise<Machine> {
    entry.abort = new AbortController();
    const { signal } = entry.abort;
    try {
      const machine = await this.reach(host, { signal, begun: this.passwords.now() });
      if (this.isClosed) {
        await machine.shell.close();
        throw closed(host);
      }
      if (signal.aborted) {
        // Nobody waits for this one any more; the connection itself serves whoever is next.
        await machine.shell.close();
        throw cancelled(host);
      }
      entry.machine = machine;
      entry.failures = 0;
      entry.failure = undefined;
      void machine.connection?.closed.then(() => {
        if (entry.machine === machine) {
          entry.machine = undefined;
        }
        this.options.log(`The connection to "${host}" has ended.`);
      });
      return machine;
    } catch (thrown) {
      if (!isHostFailure(thrown, 'cancelled', 'closed')) {
        entry.failure = { thrown, until: Date.now() + this.pause(thrown, entry.failures++) };
        this.options.log(`"${host}" was not reached: ${String(thrown)}`);
      }
      throw thrown;
    }
  }

  private async reach(host: string, attempt: Attempt): Promise<Machine> {
    const local = (): Machine => ({
      shell: createLocalShell(host, () => this.refuse(host)),
      connection: undefined,
    });
    if (host === 'local') {
      return local();
    }
    const { hosts, recogniseThisMachine } = this.options;
    const settings = await resolveHost(host, Object.hasOwn(hosts, host) ? hosts[host] : undefined, {
      files: this.options.sshConfigFiles,
      askProgram: true,
      log: this.options.log,
      signal: attempt.signal,
    });
    if (recogniseThisMachine === true && isThisMachine(settings)) {
      return local();
    }
    const connection = await this.links.connect(settings, attempt);
    return {
      shell: new MachineShell({
        host,
        open: async (line) => connection.open(line),
        allowed: () => this.refuse(host),
        suspect: () => connection.suspect(),
        transfer: connection.transfer,
      }),
      connection,
    };
  }

  /** Doubles with each failure; jitter keeps many hosts from coming back at the same moment. */
  private pause(thrown: unknown, failures: number): number {
    if (isHostFailure(thrown, ...untilAsked)) {
      return Number.POSITIVE_INFINITY;
    }
    const { first, longest } = this.options.pauses ?? usualPauses;
    return Math.min(longest, first * 2 ** failures) * (0.7 + 0.6 * Math.random());
  }

  /** The attempt is shared; who cancels only stops waiting, and the last one who does ends it. */
  private async wait(
    host: string,
    entry: Entry,
    attempt: Promise<Machine>,
    signal: AbortSignal | undefined,
  ): Promise<Machine> {
    entry.waiting++;
    let abort: (() => void) | undefined;
    try {
      return await new Promise<Machine>((resolve, reject) => {
        abort = () => reject(cancelled(host));
        signal?.addEventListener('abort', abort, { once: true });
        attempt.then(resolve, reject);
      });
    } finally {
      entry.waiting--;
      if (abort !== undefined) {
        signal?.removeEventListener('abort', abort);
      }
      if (entry.waiting === 0 && entry.attempt === attempt) {
        // Whoever comes next begins anew and is not told of a cancel that was somebody else's.
        entry.attempt = undefined;
        entry.abort.abort();
      }
    }
  }
}
