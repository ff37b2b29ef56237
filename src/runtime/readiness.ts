import { connect, type Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { Address, InstanceLog } from '../model/instance.js';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** Few handlers listen on `localhost` as ::1 alone: that is asked after a while, and then each fifth time. */
const IPV6_AFTER_MS = 200;
const IPV6_EVERY = 5;
const LONGEST_INTERVAL_MS = 25;
/** How seldom one is asked that is still at work: it may have other threads that answer. */
const BUSY_INTERVAL_MS = 100;
/** However much one prints, it is not asked more often for that. */
const PRINTING_INTERVAL_MS = 5;

interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether who shall listen is at work on a processor at this moment; `undefined` where that cannot be known. */
  readonly isBusy?: () => boolean | undefined;
  /** What it prints: a line may say that it listens. */
  readonly output?: Pick<InstanceLog, 'follow'>;
}

/**
 * Asks again and again until somebody accepts a connection on the port (spec §8.2: readiness is a TCP connect).
 *
 * Each question takes a quarter of a millisecond from the processors that the start itself needs, a look whether it is still at work a
 * tenth of that. One that is has not come to wait for connections, so it is asked only now and then, and when it has printed
 * something (quality P6).
 * @throws the signal's reason when it is aborted
 */
export async function untilListening(
  port: number,
  { clock, signal, isBusy = () => undefined, output }: Asking,
): Promise<Address> {
  const began = clock.now();
  let askedAt = began;
  let hasPrinted = false;
  for (let questions = 1; ; ) {
    const sinceAsked = clock.now() - askedAt;
    if (hasPrinted || sinceAsked >= (isBusy() === true ? BUSY_INTERVAL_MS : idleInterval(askedAt - began))) {
      askedAt = clock.now();
      const asksIPv6 = questions++ % IPV6_EVERY === 0 && askedAt - began >= IPV6_AFTER_MS;
      for (const host of asksIPv6 ? [IPV4, IPV6] : [IPV4]) {
        const accepted = await accepts({ host, port }, signal);
        signal.throwIfAborted();
        if (accepted) return { host, port };
      }
    }
    const mayPrint = clock.now() - askedAt >= PRINTING_INTERVAL_MS;
    const pauseMs = lookInterval(clock.now() - began);
    hasPrinted = await pausedUntilPrint(clock, pauseMs, mayPrint ? output : undefined);
    signal.throwIfAborted();
  }
}

/** @returns whether something was printed, and the pause ended by it */
function pausedUntilPrint(
  clock: Clock,
  milliseconds: number,
  output: Pick<InstanceLog, 'follow'> | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (hasPrinted: boolean): void => {
      callOff();
      unfollow();
      resolve(hasPrinted);
    };
    const unfollow = output?.follow(() => end(true)) ?? (() => {});
    const callOff = clock.wakeAt(clock.now() + milliseconds, () => end(false));
  });
}

/** @returns how long after a question one that waits for something is asked again: with a tenth of what its start had taken by then */
export function idleInterval(takenMs: number): number {
  return Math.min(1 + takenMs / 10, LONGEST_INTERVAL_MS);
}

/** @returns how long to wait before the next look */
export function lookInterval(takenMs: number): number {
  return Math.min(Math.max(takenMs / 50, 1), LONGEST_INTERVAL_MS);
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
