import { EXPIRED_RETENTION_MS } from '../../model/limits.js';
import type { Step } from '../report.js';
import { type Finding, judge } from '../suite.js';
import { type LifecycleStage, statusesOf } from './lifecycle-stage.js';
import { describe, isRefusal, type SessionVisit, tellsNothing } from './session-client.js';

const AT_ONCE = ['no-reuse.refused', 'no-reuse.not-called', 'no-reuse.nothing-told'];
const LATER = ['no-reuse.within-3-days', 'no-reuse.after-3-days'];
const BAN_IN_SECONDS = EXPIRED_RETENTION_MS / 1000;

/** disableSessionIdReuse: an ID that is refused once its session has ended, for three days. */
export async function* noReuse(stage: LifecycleStage): AsyncGenerator<Step> {
  const { client, probe, time } = stage;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) {
    yield* stage.skipped([...AT_ONCE, ...LATER], obstacle);
    return;
  }
  const session = await probe.create({ sessionTTLInSeconds: unit, disableSessionIdReuse: true });
  const { sessionId } = session;
  const heard = await client.send(sessionId);
  await time.pass(1.3 * unit);
  const ended = await stage.hasEnded(session);
  if (ended.status !== 'passed') {
    yield* stage.skipped([...AT_ONCE, ...LATER], `the session did not end: ${ended.actual}`);
    return;
  }
  const refused = await client.send(sessionId, { label: 'ended for good' });
  const finding = isRefusal(refused, 400, 'SessionExpired');
  yield stage.step('no-reuse.refused', finding, refused);
  yield stage.step('no-reuse.not-called', await client.isUnheard(refused, heard), refused);
  yield stage.step('no-reuse.nothing-told', tellsNothing(refused), refused);

  const tooLong = time.obstacle(BAN_IN_SECONDS);
  if (finding.status !== 'passed' || tooLong !== undefined) {
    yield* stage.skipped(LATER, tooLong ?? 'the ID was not refused to begin with');
    return;
  }
  await time.pass(BAN_IN_SECONDS - unit);
  const still = await client.send(sessionId, { label: 'just before 3 days' });
  yield stage.step('no-reuse.within-3-days', isRefusal(still, 400, 'SessionExpired'), still);
  await time.pass(unit);
  const visit = await client.send(sessionId, { label: 'after 3 days' });
  yield stage.step('no-reuse.after-3-days', await isAccepted(stage, visit, sessionId), visit);
}

/** The ID is forgotten by then: by cookie it is one that nobody issued, by header one that the client chose. */
async function isAccepted(
  stage: LifecycleStage,
  { answer, told, toldLines }: SessionVisit,
  sessionId: string,
): Promise<Finding> {
  if (answer.status !== 200) return judge(false, describe(answer));
  if (stage.client.headerName === undefined) {
    const isRenamed = told.length === 1 && told[0] !== sessionId;
    const expected = 'one Set-Cookie, of another session';
    return judge(isRenamed, toldLines.join(' and ') || 'no session cookie', expected);
  }
  const found = await stage.generations(sessionId);
  const active = found.filter(({ sessionStatus }) => sessionStatus === 'Active');
  return judge(active.length === 1, statusesOf(found), 'an Active session of that ID');
}
