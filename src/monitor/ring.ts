/** Keeps the newest items, up to a number; memory does not grow. */
export class Ring<T> {
  private readonly capacity: number;
  private readonly slots: T[] = [];
  private next = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  push(item: T): void {
    this.slots[this.next] = item;
    this.next = (this.next + 1) % this.capacity;
  }

  /** Oldest first. */
  toArray(): T[] {
    return this.slots.length < this.capacity
      ? [...this.slots]
      : [...this.slots.slice(this.next), ...this.slots.slice(0, this.next)];
  }

  /** The newest items, oldest first. */
  newest(count: number): T[] {
    const size = this.slots.length;
    const wanted = Math.min(count, size);
    return Array.from(
      { length: wanted },
      (_, index) => this.slots[(this.next + size - wanted + index) % size] as T,
    );
  }
}
