import { REQUESTS_PER_INSTANCE } from '../../model/limits.js';
import { wait } from '../../system/wait.js';
import { checksOf, hasStatus, judge, type StepResult, skip } from '../check.js';
import { count } from '../count.js';
import { HeldRequests } from '../held-requests.js';
import { compareInstances, whyUnknown } from '../served-by.js';
import { isNotCalled, isRefusal, type SessionRequest } from '../session-client.js';
import { runningInstances, sessionLimit } from '../slots.js';
import { once, part } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import type { TargetInstance } from '../target.js';
import { type LimitsScene, needsControl } from './limits-scene.js';

type Load = ReturnType<typeof openLoad>;

/** The answers while an instance had 200 requests in flight, and after. */
type Results = Readonly<
  Record<'bound' | 'notCalled' | 'newSession' | 'newInstance' | 'released', StepResult>
>;

const LOOK_EVERY_MS = 50;
const LONGEST_WAIT_MS = 10_000;
/** A refusal must not take longer. */
const AT_ONCE_MS = 3000;

const check = checksOf<Load>();

/** Keeps 200 requests of one session in flight, and checks the answers to that session and to a new one. */
export const LOAD = part<LimitsScene, Load>({ open: openLoad, needs: needsControl }, [
  check('limits.load.bound', 'when the instance has 200 requests in flight, its session gets 429 at once')
    .promises('status 429, code ResourceExhausted', 'practices G04')
    .judge(async ({ results }) => (await results()).bound),
  check('limits.load.not-called', 'the function is not called for a refused request')
    .promises('no instance', 'practices G04')
    .judge(async ({ results }) => (await results()).notCalled),
  check(
    'limits.load.new-session',
    'a new session is served while the first instance has 200 requests in flight',
  )
    .promises('status 200', 'practices G05')
    .judge(async ({ results }) => (await results()).newSession),
  check(
    'limits.load.new-instance',
    'another instance serves the new session, although the first has a free slot',
  )
    .promises('another instance than the one with 200 in flight', 'practices G05')
    .judge(async ({ results }) => (await results()).newInstance),
  check('limits.load.released', 'when the requests have ended, the session is served again')
    .promises('status 200', 'practices G04')
    .judge(async ({ results }) => (await results()).released),
]);

function openLoad(scene: LimitsScene) {
  return { ...scene, results: once(() => load(scene)) };
}

async function load(scene: LimitsScene): Promise<Results> {
  const { run, client } = scene;
  await run.endSessions();
  const answered = await client.send(undefined, { label: 'before the load' });
  const [sessionId] = answered.sessionIds;
  const first = await answered.servedBy();
  if (first.kind !== 'known') return skipped(whyUnknown(first));
  if (sessionId === undefined) return skipped('the answer names no session ID');
  const { instanceId } = first;
  if ((await find(run, instanceId))?.inFlight === undefined)
    return skipped('the control API does not count requests in flight');
  const headers = client.carrying(sessionId);
  const held = new HeldRequests({ url: run.url, headers, number: REQUESTS_PER_INSTANCE });
  let loaded: Omit<Results, 'released'> | undefined;
  try {
    const isLoaded = (number: number): boolean => number >= REQUESTS_PER_INSTANCE || held.lost > 0;
    const inFlight = await untilInFlight(run, instanceId, isLoaded);
    if (inFlight < REQUESTS_PER_INSTANCE) {
      const lost = held.lost > 0 ? `, the target ended ${held.lost}` : '';
      return skipped(`only ${count(inFlight, 'request')} could be held in flight${lost}`);
    }
    loaded = await whileLoaded(scene, { answered, sessionId, instanceId });
  } finally {
    held.release();
  }
  await untilInFlight(run, instanceId, (number) => number < REQUESTS_PER_INSTANCE);
  const after = await client.send(sessionId, { label: 'after the load' });
  return { ...loaded, released: hasStatus(after.answer, 200) };
}

function skipped(reason: string): Results {
  const each = skip(reason);
  return { bound: each, notCalled: each, newSession: each, newInstance: each, released: each };
}

interface Bound {
  readonly answered: SessionRequest;
  readonly sessionId: string;
  readonly instanceId: string;
}

/** Sends one more request of the session, and a request of a new session if another instance can serve it. */
async function whileLoaded(
  { run, client }: LimitsScene,
  { answered, sessionId, instanceId }: Bound,
): Promise<Omit<Results, 'released'>> {
  const obstacle = await noSecondInstance(run, instanceId);
  const start = run.clock.now();
  const bound = await client.send(sessionId, { label: 'one more of the session' });
  const tookMs = run.clock.now() - start;
  const fresh = obstacle ?? (await client.send(undefined, { label: 'a new session' }));
  const inFlight = (await find(run, instanceId))?.inFlight ?? 0;
  const slipped = `the target ended requests during the check: ${count(inFlight, 'request')} in flight`;
  const unlessSlipped = (result: StepResult): StepResult =>
    inFlight >= REQUESTS_PER_INSTANCE || result.status !== 'failed' ? result : skip(slipped, result.actual);
  const unproven = sessionLimit(run) === 1 ? 'an instance takes one session only' : undefined;
  return {
    bound: unlessSlipped(isRefusedAtOnce(isRefusal(bound, 429, 'ResourceExhausted'), tookMs)),
    notCalled: unlessSlipped(await isNotCalled(run, bound, answered)),
    newSession: typeof fresh === 'string' ? skip(fresh) : hasStatus(fresh.answer, 200),
    newInstance:
      typeof fresh === 'string'
        ? skip(fresh)
        : unlessSlipped(await compareInstances(answered, fresh, { wanted: 'other', unproven })),
  };
}

function isRefusedAtOnce(result: StepResult, tookMs: number): StepResult {
  const actual = `${result.actual} (after ${Math.round(tookMs)} ms)`;
  const holds = result.status === 'passed' && tookMs < AT_ONCE_MS;
  return { ...result, ...judge(holds, actual, `${result.expected}, within ${AT_ONCE_MS} ms`) };
}

/** @returns the reason why no other instance can serve a new session; undefined when one can */
async function noSecondInstance(run: SuiteRun, instanceId: string): Promise<string | undefined> {
  const maxInstances = run.control?.served.config.maxInstances ?? 1;
  const others = (await runningInstances(run)).filter((one) => one.instanceId !== instanceId);
  const limit = sessionLimit(run) ?? 1;
  const hasFreeSlot = others.some(
    (one) => one.sessions < limit && (one.inFlight ?? 0) < REQUESTS_PER_INSTANCE,
  );
  if (hasFreeSlot || others.length + 1 < maxInstances) return undefined;
  return `the function has its ${count(maxInstances, 'instance')} already, and none has a free slot`;
}

/** @returns the last known number of requests in flight */
async function untilInFlight(
  run: SuiteRun,
  instanceId: string,
  isReached: (number: number) => boolean,
): Promise<number> {
  const deadline = run.clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    run.target.signal?.throwIfAborted();
    const number = (await find(run, instanceId))?.inFlight ?? 0;
    if (isReached(number) || run.clock.now() >= deadline) return number;
    await wait(run.clock, LOOK_EVERY_MS, { keepAlive: true });
  }
}

async function find(run: SuiteRun, instanceId: string): Promise<TargetInstance | undefined> {
  return (await runningInstances(run)).find((one) => one.instanceId === instanceId);
}
