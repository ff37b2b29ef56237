import type { InstanceInfo } from '../model/instance.js';
import { count } from './count.js';
import type { Trial } from './trial.js';

/** What came of filling an instance to its limit. */
export type Filling =
  | { readonly kind: 'full'; readonly opened: number; readonly limit: number }
  | { readonly kind: 'not-full'; readonly reason: string };

interface Fill {
  readonly instanceId: string;
  /** Sessions of the trial that are known to be on the instance; the count where there is no control API. */
  readonly seated: number;
  /** Makes one more session. */
  readonly open: () => Promise<unknown>;
}

/** @returns sessions an instance takes, or undefined where nobody says */
export function sessionLimit({ control, target }: Trial): number | undefined {
  if (control === undefined) return target.sessionsPerInstance;
  const { instanceIsolationMode, sessionAffinityConfig } = control.served.config;
  return instanceIsolationMode === 'SESSION_EXCLUSIVE'
    ? 1
    : sessionAffinityConfig.sessionConcurrencyPerInstance;
}

/** Opens as many sessions as the instance still takes. Without a control API the function is taken to have been unused. */
export async function fillInstance(trial: Trial, fill: Fill): Promise<Filling> {
  const limit = sessionLimit(trial);
  if (limit === undefined) {
    return {
      kind: 'not-full',
      reason: 'how many sessions an instance takes is not known: give --sessions-per-instance',
    };
  }
  const missing = Math.max(0, limit - fill.seated);
  if (trial.control === undefined) {
    await openSessions(missing, fill.open);
    return { kind: 'full', opened: missing, limit };
  }
  return fillByControl(trial, fill, limit);
}

/** The instances of the trial's function, or none without a control API. */
export async function runningInstances({ control }: Trial): Promise<readonly InstanceInfo[]> {
  return control === undefined ? [] : control.plane.instances.list(control.ref);
}

/** A second round makes up for sessions that went to an older instance where a place had come free. */
async function fillByControl(trial: Trial, { instanceId, open }: Fill, limit: number): Promise<Filling> {
  let opened = 0;
  let seatedBefore = -1;
  for (;;) {
    const instance = (await runningInstances(trial)).find((one) => one.instanceId === instanceId);
    if (instance === undefined) {
      return { kind: 'not-full', reason: `the control API lists no instance ${instanceId}` };
    }
    if (instance.sessions >= limit) return { kind: 'full', opened, limit };
    if (instance.sessions <= seatedBefore || opened >= 2 * limit) {
      return {
        kind: 'not-full',
        reason: `instance ${instanceId} has ${count(instance.sessions, 'session')} of ${limit} though ${opened} more were opened: they went elsewhere`,
      };
    }
    seatedBefore = instance.sessions;
    await openSessions(limit - instance.sessions, open);
    opened += limit - instance.sessions;
  }
}

async function openSessions(number: number, open: () => Promise<unknown>): Promise<void> {
  for (let opened = 0; opened < number; opened += 1) await open();
}
