import { setMaxListeners } from 'node:events';
import { judge, type StepResult, skip } from '../check.js';
import { count } from '../count.js';
import type { Step } from '../report.js';
import { describeAnswer, hasStatus } from '../round-trip.js';
import { notKnown } from '../served-by.js';
import { runningInstances, sessionLimit } from '../slots.js';
import type { Control, SuiteRun } from '../suite-run.js';
import { isRefusal, namesNoSession, type SessionClient, type SessionRequest } from './session-client.js';

const AT_ONCE = 50;
/** The suite is no load test. */
const MOST_SESSIONS = 100;
const CEILING = ['status', 'nothing-told', 'not-called', 'bound'];

/** Sends many first requests at once, and then fills every slot of every instance. */
export async function* burst(run: SuiteRun, control: Control, client: SessionClient): AsyncGenerator<Step> {
  const limit = sessionLimit(run) ?? 1;
  const { maxInstances } = control.served.config;
  const free = maxInstances * limit - (await taken(run));
  const { signal } = run.target;
  // Each request listens to the signal: so many listeners are no leak.
  if (signal !== undefined) setMaxListeners(2 * AT_ONCE, signal);
  const requests = await Promise.all(Array.from({ length: AT_ONCE }, () => client.send()));
  const opened = requests.filter(
    ({ answer, sessionIds }) => answer.status === 200 && sessionIds.length === 1,
  );
  yield run.step('limits.burst.answered', answersOneForEachSlot(requests, Math.min(AT_ONCE, free)));
  yield run.step('limits.burst.places', await isWithin(run, client, { opened, limit }));

  const missing = free - opened.length;
  const [answered] = opened;
  if (answered === undefined || opened.length + missing > MOST_SESSIONS) {
    const reason =
      answered === undefined
        ? 'no first request was answered'
        : `the function takes ${count(free, 'more session')}, the suite opens at most ${MOST_SESSIONS}`;
    for (const what of CEILING) yield run.step(`limits.ceiling.${what}`, skip(reason));
    return;
  }
  for (let more = 0; more < missing; more += 1) await client.send();
  const beyond = await client.send(undefined, { label: 'one more than all take' });
  const result = isRefusal(beyond, 429, 'ResourceExhausted');
  const full = `${count(maxInstances, 'instance')} of ${count(limit, 'session')}`;
  yield run.step('limits.ceiling.status', { ...result, actual: `${result.actual} (${full})` }, beyond.answer);
  yield run.step('limits.ceiling.nothing-told', namesNoSession(beyond), beyond.answer);
  yield run.step('limits.ceiling.not-called', await client.isNotCalled(beyond, answered), beyond.answer);
  const bound = await client.send(answered.sessionIds[0], { label: 'a session that is there' });
  yield run.step('limits.ceiling.bound', hasStatus(bound.answer, 200), bound.answer);
}

async function taken(run: SuiteRun): Promise<number> {
  const instances = await runningInstances(run);
  return instances.reduce((sum, { sessions }) => sum + sessions, 0);
}

function answersOneForEachSlot(requests: readonly SessionRequest[], slots: number): StepResult {
  const statuses = new Map<number, number>();
  for (const { answer } of requests) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  const answered = statuses.get(200) ?? 0;
  const refused = statuses.get(429) ?? 0;
  const counts = (ok: number, exhausted: number): string => `${ok} answered with 200, ${exhausted} with 429`;
  const other = requests.find(({ answer }) => answer.status !== 200 && answer.status !== 429);
  const rest = other === undefined ? '' : `; also ${describeAnswer(other.answer)}`;
  return judge(
    answered === slots && answered + refused === requests.length,
    `${counts(answered, refused)}${rest}`,
    counts(slots, requests.length - slots),
  );
}

interface Spread {
  readonly opened: readonly SessionRequest[];
  readonly limit: number;
}

async function isWithin(
  run: SuiteRun,
  client: SessionClient,
  { opened, limit }: Spread,
): Promise<StepResult> {
  const sessions = new Map<string, number>();
  for (const request of opened) {
    const servedBy = await client.whoServed(request);
    if (servedBy.kind !== 'known') return notKnown(servedBy);
    sessions.set(servedBy.instanceId, (sessions.get(servedBy.instanceId) ?? 0) + 1);
  }
  const most = Math.max(0, ...sessions.values());
  const listed = Math.max(0, ...(await runningInstances(run)).map((instance) => instance.sessions));
  const actual = `${count(opened.length, 'session')} on ${count(sessions.size, 'instance')}, at most ${most} on one; the control API lists at most ${listed}`;
  return judge(most <= limit && listed <= limit, actual, `at most ${limit} on each`);
}
