import type { Clock } from '../model/clock.js';

/** Lets time pass. The clock's timers keep no process alive, so an open port does meanwhile. */
export async function wait(clock: Clock, milliseconds: number): Promise<void> {
  const { port1 } = new MessageChannel();
  port1.ref();
  await new Promise<void>((resolve) => clock.wakeAt(clock.now() + milliseconds, resolve));
  port1.close();
}
