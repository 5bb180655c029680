/** Something that holds resources. Compatible with VS Code's own Disposable. */
export interface Disposable {
  dispose(): void;
}

/** Collects disposables. One that is added after the list was disposed of is disposed of at once. */
export class DisposableList implements Disposable {
  private readonly items = new Set<Disposable>();
  private disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.disposed) {
      item.dispose();
    } else {
      this.items.add(item);
    }
    return item;
  }

  dispose(): void {
    this.disposed = true;
    const items = [...this.items].reverse();
    this.items.clear();
    for (const item of items) {
      item.dispose();
    }
  }
}

/** A minimal event. Listeners that throw do not keep the others from hearing. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  /** Adds a listener; dispose of the answer to remove it. */
  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  get listenerCount(): number {
    return this.listeners.size;
  }

  fire(value: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, 'A listener failed.');
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
