import type { Session } from '../../model/session.js';
import { checksOf, hasStatus, judge, type StepResult, skip } from '../check.js';
import { count } from '../count.js';
import { notKnown } from '../served-by.js';
import { fillInstance, olderWithFreeSlot, sessionLimit } from '../slots.js';
import { part } from '../suite.js';
import type { LifecycleScene } from './lifecycle-scene.js';

/** The suite is no load test. */
const MOST_SESSIONS = 40;

const check = checksOf<LifecycleScene>();

/** Ends a session of a full instance, and checks where the next one goes. */
export const SLOTS = part<LifecycleScene, LifecycleScene>(
  { open: (scene) => scene.whereIsolated(false), needs: needsShared },
  [
    check('lifecycle.place.expired', 'the slot of an expired session is used again')
      .promises('the instance of the ended session', 'cookie C27')
      .judge((scene) => isReused(scene, byExpiry)),
    check('lifecycle.place.deleted', 'the slot of a deleted session is used again')
      .promises('the instance of the ended session', 'cookie C27')
      .judge((scene) => isReused(scene, byDeletion)),
  ],
);

function needsShared({ run, isIsolated }: LifecycleScene): string | undefined {
  if (isIsolated) return 'the function isolates its sessions: an instance ends with its session';
  const limit = sessionLimit(run) ?? 0;
  if (limit <= MOST_SESSIONS) return undefined;
  return `it would open ${count(limit, 'session')}, ${MOST_SESSIONS} at most`;
}

/** Ends the session. @returns why that is not possible here; undefined when it is done */
type EndSession = (scene: LifecycleScene, session: Session) => Promise<string | undefined>;

const byExpiry: EndSession = async (scene, session) => {
  const { probe, unitInSeconds } = scene;
  const obstacle = scene.obstacle();
  if (obstacle !== undefined) return obstacle;
  const update = probe.sessions.update(probe.refTo(session), { sessionTTLInSeconds: unitInSeconds });
  await probe.answer('UpdateSession', update);
  await scene.pass(1.3);
  const ended = await scene.hasEnded(session);
  return ended.status === 'passed' ? undefined : `the session did not end: ${ended.actual}`;
};

const byDeletion: EndSession = async ({ probe }, session) => {
  await probe.sessions.delete(probe.refTo(session));
  return undefined;
};

async function isReused(scene: LifecycleScene, end: EndSession): Promise<StepResult> {
  const { client, probe, run } = scene;
  await run.endSessions();
  const session = await probe.create({});
  const { containerId } = session;
  const on = { kind: 'known', instanceId: containerId, source: 'control' } as const;
  const filling = await fillInstance(run, { on, occupied: 1, open: () => probe.create({}) });
  if (filling.kind === 'not-full') return skip(filling.reason);
  const obstacle = await end(scene, session);
  if (obstacle !== undefined) return skip(obstacle);

  const older = await olderWithFreeSlot(run, containerId);
  const request = await client.send(undefined, { label: 'for the free slot' });
  if (request.answer.status !== 200) return hasStatus(request.answer, 200);
  const servedBy = await request.servedBy();
  if (servedBy.kind !== 'known') return notKnown(servedBy);
  const { instanceId } = servedBy;
  const actual = `instance ${instanceId}`;
  if (older.includes(instanceId)) {
    return skip('an older instance had a free slot by then, and is filled first', actual);
  }
  const expected = `instance ${containerId}, which was full before (${count(filling.limit, 'session')})`;
  const byControlAlone = servedBy.source === 'control';
  return { ...judge(instanceId === containerId, actual, expected), byControlAlone };
}
