/** A member of a {@link FirstFitIndex}: its position there, kept by the index. */
export interface Ranked {
  rank: number;
}

const WORD = 32;
/** Three levels of 32-bit words: 32,768 ranks. A search takes the same number of steps for ten members and for ten thousand. */
const CAPACITY = WORD * WORD * WORD;

/**
 * Members in the order in which they were added, some of them marked. Finds the oldest marked one in a fixed number of steps: each
 * member has a bit, each word of bits has a bit one level up, and so on.
 */
export class FirstFitIndex<T extends Ranked> {
  readonly #levels = [new Int32Array(CAPACITY / WORD), new Int32Array(WORD), new Int32Array(1)] as const;
  #members: (T | undefined)[] = [];
  /** The members without gaps: `#members` is mostly empty when many have been removed. */
  readonly #all = new Set<T>();

  get size(): number {
    return this.#all.size;
  }

  /** The members, oldest first. */
  [Symbol.iterator](): Iterator<T> {
    return this.#all.values();
  }

  /** Adds the newest member, unmarked. @throws RangeError when it is full */
  add(member: T): void {
    if (this.size === CAPACITY) throw new RangeError(`an index holds ${CAPACITY} members`);
    if (this.#members.length === CAPACITY) this.#closeRanks();
    member.rank = this.#members.length;
    this.#members.push(member);
    this.#all.add(member);
  }

  remove(member: T): void {
    if (this.#members[member.rank] !== member) return;
    this.mark(member, false);
    this.#members[member.rank] = undefined;
    this.#all.delete(member);
  }

  mark(member: T, marked: boolean): void {
    let position = member.rank;
    for (const words of this.#levels) {
      const word = position >>> 5;
      const bit = 1 << (position & 31);
      const before = words[word] ?? 0;
      const after = marked ? before | bit : before & ~bit;
      words[word] = after;
      if ((before === 0) === (after === 0)) return;
      position = word;
    }
  }

  isMarked(member: T): boolean {
    return (((this.#levels[0][member.rank >>> 5] ?? 0) >>> (member.rank & 31)) & 1) === 1;
  }

  /** The oldest marked member. */
  first(): T | undefined {
    return this.firstFrom(0);
  }

  /** The oldest marked member whose rank is at least that. */
  firstFrom(rank: number): T | undefined {
    let position = rank;
    for (let level = 0; level < this.#levels.length; level++) {
      const found = nextBit(this.#levels[level], position);
      if (found >= 0) return this.#members[this.#descend(level, found)];
      // This word has no further bit: continue at the next word, one level up.
      position = (position >>> 5) + 1;
    }
    return undefined;
  }

  #descend(from: number, position: number): number {
    let found = position;
    for (let level = from - 1; level >= 0; level--) found = nextBit(this.#levels[level], found * WORD);
    return found;
  }

  /** Gives new ranks to the remaining members. This is rare: only when all ranks are used. */
  #closeRanks(): void {
    const kept = [...this];
    const marked = new Set(kept.filter((member) => this.isMarked(member)));
    for (const words of this.#levels) words.fill(0);
    this.#members = kept;
    for (const [rank, member] of kept.entries()) {
      member.rank = rank;
      if (marked.has(member)) this.mark(member, true);
    }
  }
}

/** The lowest set bit at or above `position` within its word, as a position; -1 if there is none. */
function nextBit(words: Int32Array | undefined, position: number): number {
  const word = position >>> 5;
  if (words === undefined || word >= words.length) return -1;
  const bits = (words[word] ?? 0) & (-1 << (position & 31));
  return bits === 0 ? -1 : word * WORD + (31 - Math.clz32(bits & -bits));
}
