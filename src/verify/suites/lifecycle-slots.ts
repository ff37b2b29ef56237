import type { Session } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import { count } from '../count.js';
import type { Step } from '../report.js';
import { hasStatus } from '../round-trip.js';
import { notKnown } from '../served-by.js';
import { fillInstance, runningInstances, sessionLimit } from '../slots.js';
import type { LifecycleRun } from './lifecycle-run.js';

/** The suite is no load test. */
const MOST_SESSIONS = 40;

/** Ends a session of a full instance, and checks where the next one goes. */
export async function* slots(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  yield lifecycle.step('place.expired', await isReused(lifecycle, byExpiry));
  await lifecycle.run.endSessions();
  yield lifecycle.step('place.deleted', await isReused(lifecycle, byDeletion));
}

/** Ends the session. @returns why that is not possible here; undefined when it is done */
type EndSession = (lifecycle: LifecycleRun, session: Session) => Promise<string | undefined>;

const byExpiry: EndSession = async (lifecycle, session) => {
  const { probe, time } = lifecycle;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) return obstacle;
  const ref = { ...probe.ref, sessionId: session.sessionId };
  await probe.answer('UpdateSession', probe.sessions.update(ref, { sessionTTLInSeconds: unit }));
  await time.pass(1.3 * unit);
  const ended = await lifecycle.hasEnded(session);
  return ended.status === 'passed' ? undefined : `the session did not end: ${ended.actual}`;
};

const byDeletion: EndSession = async ({ probe }, { sessionId }) => {
  await probe.sessions.delete({ ...probe.ref, sessionId });
  return undefined;
};

async function isReused(lifecycle: LifecycleRun, end: EndSession): Promise<StepResult> {
  const { client, probe, run } = lifecycle;
  if (lifecycle.isolated)
    return skip('the function isolates its sessions: an instance ends with its session');
  const limit = sessionLimit(run) ?? 0;
  if (limit > MOST_SESSIONS) {
    return skip(`it would open ${count(limit, 'session')}, ${MOST_SESSIONS} at most`);
  }
  const session = await probe.create({});
  const { containerId } = session;
  const open = (): Promise<Session> => probe.create({});
  const filling = await fillInstance(run, { instanceId: containerId, occupied: 1, open });
  if (filling.kind === 'not-full') return skip(filling.reason);
  const obstacle = await end(lifecycle, session);
  if (obstacle !== undefined) return skip(obstacle);

  const older = await olderWithFreeSlot(lifecycle, containerId, limit);
  const request = await client.send(undefined, { label: 'for the free slot' });
  if (request.answer.status !== 200) return hasStatus(request.answer, 200);
  const servedBy = await client.whoServed(request);
  if (servedBy.kind !== 'known') return notKnown(servedBy);
  const { instanceId } = servedBy;
  const actual = `instance ${instanceId}`;
  if (older.includes(instanceId)) {
    return skip('a slot had come free on an older instance, which is filled first', actual);
  }
  const expected = `instance ${containerId}, which was full before (${count(limit, 'session')})`;
  const byControlAlone = servedBy.source === 'control';
  return { ...judge(instanceId === containerId, actual, expected), byControlAlone };
}

async function olderWithFreeSlot(
  { run }: LifecycleRun,
  instanceId: string,
  limit: number,
): Promise<readonly string[]> {
  const instances = await runningInstances(run);
  const ours = instances.find((one) => one.instanceId === instanceId);
  return instances
    .filter((one) => one.sessions < limit && one.createdTimeMs < (ours?.createdTimeMs ?? 0))
    .map((one) => one.instanceId);
}
