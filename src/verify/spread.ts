import { judge, type StepResult, skip } from './check.js';
import { count } from './count.js';
import { notKnown } from './served-by.js';
import type { SessionClient } from './session-client.js';
import { runningInstances, sessionLimit } from './slots.js';
import type { SuiteRun } from './suite-run.js';
import type { TargetInstance } from './target.js';

/** A limit, because the suite is no load test. */
const MOST_SESSIONS = 40;

/** New sessions, twice as many as one instance has slots, and the instances that serve them (H12). */
export interface Spread {
  fillsExactly(): Promise<StepResult>;
  /** Sends a second request with each ID. */
  staysOnInstances(): Promise<StepResult>;
}

export async function spreadOver(run: SuiteRun, client: SessionClient): Promise<Spread> {
  await run.endSessions();
  const plan = await makePlan(run);
  if ('reason' in plan) {
    const skipped = async (): Promise<StepResult> => skip(plan.reason);
    return { fillsExactly: skipped, staysOnInstances: skipped };
  }
  const sessionIds = Array.from({ length: plan.sessions }, () => client.newId());
  const before = await instancesOf(client, sessionIds);
  return {
    fillsExactly: async () =>
      run.control === undefined
        ? skip('there is no control API to tell which slots are free')
        : fillsExactly(before, plan.instances),
    staysOnInstances: async () => staysOn(before, await instancesOf(client, sessionIds)),
  };
}

/** The number of sessions to open, and the number of instances that they need. */
type Plan = { readonly sessions: number; readonly instances: number } | { readonly reason: string };

async function makePlan(run: SuiteRun): Promise<Plan> {
  const limit = sessionLimit(run);
  if (limit === undefined) return { reason: 'how many sessions an instance takes is not known' };
  const sessions = 2 * limit;
  if (sessions > MOST_SESSIONS)
    return { reason: `it would open ${count(sessions, 'session')}, ${MOST_SESSIONS} at most` };
  const running = await runningInstances(run);
  const { used, started } = firstFit(running, sessions, limit);
  const ceiling = run.control?.served.config.maxInstances ?? Number.POSITIVE_INFINITY;
  if (running.length + started > ceiling) {
    return { reason: `it needs ${count(running.length + started, 'instance')}, maxInstances is ${ceiling}` };
  }
  return { sessions, instances: used };
}

/** The oldest instance with a free slot gets a new session. Without a free slot, an instance starts. */
function firstFit(
  running: readonly TargetInstance[],
  sessions: number,
  limit: number,
): { used: number; started: number } {
  const oldestFirst = [...running].sort((one, other) => one.createdTimeMs - other.createdTimeMs);
  let left = sessions;
  let used = 0;
  for (const { sessions: taken } of oldestFirst) {
    if (left <= 0 || taken >= limit) continue;
    left -= limit - taken;
    used += 1;
  }
  const started = Math.ceil(Math.max(0, left) / limit);
  return { used: used + started, started };
}

/** The instance of each ID; the result of the steps when an instance is not known. */
type InstancesOfIds = { readonly instances: readonly string[] } | { readonly result: StepResult };

async function instancesOf(client: SessionClient, sessionIds: readonly string[]): Promise<InstancesOfIds> {
  const instances: string[] = [];
  for (const sessionId of sessionIds) {
    const servedBy = await (await client.send(sessionId)).servedBy();
    if (servedBy.kind !== 'known') return { result: notKnown(servedBy) };
    instances.push(servedBy.instanceId);
  }
  return { instances };
}

function fillsExactly(where: InstancesOfIds, expected: number): StepResult {
  if ('result' in where) return where.result;
  const used = new Set(where.instances).size;
  const sessions = count(where.instances.length, 'session');
  return judge(
    used === expected,
    `${sessions} on ${count(used, 'instance')}`,
    `${sessions} on ${count(expected, 'instance')}`,
  );
}

function staysOn(before: InstancesOfIds, after: InstancesOfIds): StepResult {
  if ('result' in before) return before.result;
  if ('result' in after) return after.result;
  const moved = before.instances.filter((instanceId, at) => instanceId !== after.instances[at]).length;
  return judge(moved === 0, moved === 0 ? 'none moved' : `${moved} of ${before.instances.length} moved`);
}
