import type { Clock } from '../model/clock.js';

interface WaitOptions {
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
  /** Whether the process stays alive meanwhile. A clock's timer alone does not keep it alive. */
  readonly keepAlive?: boolean;
}

/** Resolves when that many milliseconds have passed on the clock, or `signal` is aborted. Never rejects. */
export function wait(
  clock: Clock,
  milliseconds: number,
  { signal, keepAlive = false }: WaitOptions = {},
): Promise<void> {
  return new Promise((resolve) => {
    // An open port keeps the process alive.
    const port = keepAlive ? new MessageChannel().port1 : undefined;
    port?.ref();
    const end = (): void => {
      callOff();
      signal?.removeEventListener('abort', end);
      port?.close();
      resolve();
    };
    const callOff = clock.wakeAt(clock.now() + milliseconds, end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}
