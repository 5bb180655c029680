import type {
  Account,
  HostKeyQuestion,
  HostPrompts,
  KeyboardQuestion,
  SecretAnswer,
} from '../../../../src/hosts/prompts.ts';

/** Answers what the test wants and counts what was asked. Secrets are kept in memory. */
export class TestPrompts implements HostPrompts {
  readonly asked: string[] = [];
  readonly store = new Map<string, string>();
  answerPassword: () => SecretAnswer | undefined = () => undefined;
  answerPassphrase: () => SecretAnswer | undefined = () => undefined;
  answerQuestions: (questions: readonly KeyboardQuestion[]) => readonly string[] | undefined = () =>
    undefined;
  answerHostKey: (question: HostKeyQuestion) => boolean = () => false;
  /** Questions that are open at the same moment, at most. */
  together = 0;
  /** Milliseconds that a person takes for an answer. */
  pause = 30;
  private open = 0;

  readonly secrets = {
    get: (key: string) => Promise.resolve(this.store.get(key)),
    save: (key: string, secret: string) => {
      this.store.set(key, secret);
      return Promise.resolve();
    },
    delete: (key: string) => {
      this.store.delete(key);
      return Promise.resolve();
    },
  };

  async password(account: Account): Promise<SecretAnswer | undefined> {
    return this.ask(`password ${account.user}`, () => this.answerPassword());
  }

  async passphrase(): Promise<SecretAnswer | undefined> {
    return this.ask('passphrase', () => this.answerPassphrase());
  }

  async keyboardInteractive(
    _account: Account,
    _name: string,
    _instructions: string,
    questions: readonly KeyboardQuestion[],
  ): Promise<readonly string[] | undefined> {
    const texts = questions.map(({ prompt, echo }) => `${prompt}${echo ? '(shown)' : ''}`);
    return this.ask(texts.join('|'), () => this.answerQuestions(questions));
  }

  async confirmHostKey(question: HostKeyQuestion): Promise<boolean> {
    return this.ask(`host key ${question.name}`, () => this.answerHostKey(question));
  }

  private async ask<T>(what: string, answer: () => T): Promise<T> {
    this.asked.push(what);
    this.open++;
    this.together = Math.max(this.together, this.open);
    await new Promise((resolve) => setTimeout(resolve, this.pause));
    this.open--;
    return answer();
  }
}
