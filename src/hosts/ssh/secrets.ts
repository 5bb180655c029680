import { createHash } from 'node:crypto';
import type { Account, HostPrompts, SecretAnswer } from '../prompts.ts';

/** What the server said of a password. `outdated`: one that was kept from before was refused and is forgotten. */
export type Outcome = 'accepted' | 'refused' | 'outdated' | 'not tried';

/**
 * Passwords of this session. One attempt at a time for one account, so that many nodes cost one question and a wrong
 * password costs one attempt. A password that was refused is forgotten everywhere and never sent again.
 */
export class Passwords {
  private readonly prompts: HostPrompts;
  private readonly good = new Map<string, string>();
  private readonly refused = new Set<string>();
  private readonly turns = new Map<string, Promise<void>>();
  /** What came of the last question for an account when nothing good came of it, and when that was. */
  private readonly inVain = new Map<string, { readonly outcome: Outcome; readonly at: number }>();
  private count = 0;

  constructor(prompts: HostPrompts) {
    this.prompts = prompts;
  }

  /** What tells the connections that begin now from those that began before a question was answered. */
  now(): number {
    return this.count;
  }

  /**
   * Waits for the turn, finds a password and hands it to `attempt`, which answers what the server said; `kept` tells
   * it that the password comes from before. Answers `refused` without an attempt when another connection's attempt was
   * refused since this one began (`begun`, see {@link now}), however late it comes here, and `not tried` when there was
   * no answer.
   */
  async use(
    account: Account,
    begun: number,
    ask: (() => Promise<SecretAnswer | undefined>) | undefined,
    attempt: (password: string, kept: boolean) => Promise<Outcome>,
  ): Promise<Outcome> {
    const key = keyOf(account);
    const before = this.turns.get(key);
    const turn = (async (): Promise<Outcome> => {
      await before;
      const last = this.inVain.get(key);
      if (last !== undefined && last.at > begun) {
        return last.outcome;
      }
      let outcome: Outcome = 'not tried';
      try {
        outcome = await this.take(key, ask, attempt);
      } finally {
        this.remember(key, outcome, ask !== undefined);
      }
      return outcome;
    })();
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(key) === settled) {
        this.turns.delete(key);
      }
    }
  }

  /** Who may not ask leaves the question to those who may. */
  private remember(key: string, outcome: Outcome, mayAsk: boolean): void {
    if (outcome === 'accepted') {
      this.inVain.delete(key);
    } else if (outcome === 'refused' || (outcome === 'not tried' && mayAsk)) {
      this.inVain.set(key, { outcome, at: ++this.count });
    }
  }

  private async take(
    key: string,
    ask: (() => Promise<SecretAnswer | undefined>) | undefined,
    attempt: (password: string, kept: boolean) => Promise<Outcome>,
  ): Promise<Outcome> {
    const kept = this.good.get(key) ?? (await this.prompts.secrets.get(key));
    if (kept !== undefined && !this.refused.has(mark(key, kept))) {
      const outcome = await attempt(kept, true);
      if (outcome === 'refused') {
        await this.forget(key, kept);
        return 'outdated';
      }
      if (outcome === 'accepted') {
        this.good.set(key, kept);
      }
      return outcome;
    }
    const answer = await ask?.();
    if (answer === undefined) {
      return 'not tried';
    }
    if (this.refused.has(mark(key, answer.secret))) {
      return 'refused';
    }
    const outcome = await attempt(answer.secret, false);
    if (outcome === 'refused') {
      await this.forget(key, answer.secret);
    } else if (outcome === 'accepted') {
      this.good.set(key, answer.secret);
      if (answer.keep) {
        await this.prompts.secrets.save(key, answer.secret);
      }
    }
    return outcome;
  }

  /** A password that the server has changed since may become right again only by being typed on purpose. */
  private async forget(key: string, password: string): Promise<void> {
    this.refused.add(mark(key, password));
    this.good.delete(key);
    if ((await this.prompts.secrets.get(key)) === password) {
      await this.prompts.secrets.delete(key);
    }
  }

  /** The user wants to try again: what was refused may be typed once more. */
  allowAgain(): void {
    this.refused.clear();
    this.inVain.clear();
  }
}

/** Bound to host, port, user and host key: no other machine gets the password, whatever a workspace says. */
function keyOf(account: Account): string {
  return `ssh-password ${account.user}@${account.hostName.toLowerCase()}:${account.port} ${account.hostKey}`;
}

function mark(key: string, password: string): string {
  return createHash('sha256').update(`${key}\0${password}`).digest('hex');
}
