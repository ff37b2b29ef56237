import type { InstanceInfo } from '../../model/instance.js';
import { REQUESTS_PER_INSTANCE } from '../../model/limits.js';
import { wait } from '../../system/wait.js';
import { judge, type StepResult, skip } from '../check.js';
import { count } from '../count.js';
import { HeldRequests } from '../held-requests.js';
import type { Step } from '../report.js';
import { hasStatus } from '../round-trip.js';
import { compareInstances, whyUnknown } from '../served-by.js';
import { runningInstances, sessionLimit } from '../slots.js';
import type { Control, SuiteRun } from '../suite-run.js';
import { isRefusal, type SessionClient } from './session-client.js';

const LOOK_EVERY_MS = 50;
const LONGEST_WAIT_MS = 10_000;
/** A refusal that takes longer has waited for something. */
const AT_ONCE_MS = 3000;
const WHATS = ['bound', 'not-called', 'new-session', 'new-instance', 'released'];

/** Holds 200 requests of one session in flight, and checks how that session and a new one are answered. */
export async function* load(run: SuiteRun, control: Control, client: SessionClient): AsyncGenerator<Step> {
  const answered = await client.send(undefined, { label: 'before the load' });
  const sessionId = answered.sessionIds[0];
  const first = await client.whoServed(answered);
  if (sessionId === undefined || first.kind !== 'known') {
    const reason = first.kind === 'known' ? 'the answer names no session ID' : whyUnknown(first);
    for (const what of WHATS) yield run.step(`limits.load.${what}`, skip(reason));
    return;
  }
  const { instanceId } = first;
  const headers = client.carrying(sessionId);
  const held = new HeldRequests({ url: run.url, headers, number: REQUESTS_PER_INSTANCE });
  try {
    const inFlight = await untilInFlight(
      run,
      instanceId,
      (number) => number >= REQUESTS_PER_INSTANCE || held.lost > 0,
    );
    if (inFlight < REQUESTS_PER_INSTANCE) {
      const lost = held.lost > 0 ? `, the target let go of ${held.lost}` : '';
      const reason = `only ${count(inFlight, 'request')} could be held in flight${lost}`;
      for (const what of WHATS) yield run.step(`limits.load.${what}`, skip(reason));
      return;
    }
    const obstacle = await noSecondInstance(run, control, instanceId);
    const start = run.clock.now();
    const bound = await client.send(sessionId, { label: 'one more of the session' });
    const tookMs = run.clock.now() - start;
    const fresh =
      obstacle === undefined ? await client.send(undefined, { label: 'a new session' }) : undefined;
    const stillInFlight = (await find(run, instanceId))?.inFlight ?? 0;
    const slipped =
      stillInFlight >= REQUESTS_PER_INSTANCE
        ? undefined
        : `the target let go of requests meanwhile: ${count(stillInFlight, 'request')} in flight`;
    const unless = (result: StepResult): StepResult =>
      slipped === undefined || result.status !== 'failed' ? result : skip(slipped, result.actual);

    yield run.step(
      'limits.load.bound',
      unless(isRefusedAtOnce(isRefusal(bound, 429, 'ResourceExhausted'), tookMs)),
      bound.answer,
    );
    yield run.step('limits.load.not-called', unless(await client.isNotCalled(bound, answered)), bound.answer);
    if (fresh === undefined) {
      for (const what of ['new-session', 'new-instance']) {
        yield run.step(`limits.load.${what}`, skip(obstacle ?? ''));
      }
    } else {
      yield run.step('limits.load.new-session', hasStatus(fresh.answer, 200), fresh.answer);
      const second = await client.whoServed(fresh);
      const unproven = sessionLimit(run) === 1 ? 'an instance takes one session only' : undefined;
      const result = compareInstances({ first, second, wanted: 'other', unproven });
      yield run.step('limits.load.new-instance', unless(result), fresh.answer);
    }
  } finally {
    held.release();
  }
  await untilInFlight(run, instanceId, (number) => number < REQUESTS_PER_INSTANCE);
  const after = await client.send(sessionId, { label: 'after the load' });
  yield run.step('limits.load.released', hasStatus(after.answer, 200), after.answer);
}

function isRefusedAtOnce(result: StepResult, tookMs: number): StepResult {
  const actual = `${result.actual} (after ${Math.round(tookMs)} ms)`;
  const holds = result.status === 'passed' && tookMs < AT_ONCE_MS;
  return judge(holds, actual, `${result.expected}, within ${AT_ONCE_MS} ms`);
}

/** @returns why no other instance can serve a new session; undefined where one can */
async function noSecondInstance(
  run: SuiteRun,
  { served }: Control,
  instanceId: string,
): Promise<string | undefined> {
  const { maxInstances } = served.config;
  const others = (await runningInstances(run)).filter((one) => one.instanceId !== instanceId);
  const limit = sessionLimit(run) ?? 1;
  const hasFreeSlot = others.some((one) => one.sessions < limit && one.inFlight < REQUESTS_PER_INSTANCE);
  if (hasFreeSlot || others.length + 1 < maxInstances) return undefined;
  return `the function has its ${count(maxInstances, 'instance')} already, and none has a free slot`;
}

/** @returns the number of requests in flight, as last read */
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

async function find(run: SuiteRun, instanceId: string): Promise<InstanceInfo | undefined> {
  return (await runningInstances(run)).find((one) => one.instanceId === instanceId);
}
