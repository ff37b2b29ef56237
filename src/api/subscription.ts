/** A reader this far behind is let go, so that it cannot hold the emulator's memory. */
const MOST_WAITING = 10_000;

/**
 * Turns calls into a sequence. Subscribed while it is being read; ends when `signal` is aborted or the reader falls too far behind.
 * @param subscribe is given a listener and returns the function that takes it away
 */
export async function* subscription<T>(
  subscribe: (listener: (value: T) => void) => () => void,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const waiting: T[] = [];
  let wake = (): void => {};
  const onAbort = (): void => wake();
  const unsubscribe = subscribe((value) => {
    waiting.push(value);
    wake();
  });
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted && waiting.length <= MOST_WAITING) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    unsubscribe();
  }
}
