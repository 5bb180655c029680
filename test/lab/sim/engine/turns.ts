/** Lets one session at a time at the database; a session in a transaction keeps its turn. */
export class Turns {
  private owner: object | undefined;
  private readonly queue: { owner: object; go: () => void; fail: (error: Error) => void }[] = [];

  /** Waits for the turn. Rejects when the session is cancelled meanwhile. */
  async take(owner: object): Promise<void> {
    if (this.owner === owner) {
      return;
    }
    if (this.owner === undefined) {
      this.owner = owner;
      return;
    }
    await new Promise<void>((go, fail) => {
      this.queue.push({ owner, go, fail });
    });
  }

  give(owner: object): void {
    if (this.owner !== owner) {
      return;
    }
    const next = this.queue.shift();
    this.owner = next?.owner;
    next?.go();
  }

  /** Gives up waiting. */
  cancel(owner: object): void {
    const index = this.queue.findIndex((entry) => entry.owner === owner);
    const [entry] = index < 0 ? [] : this.queue.splice(index, 1);
    entry?.fail(new Error('canceling statement due to user request'));
  }
}
