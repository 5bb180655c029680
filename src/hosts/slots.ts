/** A number of places that are taken and given back; who comes too late waits in line. */
export class Slots {
  private free: number;
  private readonly line: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** Waits for a place; call the answer once to give it back, more calls do nothing. */
  async take(): Promise<() => void> {
    if (this.free > 0) {
      this.free--;
    } else {
      await new Promise<void>((resolve) => {
        this.line.push(resolve);
      });
    }
    let given = false;
    return () => {
      if (!given) {
        given = true;
        const next = this.line.shift();
        if (next === undefined) {
          this.free++;
        } else {
          next();
        }
      }
    };
  }
}
