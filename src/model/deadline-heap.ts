/** An item with a deadline. The heap keeps `index` up to date; -1 means that it is in no heap. */
export interface Due {
  /** Among things due at one instant, the lower goes first. */
  readonly order: number;
  index: number;
}

/** Things in the order in which they fall due: a binary heap that can take any of them out again. Instants are milliseconds. */
export class DeadlineHeap<T extends Due> {
  readonly #items: T[] = [];
  /** When the item of that index falls due. Beside the items, where a number costs eight bytes and not twenty-four. */
  readonly #dueAt: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** In no order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#items.values();
  }

  get next(): T | undefined {
    return this.#items[0];
  }

  /** When the next one falls due; Infinity when there is none. */
  get nextAt(): number {
    return this.#dueAt[0] ?? Infinity;
  }

  /** When that item falls due; Infinity when it is not in. */
  dueAt(item: T): number {
    return this.#dueAt[item.index] ?? Infinity;
  }

  /** Sets when an item falls due, whether it was in before or not. */
  set(item: T, dueAt: number): void {
    if (item.index < 0) {
      item.index = this.#items.length;
      this.#items.push(item);
      this.#dueAt.push(dueAt);
    } else {
      this.#dueAt[item.index] = dueAt;
    }
    this.#rise(item);
    this.#sink(item);
  }

  remove(item: T): void {
    if (item.index < 0) return;
    const last = this.#items.pop();
    const lastDueAt = this.#dueAt.pop() ?? Infinity;
    if (last !== undefined && last !== item) {
      last.index = item.index;
      this.#items[last.index] = last;
      this.#dueAt[last.index] = lastDueAt;
      this.#rise(last);
      this.#sink(last);
    }
    item.index = -1;
  }

  #rise(item: T): void {
    while (item.index > 0) {
      const parent = this.#items[(item.index - 1) >> 1];
      if (parent === undefined || !this.#isBefore(item, parent)) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.index + 1];
      const right = this.#items[2 * item.index + 2];
      const sooner = right !== undefined && left !== undefined && this.#isBefore(right, left) ? right : left;
      if (sooner === undefined || !this.#isBefore(sooner, item)) return;
      this.#swap(sooner, item);
    }
  }

  #isBefore(one: T, other: T): boolean {
    const oneAt = this.dueAt(one);
    const otherAt = this.dueAt(other);
    return oneAt < otherAt || (oneAt === otherAt && one.order < other.order);
  }

  #swap(one: T, other: T): void {
    const { index } = one;
    const dueAt = this.dueAt(one);
    this.#dueAt[index] = this.dueAt(other);
    this.#dueAt[other.index] = dueAt;
    one.index = other.index;
    other.index = index;
    this.#items[one.index] = one;
    this.#items[other.index] = other;
  }
}
