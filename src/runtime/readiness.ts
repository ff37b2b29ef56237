import { connect, type Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';
import { pause } from './pause.js';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** Few handlers listen on `localhost` as ::1 alone: that is asked after a while, and then each fifth time. */
const IPV6_AFTER_MS = 200;
const IPV6_EVERY = 5;

/**
 * Asks again and again until somebody accepts a connection on the port (spec §8.2: readiness is a TCP connect).
 * @throws the signal's reason when it is aborted
 */
export async function untilListening(
  port: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Address> {
  const began = clock.now();
  for (let round = 1; ; round++) {
    const asksIPv6 = round % IPV6_EVERY === 0 && clock.now() - began >= IPV6_AFTER_MS;
    for (const host of asksIPv6 ? [IPV4, IPV6] : [IPV4]) {
      const accepted = await accepts({ host, port }, signal);
      signal.throwIfAborted();
      if (accepted) return { host, port };
    }
    await pause(clock, intervalAfter(clock.now() - began));
    signal.throwIfAborted();
  }
}

/** A few hundredths of what has been waited: no start is made noticeably longer (quality P6), and to ask takes little from it. */
function intervalAfter(waitedMs: number): number {
  return Math.min(Math.max(waitedMs / 25, 1), 25);
}

function accepts(address: Address, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const settle = (accepted: boolean): void => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(accepted);
    };
    const giveUp = (): void => settle(false);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('connect', () => settle(!isSelfConnected(socket)));
    // `on`, for a second error after the first must not go unheard.
    socket.on('error', giveUp);
  });
}

/** TCP lets a connection meet itself when the system gives it the port that it wants to reach: that is no handler. */
export function isSelfConnected({ localPort, localAddress, remotePort, remoteAddress }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
