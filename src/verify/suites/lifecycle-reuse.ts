import { EXPIRED_RETENTION_MS } from '../../model/limits.js';
import { judge, type StepResult } from '../check.js';
import type { Step } from '../report.js';
import { hasStatus } from '../round-trip.js';
import { type LifecycleRun, statusesOf } from './lifecycle-run.js';
import { isRefusal, namesNoSession, type SessionRequest } from './session-client.js';

const AT_ONCE = ['no-reuse.refused', 'no-reuse.not-called', 'no-reuse.nothing-told'];
const LATER = ['no-reuse.within-3-days', 'no-reuse.after-3-days'];
const BAN_IN_SECONDS = EXPIRED_RETENTION_MS / 1000;

/** disableSessionIdReuse: the ID of an ended session is refused for three days. */
export async function* noReuse(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  const { client, probe, time } = lifecycle;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) {
    yield* lifecycle.skipped([...AT_ONCE, ...LATER], obstacle);
    return;
  }
  const session = await probe.create({ sessionTTLInSeconds: unit, disableSessionIdReuse: true });
  const { sessionId } = session;
  const answered = await client.send(sessionId);
  await time.pass(1.3 * unit);
  const ended = await lifecycle.hasEnded(session);
  if (ended.status !== 'passed') {
    yield* lifecycle.skipped([...AT_ONCE, ...LATER], `the session did not end: ${ended.actual}`);
    return;
  }
  const refused = await client.send(sessionId, { label: 'ended for good' });
  const result = isRefusal(refused, 400, 'SessionExpired');
  yield lifecycle.step('no-reuse.refused', result, refused);
  yield lifecycle.step('no-reuse.not-called', await client.isNotCalled(refused, answered), refused);
  yield lifecycle.step('no-reuse.nothing-told', namesNoSession(refused), refused);

  const tooLong = time.obstacle(BAN_IN_SECONDS);
  if (result.status !== 'passed' || tooLong !== undefined) {
    yield* lifecycle.skipped(LATER, tooLong ?? 'the ID was not refused at first');
    return;
  }
  await time.pass(BAN_IN_SECONDS - unit);
  const still = await client.send(sessionId, { label: 'just before 3 days' });
  yield lifecycle.step('no-reuse.within-3-days', isRefusal(still, 400, 'SessionExpired'), still);
  await time.pass(unit);
  const request = await client.send(sessionId, { label: 'after 3 days' });
  yield lifecycle.step('no-reuse.after-3-days', await isAccepted(lifecycle, request, sessionId), request);
}

/** By then the ID is unknown: by cookie nobody issued it, by header the client chose it. */
async function isAccepted(
  lifecycle: LifecycleRun,
  { answer, sessionIds, sessionLines }: SessionRequest,
  sessionId: string,
): Promise<StepResult> {
  if (answer.status !== 200) return hasStatus(answer, 200);
  if (lifecycle.client.headerName === undefined) {
    const isRenamed = sessionIds.length === 1 && sessionIds[0] !== sessionId;
    const expected = 'one Set-Cookie, of another session';
    return judge(isRenamed, sessionLines.join(' and ') || 'no session cookie', expected);
  }
  const found = await lifecycle.generations(sessionId);
  const active = found.filter(({ sessionStatus }) => sessionStatus === 'Active');
  return judge(active.length === 1, statusesOf(found), 'an Active session of that ID');
}
