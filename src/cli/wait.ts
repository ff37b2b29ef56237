import { MessageChannel } from 'node:worker_threads';
import type { Clock } from '../model/clock.js';

/** Waits so many milliseconds, or until `signal` is aborted; the process stays alive meanwhile. */
export function wait(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // A clock's timer keeps no process alive, an open port does.
    const { port1 } = new MessageChannel();
    port1.ref();
    const end = (): void => {
      callOff();
      signal.removeEventListener('abort', end);
      port1.close();
      resolve();
    };
    const callOff = clock.wakeAt(clock.now() + milliseconds, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
