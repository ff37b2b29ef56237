import { onTestFinished } from 'vitest';
import type { Assignment } from '../../src/model/admission.js';
import { MovableClock } from '../../src/model/clock.js';
import { LATEST } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { Identity } from '../../src/model/identity.js';
import { createIds } from '../../src/model/ids.js';
import type { SessionStore } from '../../src/model/session-store.js';
import { Scheduler } from '../../src/scheduler/scheduler.js';
import { type InProcessDriver, inProcessDriver } from './in-process-driver.js';

export interface Stage {
  readonly scheduler: Scheduler;
  readonly driver: InProcessDriver;
  /** The session clock: frozen, moved by the test. */
  readonly clock: MovableClock;
  readonly processClock: MovableClock;
  /** Admits a request with that identity (default: a new session). */
  admit(identity?: Identity): Promise<Assignment>;
  /** A whole request: admitted, answered, left. */
  request(identity?: Identity): Promise<Assignment>;
  readonly ref: { readonly functionName: string };
}

interface StageOptions {
  readonly driver?: InProcessDriver;
  readonly chance?: () => number;
  readonly clock?: MovableClock;
  readonly store?: SessionStore;
}

export const newSession: Identity = { kind: 'gateway-issued' };
export const noSession: Identity = { kind: 'none' };

/** What a client says that was given, or chose, that ID. */
export function session(sessionId: string, whenUnknown: 'generate' | 'create' = 'generate'): Identity {
  return { kind: 'session', sessionId, whenUnknown };
}

/** A scheduler with instances in this process, on clocks that only the test moves. Stopped at the end of the test. */
export function stage(
  input: Partial<FunctionInput> = {},
  {
    driver = inProcessDriver(),
    chance = () => 0,
    clock = new MovableClock({ frozen: true }),
    store,
  }: StageOptions = {},
): Stage {
  const processClock = new MovableClock({ frozen: true });
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: 'GENERATED_COOKIE',
    ...input,
  });
  const scheduler = new Scheduler({
    revision: { versionId: '0', config },
    driver,
    sessionClock: clock,
    processClock,
    ids: createIds(processClock),
    chance,
    ...(store !== undefined && { store }),
  });
  onTestFinished(() => scheduler.stop({ graceMs: 0 }));
  let requests = 0;
  const admit = async (identity = newSession): Promise<Assignment> =>
    scheduler.admit({ requestId: `request-${++requests}`, qualifier: LATEST, identity });
  return {
    scheduler,
    driver,
    clock,
    processClock,
    admit,
    async request(identity) {
      const assignment = await admit(identity);
      assignment.release({ answered: true });
      return assignment;
    },
    ref: { functionName: 'hello' },
  };
}

/** @returns the session's ID, which the visit must have */
export function idOf(assignment: Assignment): string {
  if (assignment.session === undefined) throw new Error('the visit has no session');
  return assignment.session.sessionId;
}
