import { setMaxListeners } from 'node:events';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import { count } from '../count.js';
import { describeAnswer } from '../round-trip.js';
import { notKnown } from '../served-by.js';
import { isNotCalled, isRefusal, namesNoSession, type SessionRequest } from '../session-client.js';
import { runningInstances, sessionLimit } from '../slots.js';
import { once, part } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { type LimitsScene, needsControl } from './limits-scene.js';

type Burst = Awaited<ReturnType<typeof openBurst>>;

const AT_ONCE = 50;
/** A limit, because the suite is no load test. */
const MOST_SESSIONS = 100;

const check = checksOf<Burst>();

/** Sends many first requests at the same time, and then fills every slot of every instance. */
export const BURST = part<LimitsScene, Burst>({ open: openBurst, needs: needsMost }, [
  check('limits.burst.answered', '50 simultaneous first requests get one answer for each free slot')
    .promises('status 200 for each slot, 429 for the rest', 'cookie C08')
    .judge(async ({ requests, free }) => answersOneForEachSlot(await requests(), Math.min(AT_ONCE, free))),
  check('limits.burst.places', 'no instance gets more sessions than its limit')
    .promises('at most sessionConcurrencyPerInstance on each', 'cookie C08')
    .judge(async ({ run, opened, limit }) => isWithin(run, await opened(), limit)),
  check('limits.ceiling.status', 'when all instances are full, a new session is refused')
    .promises('status 429, code ResourceExhausted', 'errors §4.6')
    .needs(needsCeiling)
    .judge(async ({ beyond, limit, maxInstances }) => {
      const result = isRefusal(await beyond(), 429, 'ResourceExhausted');
      const full = `${count(maxInstances ?? 0, 'instance')} of ${count(limit, 'session')}`;
      return { ...result, actual: `${result.actual} (${full})` };
    }),
  check('limits.ceiling.nothing-told', 'the refusal names no session ID')
    .promises('none', 'inferred U44')
    .needs(needsCeiling)
    .judge(async ({ beyond }) => namesNoSession(await beyond())),
  check('limits.ceiling.not-called', 'the function is not called for a refused request')
    .promises('no instance', 'errors §4.6')
    .needs(needsCeiling)
    .judge(async ({ run, opened, beyond }) => {
      const [answered] = await opened();
      return isNotCalled(run, await beyond(), answered ?? (await beyond()));
    }),
  check('limits.ceiling.bound', 'an Active session is still served')
    .promises('status 200', 'inferred §4.6')
    .needs(needsCeiling)
    .judge(async ({ client, opened }) => {
      const sessionId = (await opened())[0]?.sessionIds[0];
      const bound = await client.send(sessionId, { label: 'a session that is there' });
      return hasStatus(bound.answer, 200);
    }),
]);

async function openBurst(scene: LimitsScene) {
  const { run, client } = scene;
  await run.endSessions();
  const limit = sessionLimit(run) ?? 1;
  const maxInstances = run.control?.served.config.maxInstances;
  const taken = (await runningInstances(run)).reduce((sum, { sessions }) => sum + sessions, 0);
  /** The free slots before the requests. */
  const free = (maxInstances ?? 0) * limit - taken;
  const requests = once(() => {
    const { signal } = run.target;
    // Each request adds a listener to the signal, so many listeners are not a leak.
    if (signal !== undefined) setMaxListeners(2 * AT_ONCE, signal);
    return Promise.all(Array.from({ length: AT_ONCE }, () => client.send()));
  });
  /** The requests that opened a session. */
  const opened = once(async () =>
    (await requests()).filter(({ answer, sessionIds }) => answer.status === 200 && sessionIds.length === 1),
  );
  /** One more request after every slot of every instance is filled. */
  const beyond = once(async () => {
    for (let more = (await opened()).length; more < free; more += 1) await client.send();
    return client.send(undefined, { label: 'one more than all take' });
  });
  return { ...scene, limit, maxInstances, free, requests, opened, beyond };
}

function needsMost(burst: Burst): string | undefined {
  const isKnown = burst.run.control === undefined || burst.maxInstances !== undefined;
  return (
    needsControl(burst) ?? (isKnown ? undefined : 'how many instances the function may have is not known')
  );
}

async function needsCeiling(burst: Burst): Promise<string | undefined> {
  const { length } = await burst.opened();
  if (length === 0) return 'no first request was answered';
  if (Math.max(burst.free, length) <= MOST_SESSIONS) return undefined;
  return `the function takes ${count(burst.free, 'more session')}, the suite opens at most ${MOST_SESSIONS}`;
}

function answersOneForEachSlot(requests: readonly SessionRequest[], slots: number): StepResult {
  const statuses = requests.map(({ answer }) => answer.status);
  const answered = statuses.filter((status) => status === 200).length;
  const refused = statuses.filter((status) => status === 429).length;
  const counts = (ok: number, exhausted: number): string => `${ok} answered with 200, ${exhausted} with 429`;
  const other = requests.find(({ answer }) => answer.status !== 200 && answer.status !== 429);
  const rest = other === undefined ? '' : `; also ${describeAnswer(other.answer)}`;
  return judge(
    answered === slots && answered + refused === requests.length,
    `${counts(answered, refused)}${rest}`,
    counts(slots, requests.length - slots),
  );
}

async function isWithin(
  run: SuiteRun,
  opened: readonly SessionRequest[],
  limit: number,
): Promise<StepResult> {
  const sessions = new Map<string, number>();
  for (const request of opened) {
    const servedBy = await request.servedBy();
    if (servedBy.kind !== 'known') return notKnown(servedBy);
    sessions.set(servedBy.instanceId, (sessions.get(servedBy.instanceId) ?? 0) + 1);
  }
  const most = Math.max(0, ...sessions.values());
  const listed = Math.max(0, ...(await runningInstances(run)).map((instance) => instance.sessions));
  const actual = `${count(opened.length, 'session')} on ${count(sessions.size, 'instance')}, at most ${most} on one; the control API lists at most ${listed}`;
  return judge(most <= limit && listed <= limit, actual, `at most ${limit} on each`);
}
