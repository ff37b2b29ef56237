import type { Session } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { hasStatus } from '../round-trip.js';
import { type LifecycleRun, statusesOf } from './lifecycle-run.js';
import type { SessionRequest } from './session-client.js';

const AGAIN = ['again.status', 'again.told', 'again.session', 'again.listed'];
const TOO_SLOW = 'the requests took so long that the session could end between them';

/** A session ends by its TTL though it is used, its ID is used again, and a session ends by its idle time. */
export async function* ends(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  const { time } = lifecycle;
  const obstacle = time.obstacle(time.unitInSeconds);
  if (obstacle !== undefined) {
    yield* lifecycle.skipped(['ttl.used', ...AGAIN, 'idle.used', 'idle.ends'], obstacle);
    return;
  }
  const session = await lifecycle.probe.create({ sessionTTLInSeconds: time.unitInSeconds });
  const ended = await endsThoughUsed(lifecycle, session);
  yield lifecycle.step('ttl.used', ended);
  if (ended.status === 'passed') yield* again(lifecycle, session);
  else yield* lifecycle.skipped(AGAIN, 'the session did not end by its TTL');
  yield* idles(lifecycle);
}

/** Uses the session late, so that an idle time, or a TTL that each use renews, would not have ended it yet. */
async function endsThoughUsed(lifecycle: LifecycleRun, session: Session): Promise<StepResult> {
  const { time, client } = lifecycle;
  const unit = time.unitInSeconds;
  const start = await time.now();
  for (let use = 1; use <= 2; use += 1) {
    await time.pass(0.3 * unit);
    await client.send(session.sessionId, { label: `use ${use} within the TTL` });
  }
  const before = await lifecycle.isActive(session);
  if (before.status !== 'passed') {
    const isLate = (await time.now()) - start >= 900 * unit;
    return isLate ? skip(TOO_SLOW, before.actual) : judge(false, `before its TTL: ${before.actual}`);
  }
  await time.pass(0.7 * unit);
  const expected = `Expired ${unit} s after its creation`;
  return { ...(await lifecycle.hasEnded(session)), expected };
}

async function* again(lifecycle: LifecycleRun, session: Session): AsyncGenerator<Step> {
  const { sessionId, createdTime } = session;
  const request = await lifecycle.client.send(sessionId, { label: 'after the TTL' });
  yield lifecycle.step('again.status', hasStatus(request.answer, 200), request);
  yield lifecycle.step('again.told', namesSession(lifecycle, request, sessionId), request);
  const found = await lifecycle.generations(sessionId);
  const active = found.filter(({ sessionStatus }) => sessionStatus === 'Active');
  const expired = found.filter(({ sessionStatus }) => sessionStatus === 'Expired');
  const isNew = active.length === 1 && active.every((one) => one.createdTime > createdTime);
  const expected = `an Active session of that ID, created later than ${createdTime}`;
  yield lifecycle.step('again.session', judge(isNew, statusesOf(active), expected));
  yield lifecycle.step('again.listed', judge(active.length === 1 && expired.length === 1, statusesOf(found)));
}

/** By cookie the client needs the cookie again, with a new Max-Age; by header it knows the ID already. */
function namesSession(
  { client }: LifecycleRun,
  { sessionIds, sessionLines }: SessionRequest,
  sessionId: string,
): StepResult {
  const actual = sessionLines.join(' and ') || 'nothing';
  if (client.headerName !== undefined) {
    return judge(
      sessionIds.length === 0,
      actual,
      `no response header ${client.headerName}: the client knows its ID`,
    );
  }
  return judge(
    sessionIds.length === 1 && sessionIds[0] === sessionId,
    actual,
    `one Set-Cookie, of session ${sessionId}`,
  );
}

async function* idles(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  const { time, client, probe } = lifecycle;
  const unit = time.unitInSeconds;
  const session = await probe.create({
    sessionTTLInSeconds: 10 * unit,
    sessionIdleTimeoutInSeconds: unit,
  });
  let longestGapMs = 0;
  for (let use = 1; use <= 4; use += 1) {
    const lastUsed = await time.now();
    await time.pass(0.4 * unit);
    longestGapMs = Math.max(longestGapMs, (await time.now()) - lastUsed);
    await client.send(session.sessionId);
  }
  const used = await lifecycle.isActive(session);
  const isLate = used.status === 'failed' && longestGapMs >= 900 * unit;
  yield lifecycle.step('idle.used', isLate ? skip(TOO_SLOW, used.actual) : used);
  if (used.status !== 'passed') {
    yield* lifecycle.skipped(['idle.ends'], 'the session ended while it was used');
    return;
  }
  await time.pass(1.3 * unit);
  const expected = `Expired ${unit} s after its last request`;
  yield lifecycle.step('idle.ends', { ...(await lifecycle.hasEnded(session)), expected });
}
