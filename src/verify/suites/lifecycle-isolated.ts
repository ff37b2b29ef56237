import type { Session } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { describeAnswer } from '../round-trip.js';
import { compareInstances } from '../served-by.js';
import { runningInstances } from '../slots.js';
import { LIFECYCLE_CHECKS } from './lifecycle-checks.js';
import type { LifecycleRun } from './lifecycle-run.js';
import { isRefused } from './session-probe.js';

/** The statuses of a refusal. */
const REFUSED = [400, 499] as const;

/** What needs a function with one session an instance: the instance ends with its session, pause, resume. */
export async function* isolation(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  if (!lifecycle.isolated) {
    const { functionName, instanceIsolationMode } = lifecycle.control.served.config;
    const whats = LIFECYCLE_CHECKS.map(({ id }) => id.replace('lifecycle.', '')).filter((what) =>
      /^(isolated|pause|resume)\./.test(what),
    );
    yield* lifecycle.skipped(
      whats,
      `function ${functionName} has ${instanceIsolationMode}, not SESSION_EXCLUSIVE`,
    );
    return;
  }
  yield* lastSession(lifecycle);
  await lifecycle.run.endSessions();
  const session = await lifecycle.probe.create({});
  yield* pause(lifecycle, session);
  yield* resume(lifecycle, session);
  await lifecycle.run.endSessions();
  yield lifecycle.step('resume.ttl', await countsOn(lifecycle));
  yield lifecycle.step('pause.deleted', await isDeletable(lifecycle));
}

async function* lastSession(lifecycle: LifecycleRun): AsyncGenerator<Step> {
  const { client, probe, time } = lifecycle;
  const unit = time.unitInSeconds;
  const obstacle = time.obstacle(unit);
  if (obstacle !== undefined) {
    yield* lifecycle.skipped(['isolated.ends', 'isolated.not-shared'], obstacle);
    return;
  }
  const session = await probe.create({ sessionTTLInSeconds: unit });
  const before = await client.send(session.sessionId);
  const first = await client.whoServed(before, session.sessionId);
  await time.pass(1.3 * unit);
  yield lifecycle.step('isolated.ends', await isGone(lifecycle, session));
  const request = await client.send(undefined, { label: 'after the isolated session' });
  const second = await client.whoServed(request);
  const unproven = request.answer.status === 200 ? undefined : describeAnswer(request.answer);
  yield lifecycle.step(
    'isolated.not-shared',
    compareInstances({ first, second, wanted: 'other', unproven }),
    request,
  );
}

async function* pause(lifecycle: LifecycleRun, session: Session): AsyncGenerator<Step> {
  const { client, probe } = lifecycle;
  const ref = { ...probe.ref, sessionId: session.sessionId };
  const paused = await probe.answer('PauseSession', probe.sessions.pause(ref));
  const { sessionStatus } = await probe.answer('GetSession', probe.sessions.get(ref));
  yield lifecycle.step(
    'pause.status',
    judge(
      paused.sessionStatus === 'Paused' && sessionStatus === 'Paused',
      `PauseSession says ${paused.sessionStatus}, GetSession ${sessionStatus}`,
    ),
  );
  yield lifecycle.step('pause.instance', await isGone(lifecycle, session));
  const request = await client.send(session.sessionId, { label: 'while paused' });
  const { status } = request.answer;
  yield lifecycle.step(
    'pause.refused',
    judge(status >= 400 && status <= 499, describeAnswer(request.answer)),
    request,
  );
  const again = await probe.refusal(probe.sessions.pause(ref));
  yield lifecycle.step('pause.twice', isRefused(again, REFUSED));
  const update = await probe.refusal(probe.sessions.update(ref, { sessionTTLInSeconds: 600 }));
  yield lifecycle.step('pause.update', isRefused(update, REFUSED));
}

async function* resume(lifecycle: LifecycleRun, session: Session): AsyncGenerator<Step> {
  const { client, probe } = lifecycle;
  const { sessionId, createdTime, containerId } = session;
  const ref = { ...probe.ref, sessionId };
  const resumed = await probe.answer('ResumeSession', probe.sessions.resume(ref));
  const isSame = resumed.sessionStatus === 'Active' && resumed.createdTime === createdTime;
  yield lifecycle.step(
    'resume.session',
    judge(
      isSame && resumed.containerId !== containerId,
      `${resumed.sessionStatus}, created ${resumed.createdTime}, on ${resumed.containerId}`,
      `Active, created ${createdTime}, not on ${containerId}`,
    ),
  );
  const request = await client.send(sessionId, { label: 'resumed' });
  const first = { kind: 'known', instanceId: resumed.containerId, source: 'both' } as const;
  const second = await client.whoServed(request, sessionId);
  yield lifecycle.step('resume.served', compareInstances({ first, second, wanted: 'same' }), request);
  yield lifecycle.step('resume.twice', isRefused(await probe.refusal(probe.sessions.resume(ref)), REFUSED));
}

/** A TTL that began again at the resumption would not be over yet. */
async function countsOn(lifecycle: LifecycleRun): Promise<StepResult> {
  const { probe, time } = lifecycle;
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
  return { ...(await lifecycle.hasEnded(session)), expected };
}

async function isDeletable({ probe }: LifecycleRun): Promise<StepResult> {
  const { sessionId } = await probe.create({});
  const ref = { ...probe.ref, sessionId };
  await probe.answer('PauseSession', probe.sessions.pause(ref));
  await probe.sessions.delete(ref);
  return { ...isRefused(await probe.refusal(probe.sessions.get(ref)), [404, 404]), expected: 'status 404' };
}

async function isGone({ run }: LifecycleRun, { containerId }: Session): Promise<StepResult> {
  const instance = (await runningInstances(run)).find(({ instanceId }) => instanceId === containerId);
  const isEnding = instance === undefined || instance.status === 'Destroying';
  return judge(isEnding, `instance ${containerId} ${instance?.status ?? 'is not listed'}`);
}
