import type { Session } from '../../model/session.js';
import { runningInstances } from '../fill-instance.js';
import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import { compareInstances } from '../witness.js';
import { LIFECYCLE_CHECKS } from './lifecycle-checks.js';
import type { LifecycleStage } from './lifecycle-stage.js';
import { describe } from './session-client.js';
import { isRefused } from './session-probe.js';

/** The statuses of a refusal. */
const REFUSED = [400, 499] as const;

/** What only a function with one session an instance has: instances that end with their sessions, pause and resume. */
export async function* isolation(stage: LifecycleStage): AsyncGenerator<Step> {
  if (!stage.isolated) {
    const { functionName, instanceIsolationMode } = stage.control.served.config;
    const whats = LIFECYCLE_CHECKS.map(({ id }) => id.replace('lifecycle.', '')).filter((what) =>
      /^(isolated|pause|resume)\./.test(what),
    );
    yield* stage.skipped(
      whats,
      `function ${functionName} has ${instanceIsolationMode}, not SESSION_EXCLUSIVE`,
    );
    return;
  }
  yield* lastSession(stage);
  await stage.trial.endSessions();
  const session = await stage.probe.create({});
  yield* pause(stage, session);
  yield* resume(stage, session);
  await stage.trial.endSessions();
  yield stage.step('resume.ttl', await countsOn(stage));
  yield stage.step('pause.deleted', await isDeletable(stage));
}

async function* lastSession(stage: LifecycleStage): AsyncGenerator<Step> {
  const { client, probe, time } = stage;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) {
    yield* stage.skipped(['isolated.ends', 'isolated.not-shared'], obstacle);
    return;
  }
  const session = await probe.create({ sessionTTLInSeconds: unit });
  const before = await client.send(session.sessionId);
  const first = await client.whoServed(before, session.sessionId);
  await time.pass(1.3 * unit);
  yield stage.step('isolated.ends', await isGone(stage, session));
  const visit = await client.send(undefined, { label: 'after the isolated session' });
  const second = await client.whoServed(visit);
  const lacking = visit.answer.status === 200 ? undefined : describe(visit.answer);
  yield stage.step(
    'isolated.not-shared',
    compareInstances({ first, second, wanted: 'other', lacking }),
    visit,
  );
}

async function* pause(stage: LifecycleStage, session: Session): AsyncGenerator<Step> {
  const { client, probe } = stage;
  const ref = { ...probe.ref, sessionId: session.sessionId };
  const paused = await probe.answer('PauseSession', probe.sessions.pause(ref));
  const { sessionStatus } = await probe.answer('GetSession', probe.sessions.get(ref));
  yield stage.step(
    'pause.status',
    judge(
      paused.sessionStatus === 'Paused' && sessionStatus === 'Paused',
      `PauseSession says ${paused.sessionStatus}, GetSession ${sessionStatus}`,
    ),
  );
  yield stage.step('pause.instance', await isGone(stage, session));
  const visit = await client.send(session.sessionId, { label: 'while paused' });
  const { status } = visit.answer;
  yield stage.step('pause.refused', judge(status >= 400 && status <= 499, describe(visit.answer)), visit);
  const again = await probe.refusal(probe.sessions.pause(ref));
  yield stage.step('pause.twice', isRefused(again, REFUSED));
  const update = await probe.refusal(probe.sessions.update(ref, { sessionTTLInSeconds: 600 }));
  yield stage.step('pause.update', isRefused(update, REFUSED));
}

async function* resume(stage: LifecycleStage, session: Session): AsyncGenerator<Step> {
  const { client, probe } = stage;
  const { sessionId, createdTime, containerId } = session;
  const ref = { ...probe.ref, sessionId };
  const resumed = await probe.answer('ResumeSession', probe.sessions.resume(ref));
  const isSame = resumed.sessionStatus === 'Active' && resumed.createdTime === createdTime;
  yield stage.step(
    'resume.session',
    judge(
      isSame && resumed.containerId !== containerId,
      `${resumed.sessionStatus}, created ${resumed.createdTime}, on ${resumed.containerId}`,
      `Active, created ${createdTime}, not on ${containerId}`,
    ),
  );
  const visit = await client.send(sessionId, { label: 'resumed' });
  const first = { kind: 'known', instanceId: resumed.containerId, by: 'both' } as const;
  const second = await client.whoServed(visit, sessionId);
  yield stage.step('resume.served', compareInstances({ first, second, wanted: 'same' }), visit);
  yield stage.step('resume.twice', isRefused(await probe.refusal(probe.sessions.resume(ref)), REFUSED));
}

/** A TTL that started anew with the resumption would not be over by the look. */
async function countsOn(stage: LifecycleStage): Promise<Finding> {
  const { probe, time } = stage;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(2 * unit);
  if (obstacle !== undefined) return skip(obstacle);
  const session = await probe.create({ sessionTTLInSeconds: 3 * unit });
  const ref = { ...probe.ref, sessionId: session.sessionId };
  await probe.answer('PauseSession', probe.sessions.pause(ref));
  await time.pass(2 * unit);
  await probe.answer('ResumeSession', probe.sessions.resume(ref));
  await time.pass(1.3 * unit);
  const expected = `Expired ${3 * unit} s after its creation, ${2 * unit} s of them paused`;
  return { ...(await stage.hasEnded(session)), expected };
}

async function isDeletable({ probe }: LifecycleStage): Promise<Finding> {
  const { sessionId } = await probe.create({});
  const ref = { ...probe.ref, sessionId };
  await probe.answer('PauseSession', probe.sessions.pause(ref));
  await probe.sessions.delete(ref);
  return { ...isRefused(await probe.refusal(probe.sessions.get(ref)), [404, 404]), expected: 'status 404' };
}

async function isGone({ trial }: LifecycleStage, { containerId }: Session): Promise<Finding> {
  const instance = (await runningInstances(trial)).find(({ instanceId }) => instanceId === containerId);
  const isEnding = instance === undefined || instance.status === 'Destroying';
  return judge(isEnding, `instance ${containerId} ${instance?.status ?? 'is not listed'}`);
}
