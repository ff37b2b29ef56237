import { connect, type Socket } from 'node:net';
import type { Clock } from '../model/clock.js';
import type { Address, InstanceLog } from '../model/instance.js';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** Few handlers listen on ::1 alone, so ::1 is tried after a while, and then each fifth time. */
const IPV6_AFTER_MS = 200;
const IPV6_EVERY = 5;
const LONGEST_INTERVAL_MS = 25;
/** How often a process is tried that is at work: another thread of it may listen already. */
const BUSY_INTERVAL_MS = 100;
/** How often output may cause a try, at most. */
const PRINTING_INTERVAL_MS = 5;

interface ReadinessOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether the handler is at work on a processor now; `undefined` where that cannot be known. */
  readonly isBusy?: () => boolean | undefined;
  /** The output of the handler: a line of it may say that it listens. */
  readonly output?: Pick<InstanceLog, 'follow'>;
}

/**
 * Tries to connect to the port until a connection is accepted (spec §8.2: readiness is a TCP connect).
 *
 * A try costs a quarter of a millisecond of the processors that the start itself needs; to look whether the handler is at work costs a
 * tenth of that. A handler at work does not wait for connections yet, so it is tried only now and then, and when it has printed a line
 * (quality P6).
 * @throws the signal's reason when it is aborted
 */
export async function untilListening(
  port: number,
  { clock, signal, isBusy = () => undefined, output }: ReadinessOptions,
): Promise<Address> {
  const began = clock.now();
  let triedAt = began;
  let hasPrinted = false;
  for (let tries = 1; ; ) {
    const sinceTry = clock.now() - triedAt;
    if (hasPrinted || sinceTry >= (isBusy() === true ? BUSY_INTERVAL_MS : idleInterval(triedAt - began))) {
      triedAt = clock.now();
      const triesIPv6 = tries++ % IPV6_EVERY === 0 && triedAt - began >= IPV6_AFTER_MS;
      for (const host of triesIPv6 ? [IPV4, IPV6] : [IPV4]) {
        const accepted = await accepts({ host, port }, signal);
        signal.throwIfAborted();
        if (accepted) return { host, port };
      }
    }
    const mayPrint = clock.now() - triedAt >= PRINTING_INTERVAL_MS;
    const pauseMs = lookInterval(clock.now() - began);
    hasPrinted = await pausedUntilPrint(clock, pauseMs, mayPrint ? output : undefined);
    signal.throwIfAborted();
  }
}

/** @returns whether a line was printed, which ends the pause */
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

/** @returns how long after a try a handler that is not at work is tried again: a tenth of the time that its start has taken */
export function idleInterval(takenMs: number): number {
  return Math.min(1 + takenMs / 10, LONGEST_INTERVAL_MS);
}

/** @returns how long to wait before the handler is looked at again */
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
    // `on`, not `once`: a second error may follow, and without a listener it would end the emulator.
    socket.on('error', giveUp);
  });
}

/** Whether a connection is connected to itself: TCP allows that when the system gives it the port to which it connects. */
export function isSelfConnected({ localPort, localAddress, remotePort, remoteAddress }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
