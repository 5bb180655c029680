import type { AnyAuthMethod, Prompt } from 'ssh2';
import type * as Ssh2Module from '../lazy/ssh2.ts';
import type { SshSettings } from '../ssh-config/settings.ts';
import { authenticationCancelled, authenticationFailed, type HostFailure } from '../errors.ts';
import type { Account, HostPrompts } from '../prompts.ts';
import { asAgent, collectIdentities, type OpenedKeys } from './key-ring.ts';
import type { Turns } from '../turns.ts';
import type { Outcome, Passwords } from './secrets.ts';

type Ssh2 = typeof Ssh2Module;
/** Hands ssh2 the next method; `false`: there is none. */
type Next = (method: AnyAuthMethod | false) => void;

export interface AuthenticationOptions {
  readonly ssh2: Ssh2;
  readonly settings: SshSettings;
  readonly prompts: HostPrompts;
  readonly passwords: Passwords;
  /** When the attempt began, as {@link Passwords.now} counts. */
  readonly begun: number;
  readonly openedKeys: OpenedKeys;
  readonly turns: Turns;
  /** Aborted when the connection is given up. */
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
  /** Called around questions to the person, so that no time limit runs meanwhile. */
  readonly asking: (now: boolean) => void;
  /** Called around signatures of the agent. */
  readonly agentSigns: (now: boolean) => void;
  /** Ends the attempt for this reason. */
  readonly giveUp: (failure: HostFailure) => void;
}

/** Proves to one server who the user is: first keys, then what has to be asked for, in the order of the configuration. */
export class Authentication {
  /** The methods that were tried and those that the server named, for the message when all failed. */
  readonly tried: string[] = [];
  offered: readonly string[] = [];
  private readonly options: AuthenticationOptions;
  private hostKey = '';
  private waiting: ((outcome: Outcome) => void) | undefined;
  private readonly used = new Set<string>();
  /** Something the person typed was refused: nothing more is asked for in this attempt. */
  private refused = false;

  constructor(options: AuthenticationOptions) {
    this.options = options;
  }

  /** The fingerprint of the server's verified key; secrets are bound to it. */
  verified(hostKey: string): void {
    this.hostKey = hostKey;
  }

  /** ssh2 calls this for the first method and after each that did not lead in. */
  readonly handler = (
    left: readonly string[] | null,
    partial: boolean | null,
    next: Next,
  ): void => {
    this.settle(partial === true ? 'accepted' : 'refused');
    if (left !== null && left.length > 0) {
      this.offered = left;
    }
    this.choose(left, next).catch((thrown: unknown) => {
      const { name, user } = this.options.settings;
      this.options.giveUp(authenticationFailed(name, user, this.tried, this.offered, thrown));
    });
  };

  /** The server let us in. */
  accepted(): void {
    this.settle('accepted');
  }

  /** The connection ended first. */
  ended(): void {
    this.settle('not tried');
  }

