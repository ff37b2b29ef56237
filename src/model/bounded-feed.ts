/** A reader that is this many values behind loses the oldest. */
const MOST_WAITING = 1000;

interface FeedOptions<T> {
  /** Adds a listener. @returns a function that takes it off */
  readonly subscribe: (listener: (value: T) => void) => () => void;
  /** Ends the feed at once. */
  readonly signal: AbortSignal;
  /** Values from before the subscription: read first, never dropped. */
  readonly first?: readonly T[];
  /** No value comes after it settles; what still waits is read. Never rejects. */
  readonly ended?: Promise<unknown>;
  /** Stands in the place of values that the reader has missed. */
  readonly gap: (missed: number) => T;
}

/**
 * Turns calls of a listener into a sequence that costs bounded memory: a slow reader loses values and reads a gap in their place, the
 * emitter never waits. The listener is subscribed by the first read and taken off when the sequence ends.
 */
export async function* boundedFeed<T>(options: FeedOptions<T>): AsyncGenerator<T> {
  const { subscribe, signal, first = [], ended, gap } = options;
  const waiting: T[] = [];
  let missed = 0;
  let isOver = signal.aborted;
  let wake = (): void => {};
  const unsubscribe = subscribe((value) => {
    waiting.push(value);
    if (waiting.length > MOST_WAITING) {
      waiting.shift();
      missed++;
    }
    wake();
  });
  const end = (): void => {
    isOver = true;
    wake();
  };
  signal.addEventListener('abort', end);
  void ended?.then(end);
  try {
    for (const value of first) {
      if (signal.aborted) return;
      yield value;
    }
    while (!signal.aborted) {
      if (missed > 0) {
        const count = missed;
        missed = 0;
        yield gap(count);
      } else if (waiting.length > 0) {
        yield waiting.shift() as T;
      } else if (isOver) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', end);
  }
}
