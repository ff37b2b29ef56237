import type { Session } from '../../model/session.js';
import { count } from '../count.js';
import { fillInstance, runningInstances, sessionLimit } from '../fill-instance.js';
import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import type { LifecycleStage } from './lifecycle-stage.js';
import { describe } from './session-client.js';

/** More would be a load test. */
const MOST_SESSIONS = 40;

/** Ends a session of a full instance, and looks where the next one goes. */
export async function* places(stage: LifecycleStage): AsyncGenerator<Step> {
  yield stage.step('place.expired', await isUsedAgain(stage, byExpiry));
  await stage.trial.endSessions();
  yield stage.step('place.deleted', await isUsedAgain(stage, byDeletion));
}

/** Ends the session. @returns why that cannot be seen; undefined when it is done */
type Ending = (stage: LifecycleStage, session: Session) => Promise<string | undefined>;

const byExpiry: Ending = async (stage, session) => {
  const { probe, time } = stage;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) return obstacle;
  const ref = { ...probe.ref, sessionId: session.sessionId };
  await probe.answer('UpdateSession', probe.sessions.update(ref, { sessionTTLInSeconds: unit }));
  await time.pass(1.3 * unit);
  const ended = await stage.hasEnded(session);
  return ended.status === 'passed' ? undefined : `the session did not end: ${ended.actual}`;
};

const byDeletion: Ending = async ({ probe }, { sessionId }) => {
  await probe.sessions.delete({ ...probe.ref, sessionId });
  return undefined;
};

async function isUsedAgain(stage: LifecycleStage, end: Ending): Promise<Finding> {
  const { client, probe, trial } = stage;
  if (stage.isolated) return skip('the function isolates its sessions: an instance ends with its session');
  const limit = sessionLimit(trial) ?? 0;
  if (limit > MOST_SESSIONS) {
    return skip(`it would open ${count(limit, 'session')}, ${MOST_SESSIONS} at most`);
  }
  const session = await probe.create({});
  const { containerId } = session;
  const open = (): Promise<Session> => probe.create({});
  const filling = await fillInstance(trial, { instanceId: containerId, seated: 1, open });
  if (filling.kind === 'not-full') return skip(filling.reason);
  const obstacle = await end(stage, session);
  if (obstacle !== undefined) return skip(obstacle);

  const older = await olderWithRoom(stage, containerId, limit);
  const visit = await client.send(undefined, { label: 'for the free place' });
  if (visit.answer.status !== 200) return judge(false, describe(visit.answer));
  const witness = await client.whoServed(visit);
  if (witness.kind === 'unknown') return skip(witness.reason);
  if (witness.kind === 'contradiction') return judge(false, witness.says);
  const { instanceId } = witness;
  const actual = `instance ${instanceId}${witness.by === 'control' ? ', as the control API alone says' : ''}`;
  if (older.includes(instanceId)) {
    return skip('a place had come free on an older instance, which is filled first', actual);
  }
  const expected = `instance ${containerId}, which was full before (${count(limit, 'session')})`;
  return judge(instanceId === containerId, actual, expected);
}

async function olderWithRoom(
  { trial }: LifecycleStage,
  instanceId: string,
  limit: number,
): Promise<readonly string[]> {
  const instances = await runningInstances(trial);
  const ours = instances.find((one) => one.instanceId === instanceId);
  return instances
    .filter((one) => one.sessions < limit && one.createdTimeMs < (ours?.createdTimeMs ?? 0))
    .map((one) => one.instanceId);
}
