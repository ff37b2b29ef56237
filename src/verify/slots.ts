import { type StepResult, skip } from './check.js';
import { count } from './count.js';
import { compareInstances, type Served, type ServedBy, whyUnknown } from './served-by.js';
import type { SuiteRun } from './suite-run.js';
import type { TargetInstance } from './target.js';

/** Whether the instance of the first session has a free slot for a second session. */
export interface Slots {
  /** The reason why there is no free slot; absent when there is one, or when it is not known. */
  readonly noneBecause?: string;
  readonly limit?: number;
  /** Older instances with a free slot. They are filled first. On a target in use, a slot can become free after the first request. */
  readonly olderWithFreeSlot?: readonly string[];
}

/** The outcome of filling an instance up to its limit. */
export type Filling =
  | { readonly kind: 'full'; readonly opened: number; readonly limit: number }
  | { readonly kind: 'not-full'; readonly reason: string };

interface Fill {
  /** The instance to fill, if it is known. */
  readonly on: ServedBy;
  /** The number of sessions of this run on the instance. Used without a control API. */
  readonly occupied: number;
  /** Opens one more session. */
  readonly open: () => Promise<unknown>;
}

/** @returns the limit of sessions for one instance; undefined when it is not known */
export function sessionLimit({ control, target }: SuiteRun): number | undefined {
  if (control === undefined) return target.sessionsPerInstance;
  const { instanceIsolationMode, sessionAffinityConfig } = control.served.config;
  return instanceIsolationMode === 'SESSION_EXCLUSIVE'
    ? 1
    : sessionAffinityConfig.sessionConcurrencyPerInstance;
}

/** @returns the instances of the function; none without a control API */
export async function runningInstances({ control }: SuiteRun): Promise<readonly TargetInstance[]> {
  return control === undefined ? [] : control.plane.instances.list(control.ref);
}

/** Tests between two requests whether the instance of the first has a free slot. */
export async function findSlots(run: SuiteRun, first: ServedBy): Promise<Slots> {
  const limit = sessionLimit(run);
  if (limit === 1)
    return {
      noneBecause: 'an instance takes one session only, so the second session needs another instance',
    };
  if (first.kind !== 'known' || limit === undefined) return { limit };
  const instances = await runningInstances(run);
  const instance = instances.find(({ instanceId }) => instanceId === first.instanceId);
  if (instance === undefined) return { limit };
  if (instance.sessions >= limit) {
    const occupied = `${count(instance.sessions, 'session')} of ${limit}`;
    return { noneBecause: `instance ${instance.instanceId} is full after the first request (${occupied})` };
  }
  return { limit, olderWithFreeSlot: await olderWithFreeSlot(run, instance.instanceId) };
}

/** @returns the instances that are filled before that instance */
export async function olderWithFreeSlot(run: SuiteRun, instanceId: string): Promise<readonly string[]> {
  const limit = sessionLimit(run) ?? 0;
  const instances = await runningInstances(run);
  const createdTimeMs = instances.find((one) => one.instanceId === instanceId)?.createdTimeMs ?? 0;
  return instances
    .filter((one) => one.sessions < limit && one.createdTimeMs < createdTimeMs)
    .map((one) => one.instanceId);
}

/** Checks that a second session shares the instance of the first. Skipped when that instance has no free slot. */
export async function sharesInstance(one: Served, other: Served, slots: Slots): Promise<StepResult> {
  const result = await compareInstances(one, other, { wanted: 'same', unproven: slots.noneBecause });
  const [first, second] = [await one.servedBy(), await other.servedBy()];
  if (result.status !== 'failed' || first.kind !== 'known' || second.kind !== 'known') return result;
  if (slots.noneBecause !== undefined) return skip(slots.noneBecause, result.actual);
  if (slots.olderWithFreeSlot?.includes(second.instanceId)) {
    return skip('an older instance had a free slot by then, and is filled first', result.actual);
  }
  if (slots.limit !== undefined) return result;
  const setting = 'the documented setting is two sessions an instance on an unused function';
  return { ...result, actual: `${result.actual}; ${setting}` };
}

/** Checks that a new session goes to another instance when the first instance is full. */
export async function goesElsewhere(one: Served, other: Served, filling: Filling): Promise<StepResult> {
  const result = await compareInstances(one, other, { wanted: 'other' });
  const [first, second] = [await one.servedBy(), await other.servedBy()];
  if (first.kind !== 'known' || second.kind !== 'known') return result;
  if (filling.kind === 'not-full') return skip(filling.reason, result.actual);
  const { opened, limit } = filling;
  const filled = `limit ${limit}; ${count(opened, 'more session')} opened to fill it`;
  const expected = `another instance than that of the first request, which is full (${filled})`;
  if (result.status === 'skipped') return { ...result, expected };
  return { ...result, expected, actual: opened === 0 ? result.actual : `${result.actual} (${filled})` };
}

/** Fills the free slots of the instance. Without a control API, it assumes that the function was unused before. */
export async function fillInstance(run: SuiteRun, { on, occupied, open }: Fill): Promise<Filling> {
  if (on.kind !== 'known') return { kind: 'not-full', reason: whyUnknown(on) };
  const limit = sessionLimit(run);
  if (limit === undefined) {
    return {
      kind: 'not-full',
      reason: 'how many sessions an instance takes is not known: give --sessions-per-instance',
    };
  }
  if (run.control !== undefined) return fillByControl(run, { instanceId: on.instanceId, open }, limit);
  const missing = Math.max(0, limit - occupied);
  await openSessions(missing, open);
  return { kind: 'full', opened: missing, limit };
}

/** Counts again after each round, because an older instance with a free slot takes new sessions first. */
async function fillByControl(
  run: SuiteRun,
  { instanceId, open }: { readonly instanceId: string; readonly open: () => Promise<unknown> },
  limit: number,
): Promise<Filling> {
  let opened = 0;
  let sessionsBefore = -1;
  for (;;) {
    const instance = (await runningInstances(run)).find((one) => one.instanceId === instanceId);
    if (instance === undefined) {
      return { kind: 'not-full', reason: `the control API lists no instance ${instanceId}` };
    }
    if (instance.sessions >= limit) return { kind: 'full', opened, limit };
    if (instance.sessions <= sessionsBefore || opened >= 2 * limit) {
      return {
        kind: 'not-full',
        reason: `instance ${instanceId} has ${count(instance.sessions, 'session')} of ${limit} though ${opened} more were opened: other instances took them`,
      };
    }
    sessionsBefore = instance.sessions;
    await openSessions(limit - instance.sessions, open);
    opened += limit - instance.sessions;
  }
}

async function openSessions(number: number, open: () => Promise<unknown>): Promise<void> {
  for (let opened = 0; opened < number; opened += 1) await open();
}