  private settle(outcome: Outcome): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.(outcome);
  }

  private async choose(left: readonly string[] | null, next: Next): Promise<void> {
    const { settings } = this.options;
    for (const method of settings.preferredAuthentications) {
      if (this.used.has(method) || (left !== null && !left.includes(method))) {
        continue;
      }
      if (method === 'publickey' && settings.pubkeyAuthentication) {
        this.used.add(method);
        const agent = await this.keys();
        if (agent !== undefined) {
          this.try(next, method, agent);
          return;
        }
      } else if (left !== null && !this.refused) {
        if (method === 'keyboard-interactive' && settings.kbdInteractiveAuthentication) {
          this.used.add(method);
          this.try(next, method, {
            type: method,
            username: settings.user,
            prompt: (name, instructions, _language, questions, finish) => {
              void this.answer(name, instructions, questions, finish);
            },
          });
          return;
        }
        if (method === 'password' && settings.passwordAuthentication) {
          this.used.add(method);
          await this.password(next);
          return;
        }
      }
    }
    if (left === null) {
      // Only asks the server which methods it has.
      next({ type: 'none', username: settings.user });
    } else {
      next(false);
    }
  }

  private try(next: Next, name: string, method: AnyAuthMethod): void {
    this.tried.push(name);
    next(method);
  }

  private async keys(): Promise<AnyAuthMethod | undefined> {
    const { ssh2, settings, openedKeys, turns, signal, log, agentSigns } = this.options;
    const identities = await collectIdentities(ssh2, settings, {
      log,
      agentSigns,
      open: async (file, content) =>
        this.ask(async () => openedKeys.open(ssh2, file, content, signal)),
    });
    return identities.length === 0
      ? undefined
      : { type: 'agent', username: settings.user, agent: asAgent(ssh2, identities, turns) };
  }

  private async password(next: Next): Promise<void> {
    const { settings } = this.options;
    const { sent, outcome } = await this.withPassword(async (password, kept) => {
      this.try(next, 'password', { type: 'password', username: settings.user, password });
      return this.outcome(kept ? 'password' : undefined);
    });
    if (!sent) {
      this.notSent(outcome, () => next(false));
    }
  }

  /** One round of questions of the server. */
  private async answer(
    name: string,
    instructions: string,
    questions: readonly Prompt[],
    finish: (answers: string[]) => void,
  ): Promise<void> {
    const { prompts, signal, settings } = this.options;
    const [first] = questions;
    if (first === undefined) {
      finish([]);
      return;
    }
    const isPassword =
      questions.length === 1 &&
      first.echo !== true &&
      this.waiting === undefined &&
      /passw|密码|口令/i.test(first.prompt);
    if (isPassword) {
      const { sent, outcome } = await this.withPassword(async (password, kept) => {
        const result = this.outcome(kept ? 'keyboard-interactive' : undefined);
        finish([password]);
        return result;
      });
      if (!sent) {
        this.notSent(outcome, () => finish(questions.map(() => '')));
      }
      return;
    }
    if (settings.batchMode) {
      this.options.giveUp(authenticationCancelled(settings.name));
      return;
    }
    const answers = await this.ask(async () =>
      prompts.keyboardInteractive(
        this.account(),
        name,
        instructions,
        questions.map(({ prompt, echo }) => ({ prompt, echo: echo === true })),
        signal,
      ),
    );
    if (answers === undefined) {
      this.options.giveUp(authenticationCancelled(settings.name));
      return;
    }
    void this.outcome();
    finish([...answers]);
  }

  private async withPassword(
    attempt: (password: string, kept: boolean) => Promise<Outcome>,
  ): Promise<{ sent: boolean; outcome: Outcome }> {
    const { prompts, passwords, begun, settings, signal } = this.options;
    const account = this.account();
    const ask = settings.batchMode
      ? undefined
      : async () => this.ask(async () => prompts.password(account, signal));
    this.options.asking(true);
    let sent = false;
    let outcome: Outcome;
    try {
      outcome = await passwords.use(account, begun, ask, async (password, kept) => {
        sent = true;
        this.options.asking(false);
        return attempt(password, kept);
      });
    } catch (thrown) {
      this.options.log(`The question for a password failed: ${String(thrown)}`);
      outcome = 'not tried';
    }
    return { sent, outcome };
  }

  /**
   * The server's word on what was sent last; it comes with the next call of the handler or when we are let in. When a
   * password from before is refused, its method is tried once more with one that the person types.
   */
  private async outcome(again?: string): Promise<Outcome> {
    this.settle('accepted');
    return new Promise((resolve) => {
      this.waiting = (outcome) => {
        if (outcome === 'refused') {
          if (again === undefined) {
            this.refused = true;
          } else {
            this.used.delete(again);
          }
        }
        resolve(outcome);
      };
    });
  }

  private notSent(outcome: Outcome, fail: () => void): void {
    if (outcome === 'refused') {
      this.refused = true;
      fail();
    } else {
      this.options.giveUp(authenticationCancelled(this.options.settings.name));
    }
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    this.options.asking(true);
    try {
      return await question();
    } finally {
      this.options.asking(false);
    }
  }

  private account(): Account {
    const { name, hostName, port, user } = this.options.settings;
    return { host: name, hostName, port, user, hostKey: this.hostKey };
  }
}
