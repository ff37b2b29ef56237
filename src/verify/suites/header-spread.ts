import type { InstanceInfo } from '../../model/instance.js';
import { count } from '../count.js';
import { runningInstances, sessionLimit } from '../fill-instance.js';
import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import type { Trial } from '../trial.js';
import { unknownInstance } from '../witness.js';
import type { HeaderClient } from './header-client.js';

/** More would be a load test. */
const MOST_SESSIONS = 40;

/** Sends twice as many new IDs as an instance takes, each twice, and looks how many instances that needs (H12). */
export async function* spread(trial: Trial, client: HeaderClient): AsyncGenerator<Step> {
  await trial.endSessions();
  const plan = await makePlan(trial);
  if ('reason' in plan) {
    yield trial.step('header.spread.instances', skip(plan.reason));
    yield trial.step('header.spread.repeats', skip(plan.reason));
    return;
  }
  const sessionIds = Array.from({ length: plan.sessions }, () => client.newId());
  const before = await whereTheyAre(client, sessionIds);
  yield trial.step('header.spread.instances', fillsExactly(before, plan.instances));
  const after = await whereTheyAre(client, sessionIds);
  yield trial.step('header.spread.repeats', staysPut(before, after));
}

/** How many sessions to open and how many instances they should need, or why that cannot be known. */
type Plan = { readonly sessions: number; readonly instances: number } | { readonly reason: string };

async function makePlan(trial: Trial): Promise<Plan> {
  const limit = sessionLimit(trial);
  if (limit === undefined) return { reason: 'how many sessions an instance takes is not known' };
  const sessions = 2 * limit;
  if (sessions > MOST_SESSIONS)
    return { reason: `it would open ${count(sessions, 'session')}, ${MOST_SESSIONS} at most` };
  const running = await runningInstances(trial);
  const { used, started } = firstFit(running, sessions, limit);
  const ceiling = trial.control?.served.config.maxInstances ?? Number.POSITIVE_INFINITY;
  if (running.length + started > ceiling) {
    return { reason: `it needs ${count(running.length + started, 'instance')}, maxInstances is ${ceiling}` };
  }
  return { sessions, instances: used };
}

/** The oldest instance with room takes a session; where none has any, one is started. */
function firstFit(
  running: readonly InstanceInfo[],
  sessions: number,
  limit: number,
): { used: number; started: number } {
  const rooms = [...running]
    .sort((one, other) => one.createdTimeMs - other.createdTimeMs)
    .map((instance) => Math.max(0, limit - instance.sessions))
    .filter((room) => room > 0);
  let left = sessions;
  let used = 0;
  for (const room of rooms) {
    if (left <= 0) break;
    left -= room;
    used += 1;
  }
  const started = Math.ceil(Math.max(0, left) / limit);
  return { used: used + started, started };
}

/** Which instance served each ID, or the first finding that says why that is not known. */
type Whereabouts = { readonly instances: readonly string[] } | { readonly finding: Finding };

async function whereTheyAre(client: HeaderClient, sessionIds: readonly string[]): Promise<Whereabouts> {
  const instances: string[] = [];
  for (const sessionId of sessionIds) {
    const { witness } = await client.visit(undefined, sessionId);
    if (witness.kind === 'contradiction') return { finding: judge(false, witness.says) };
    if (witness.kind === 'unknown') return { finding: skip(unknownInstance(witness)) };
    instances.push(witness.instanceId);
  }
  return { instances };
}

function fillsExactly(where: Whereabouts, expected: number): Finding {
  if ('finding' in where) return where.finding;
  const used = new Set(where.instances).size;
  const sessions = count(where.instances.length, 'session');
  return judge(
    used === expected,
    `${sessions} on ${count(used, 'instance')}`,
    `${sessions} on ${count(expected, 'instance')}`,
  );
}

function staysPut(before: Whereabouts, after: Whereabouts): Finding {
  if ('finding' in before) return before.finding;
  if ('finding' in after) return after.finding;
  const moved = before.instances.filter((instanceId, at) => instanceId !== after.instances[at]).length;
  return judge(moved === 0, moved === 0 ? 'none moved' : `${moved} of ${before.instances.length} moved`);
}
