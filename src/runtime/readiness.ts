import { connect, type Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';
import { pause } from './pause.js';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** Few handlers listen on `localhost` as ::1 alone: that is asked after a while, and then each fifth time. */
const IPV6_AFTER_MS = 200;
const IPV6_EVERY = 5;
/** A start is seldom this much quicker than the one before it. */
const SOONEST = 0.75;
/** How often one is asked that is sooner than that. */
const EARLY_QUESTIONS = 6;
const LONGEST_INTERVAL_MS = 25;

interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What the function's last start took, in milliseconds. */
  readonly expectedMs?: number | undefined;
}

/**
 * Asks again and again until somebody accepts a connection on the port (spec §8.2: readiness is a TCP connect).
 * @throws the signal's reason when it is aborted
 */
export async function untilListening(port: number, { clock, signal, expectedMs }: Asking): Promise<Address> {
  const began = clock.now();
  for (let round = 1; ; round++) {
    const asksIPv6 = round % IPV6_EVERY === 0 && clock.now() - began >= IPV6_AFTER_MS;
    for (const host of asksIPv6 ? [IPV4, IPV6] : [IPV4]) {
      const accepted = await accepts({ host, port }, signal);
      signal.throwIfAborted();
      if (accepted) return { host, port };
    }
    await pause(clock, intervalAfter(clock.now() - began, expectedMs));
    signal.throwIfAborted();
  }
}

/**
 * Each question takes a quarter of a millisecond from the processors that the start itself needs. So few are asked before an answer can
 * be expected, and then enough to make no start noticeably longer (quality P6).
 * @param expectedMs what the function's last start took, where there was one
 * @returns milliseconds
 */
export function intervalAfter(waitedMs: number, expectedMs?: number): number {
  if (expectedMs === undefined) return Math.min(1 + waitedMs / 10, LONGEST_INTERVAL_MS);
  const soonestMs = expectedMs * SOONEST;
  if (waitedMs < soonestMs) return Math.max(Math.min(soonestMs / EARLY_QUESTIONS, soonestMs - waitedMs), 1);
  return Math.min(Math.max(waitedMs / 25, 1), LONGEST_INTERVAL_MS);
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
