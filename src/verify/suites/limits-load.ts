import type { InstanceInfo } from '../../model/instance.js';
import { REQUESTS_PER_INSTANCE } from '../../model/limits.js';
import { wait } from '../../system/wait.js';
import { count } from '../count.js';
import { runningInstances, sessionLimit } from '../fill-instance.js';
import { HeldRequests } from '../held-requests.js';
import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import type { Control, Trial } from '../trial.js';
import { compareInstances, unknownInstance } from '../witness.js';
import { isRefusal, isStatus, type SessionClient } from './session-client.js';

const LOOK_EVERY_MS = 50;
const LONGEST_WAIT_MS = 10_000;
/** Slower than this, a refusal has waited for something. */
const AT_ONCE_MS = 3000;
const WHATS = ['bound', 'not-called', 'new-session', 'new-instance', 'released'];

/** Holds 200 requests of one session in flight, and looks what that session and a new one get. */
export async function* load(trial: Trial, control: Control, client: SessionClient): AsyncGenerator<Step> {
  const heard = await client.send(undefined, { label: 'before the load' });
  const sessionId = heard.told[0];
  const first = await client.whoServed(heard);
  if (sessionId === undefined || first.kind !== 'known') {
    const reason = first.kind === 'known' ? 'a request was told no session ID' : unknownInstance(first);
    for (const what of WHATS) yield trial.step(`limits.load.${what}`, skip(reason));
    return;
  }
  const { instanceId } = first;
  const headers = client.carrying(sessionId);
  const held = new HeldRequests({ url: trial.url, headers, number: REQUESTS_PER_INSTANCE });
  try {
    const inFlight = await untilInFlight(
      trial,
      instanceId,
      (number) => number >= REQUESTS_PER_INSTANCE || held.lost > 0,
    );
    if (inFlight < REQUESTS_PER_INSTANCE) {
      const lost = held.lost > 0 ? `, the target let go of ${held.lost}` : '';
      const reason = `only ${count(inFlight, 'request')} could be held in flight${lost}`;
      for (const what of WHATS) yield trial.step(`limits.load.${what}`, skip(reason));
      return;
    }
    const obstacle = await noSecondInstance(trial, control, instanceId);
    const start = trial.clock.now();
    const bound = await client.send(sessionId, { label: 'one more of the session' });
    const tookMs = trial.clock.now() - start;
    const fresh =
      obstacle === undefined ? await client.send(undefined, { label: 'a new session' }) : undefined;
    const stillInFlight = (await find(trial, instanceId))?.inFlight ?? 0;
    const slipped =
      stillInFlight >= REQUESTS_PER_INSTANCE
        ? undefined
        : `the target let go of requests meanwhile: ${count(stillInFlight, 'request')} in flight`;
    const unless = (finding: Finding): Finding =>
      slipped === undefined || finding.status !== 'failed' ? finding : skip(slipped, finding.actual);

    yield trial.step(
      'limits.load.bound',
      unless(isRefusedAtOnce(isRefusal(bound, 429, 'ResourceExhausted'), tookMs)),
      bound.answer,
    );
    yield trial.step('limits.load.not-called', unless(await client.isUnheard(bound, heard)), bound.answer);
    if (fresh === undefined) {
      for (const what of ['new-session', 'new-instance']) {
        yield trial.step(`limits.load.${what}`, skip(obstacle ?? ''));
      }
    } else {
      yield trial.step('limits.load.new-session', isStatus(fresh, 200), fresh.answer);
      const second = await client.whoServed(fresh);
      const lacking = sessionLimit(trial) === 1 ? 'an instance takes one session only' : undefined;
      const finding = compareInstances({ first, second, wanted: 'other', lacking });
      yield trial.step('limits.load.new-instance', unless(finding), fresh.answer);
    }
  } finally {
    held.release();
  }
  await untilInFlight(trial, instanceId, (number) => number < REQUESTS_PER_INSTANCE);
  const after = await client.send(sessionId, { label: 'after the load' });
  yield trial.step('limits.load.released', isStatus(after, 200), after.answer);
}

function isRefusedAtOnce(finding: Finding, tookMs: number): Finding {
  const actual = `${finding.actual} (after ${Math.round(tookMs)} ms)`;
  const holds = finding.status === 'passed' && tookMs < AT_ONCE_MS;
  return judge(holds, actual, `${finding.expected}, within ${AT_ONCE_MS} ms`);
}

/** @returns why a new session cannot be served elsewhere, if it cannot */
async function noSecondInstance(
  trial: Trial,
  { served }: Control,
  instanceId: string,
): Promise<string | undefined> {
  const { maxInstances } = served.config;
  const others = (await runningInstances(trial)).filter((one) => one.instanceId !== instanceId);
  const limit = sessionLimit(trial) ?? 1;
  const hasRoom = others.some((one) => one.sessions < limit && one.inFlight < REQUESTS_PER_INSTANCE);
  if (hasRoom || others.length + 1 < maxInstances) return undefined;
  return `the function has its ${count(maxInstances, 'instance')} already, and none has room`;
}

/** @returns the last number of requests in flight that was seen */
async function untilInFlight(
  trial: Trial,
  instanceId: string,
  isReached: (number: number) => boolean,
): Promise<number> {
  const deadline = trial.clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    trial.target.signal?.throwIfAborted();
    const number = (await find(trial, instanceId))?.inFlight ?? 0;
    if (isReached(number) || trial.clock.now() >= deadline) return number;
    await wait(trial.clock, LOOK_EVERY_MS, { keepAlive: true });
  }
}

async function find(trial: Trial, instanceId: string): Promise<InstanceInfo | undefined> {
  return (await runningInstances(trial)).find((one) => one.instanceId === instanceId);
}
