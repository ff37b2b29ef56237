import type { Session } from '../../model/session.js';
import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import { type LifecycleStage, statusesOf } from './lifecycle-stage.js';
import { isStatus, type SessionVisit } from './session-client.js';

const AGAIN = ['again.status', 'again.told', 'again.session', 'again.listed'];
const TOO_SLOW = 'the requests took so long that the session could end between them';

/** By TTL in use, the same ID again, and by idle time out of use. */
export async function* ends(stage: LifecycleStage): AsyncGenerator<Step> {
  const { time } = stage;
  const obstacle = time.obstacle(time.unitInSeconds);
  if (obstacle !== undefined) {
    yield* stage.skipped(['ttl.used', ...AGAIN, 'idle.used', 'idle.ends'], obstacle);
    return;
  }
  const session = await stage.probe.create({ sessionTTLInSeconds: time.unitInSeconds });
  const ended = await endsThoughUsed(stage, session);
  yield stage.step('ttl.used', ended);
  if (ended.status === 'passed') yield* again(stage, session);
  else yield* stage.skipped(AGAIN, 'the session was not seen to end by its TTL');
  yield* idles(stage);
}

/** Uses it so late that neither its idle time nor a TTL that each use renews would have ended it by the look. */
async function endsThoughUsed(stage: LifecycleStage, session: Session): Promise<Finding> {
  const { time, client } = stage;
  const unit = time.unitInSeconds;
  const start = await time.now();
  for (let use = 1; use <= 2; use += 1) {
    await time.pass(0.3 * unit);
    await client.send(session.sessionId, { label: `use ${use} within the TTL` });
  }
  const before = await stage.lives(session);
  if (before.status !== 'passed') {
    const isLate = (await time.now()) - start >= 900 * unit;
    return isLate ? skip(TOO_SLOW, before.actual) : judge(false, `before its TTL: ${before.actual}`);
  }
  await time.pass(0.7 * unit);
  const expected = `Expired ${unit} s after its creation`;
  return { ...(await stage.hasEnded(session)), expected };
}

async function* again(stage: LifecycleStage, session: Session): AsyncGenerator<Step> {
  const { sessionId, createdTime } = session;
  const visit = await stage.client.send(sessionId, { label: 'after the TTL' });
  yield stage.step('again.status', isStatus(visit, 200), visit);
  yield stage.step('again.told', isTold(stage, visit, sessionId), visit);
  const found = await stage.generations(sessionId);
  const active = found.filter(({ sessionStatus }) => sessionStatus === 'Active');
  const expired = found.filter(({ sessionStatus }) => sessionStatus === 'Expired');
  const isNew = active.length === 1 && active.every((one) => one.createdTime > createdTime);
  const expected = `an Active session of that ID, created later than ${createdTime}`;
  yield stage.step('again.session', judge(isNew, statusesOf(active), expected));
  yield stage.step('again.listed', judge(active.length === 1 && expired.length === 1, statusesOf(found)));
}

/** By cookie the client's copy must live anew; by header it knows the ID already. */
function isTold({ client }: LifecycleStage, { told, toldLines }: SessionVisit, sessionId: string): Finding {
  const actual = toldLines.join(' and ') || 'nothing';
  if (client.headerName !== undefined) {
    return judge(
      told.length === 0,
      actual,
      `no response header ${client.headerName}: the client knows its ID`,
    );
  }
  return judge(told.length === 1 && told[0] === sessionId, actual, `one Set-Cookie, of session ${sessionId}`);
}

async function* idles(stage: LifecycleStage): AsyncGenerator<Step> {
  const { time, client, probe } = stage;
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
  const used = await stage.lives(session);
  const isLate = used.status === 'failed' && longestGapMs >= 900 * unit;
  yield stage.step('idle.used', isLate ? skip(TOO_SLOW, used.actual) : used);
  if (used.status !== 'passed') {
    yield* stage.skipped(['idle.ends'], 'the session did not last until it was left alone');
    return;
  }
  await time.pass(1.3 * unit);
  const expected = `Expired ${unit} s after its last request`;
  yield stage.step('idle.ends', { ...(await stage.hasEnded(session)), expected });
}
