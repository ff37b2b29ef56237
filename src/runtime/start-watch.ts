import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';
import { listensOn, portsOf } from '../system/listeners.js';
import { isAtWork } from '../system/process-table.js';
import { wait } from '../system/wait.js';
import type { BoundedLog } from './instance-log.js';
import type { ProcessExit } from './launch.js';
import type { ProcessGroup } from './process-group.js';
import { untilListening } from './readiness.js';
import { listensElsewhere } from './start-failure.js';

export type StartOutcome =
  | { readonly kind: 'listening'; readonly address: Address }
  | { readonly kind: 'exited'; readonly exit: ProcessExit }
  | { readonly kind: 'late' }
  | { readonly kind: 'called-off' };

interface Start {
  readonly group: ProcessGroup;
  readonly port: number;
  readonly clock: Clock;
  /** Aborted when the start is called off. */
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly log: BoundedLog;
}

/** How often a start is looked at for what the user should know, and when it is called slow. */
const LOOK_INTERVAL_MS = 2000;
const SLOW_AFTER_MS = 6000;
/** How long a process that finds its port taken may need to print that and exit. */
const DOUBT_MS = 2000;
const DOUBT_INTERVAL_MS = 100;

/** The reason with which the waiting for a start is ended. Made once, because it takes time to make an error. */
const OVER = new Error('the start is over');

/** Waits for the first of these: the instance listens, its process ends, the start limit passes, the start is called off. */
export async function watchStart({
  group,
  port,
  clock,
  signal,
  deadline,
  log,
}: Start): Promise<StartOutcome> {
  const over = new AbortController();
  const stopTelling = tellOfProgress({ group, port, clock, log });
  let callOffLimit = (): void => {};
  try {
    return await Promise.race<StartOutcome>([
      listening({ group, port, clock, signal: over.signal, log }),
      group.ended.then((exit) => ({ kind: 'exited', exit })),
      new Promise((resolve) => {
        callOffLimit = clock.wakeAt(deadline, () => resolve({ kind: 'late' }));
      }),
      new Promise((resolve) => {
        const calledOff = (): void => resolve({ kind: 'called-off' });
        if (signal.aborted) calledOff();
        else signal.addEventListener('abort', calledOff, { once: true, signal: over.signal });
      }),
    ]);
  } finally {
    over.abort(OVER);
    stopTelling();
    callOffLimit();
  }
}

/**
 * Warns the user long before the start limit that a handler listens where it cannot be reached, or that a start is slow. The start goes on,
 * because a development server may open other ports first.
 */
function tellOfProgress({
  group,
  port,
  clock,
  log,
}: Pick<Start, 'group' | 'port' | 'clock' | 'log'>): () => void {
  const startedAt = clock.now();
  let isOver = false;
  let isSlowTold = false;
  let cancel = (): void => {};
  const lookLater = (): void => {
    cancel = clock.wakeAt(clock.now() + LOOK_INTERVAL_MS, look);
  };
  const look = async (): Promise<void> => {
    const elsewhere = listensElsewhere(port, portsOf(await group.processes()));
    if (isOver) return;
    if (elsewhere !== undefined) {
      log.warn(`still starting: it ${elsewhere}`);
      return;
    }
    if (!isSlowTold && clock.now() - startedAt >= SLOW_AFTER_MS) {
      isSlowTold = true;
      log.warn(`still starting: it does not listen on $FC_SERVER_PORT (${port}) yet`);
    }
    lookLater();
  };
  lookLater();
  return () => {
    isOver = true;
    cancel();
  };
}

/**
 * Another process may have taken the port since it was tested: then the handler is about to exit, which the race in watchStart sees.
 * A process that is not the instance's may also listen for the handler, as a container's port forwarder, so the doubt has an end.
 */
async function listening({
  group,
  port,
  clock,
  signal,
  log,
}: Omit<Start, 'deadline'>): Promise<StartOutcome> {
  const address = await untilListening(port, {
    clock,
    signal,
    isBusy: () => isAtWork(group.pid),
    output: log,
  });
  const patience = clock.now() + DOUBT_MS;
  while (clock.now() < patience && listensOn(port, group.pid, () => group.members()) === false) {
    const processes = await group.processes();
    if (listensOn(port, group.pid, () => processes) === true) break;
    await wait(clock, DOUBT_INTERVAL_MS);
    signal.throwIfAborted();
  }
  // When a command has made itself a daemon, the daemon listens, but the instance has exited.
  return group.leaderGone ? { kind: 'exited', exit: await group.ended } : { kind: 'listening', address };
}
