import type { Clock } from '../model/clock.js';
import type { Address } from '../model/instance.js';
import { listensOn, portsOf } from '../system/listeners.js';
import { isAtWork } from '../system/process-table.js';
import { wait } from '../system/wait.js';
import type { BoundedLog } from './instance-log.js';
import type { ProcessExit } from './launch.js';
import type { ProcessGroup } from './process-group.js';
import { untilListening } from './readiness.js';
import { wrongPort } from './start-failure.js';

export type StartOutcome =
  | { readonly kind: 'listening'; readonly address: Address }
  | { readonly kind: 'exited'; readonly exit: ProcessExit }
  | { readonly kind: 'late' }
  | { readonly kind: 'called-off' };

interface Start {
  readonly group: ProcessGroup;
  readonly port: number;
  readonly clock: Clock;
  /** Calls the start off. */
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly log: BoundedLog;
}

/** When a handler that does not listen where it should is told so, long before the start limit. */
const HINT_AFTER_MS = 2000;
/** How long a process that finds its port taken may need to say so and exit. */
const DOUBT_MS = 2000;
const DOUBT_INTERVAL_MS = 100;

/** Nobody waits for what is called off with it. One is as good as many, which take time to make. */
const OVER = new Error('the start is over');

/** What comes first of readiness, death, the start limit, and being called off. */
export async function watchStart({
  group,
  port,
  clock,
  signal,
  deadline,
  log,
}: Start): Promise<StartOutcome> {
  const over = new AbortController();
  const hint = async (): Promise<void> => {
    const others = portsOf(await group.processes());
    if (others.length > 0 && !others.includes(port)) log.note(`not ready yet. ${wrongPort(port, others)}`);
  };
  const callOffHint = clock.wakeAt(clock.now() + HINT_AFTER_MS, hint);
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
    callOffHint();
    callOffLimit();
  }
}

/**
 * Somebody else may have taken the port since it was tested. Then ours is about to find out and exit, which the race above will see.
 * A handler may also have somebody outside its group listen for it, as a container's port forwarder, so the doubt has an end.
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
  while (clock.now() < patience && listensOn(port, group.members()) === false) {
    if (listensOn(port, await group.processes()) === true) break;
    await wait(clock, DOUBT_INTERVAL_MS);
    signal.throwIfAborted();
  }
  return { kind: 'listening', address };
}
