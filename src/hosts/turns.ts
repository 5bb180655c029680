/**
 * Lets pieces of work that keep the processor busy go one in each turn of the event loop, so that what else waits there
 * (keystrokes, timers) comes in between, however many connections want theirs at the same moment.
 */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn. */
  async next(): Promise<void> {
    this.last = this.last.then(
      async () =>
        new Promise((resolve) => {
          setImmediate(resolve);
        }),
    );
    return this.last;
  }
}
