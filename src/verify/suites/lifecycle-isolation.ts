import type { Session } from '../../model/session.js';
import { checksOf, judge, type StepResult } from '../check.js';
import { describeAnswer } from '../round-trip.js';
import { compareInstances, type Served } from '../served-by.js';
import { runningInstances } from '../slots.js';
import { once, part } from '../suite.js';
import type { LifecycleScene } from './lifecycle-scene.js';

type Isolation = Awaited<ReturnType<typeof openIsolation>>;

const check = checksOf<Isolation>();

/** Checks for a function with session isolation: the instance ends with its session, pause and resume. */
export const ISOLATION = part<LifecycleScene, Isolation>({ open: openIsolation, needs: needsIsolation }, [
  check('lifecycle.isolated.ends', 'an isolated instance ends with its session')
    .promises('no longer Running', 'isolation G09')
    .needs(({ scene }) => scene.obstacle())
    .judge(async ({ scene, mortal }) => {
      const { session } = await mortal();
      await scene.pass(1.3);
      return isGone(scene, session);
    }),
  check('lifecycle.isolated.not-shared', 'the instance of an ended session serves no other session')
    .promises('another instance', 'isolation G09')
    .needs(({ scene }) => scene.obstacle())
    .judge(async ({ scene, mortal }) => {
      const other = await scene.client.send(undefined, { label: 'after the isolated session' });
      const unproven = other.answer.status === 200 ? undefined : describeAnswer(other.answer);
      return compareInstances((await mortal()).request, other, { wanted: 'other', unproven });
    }),
  check('lifecycle.pause.status', 'PauseSession gives a session the status Paused')
    .promises('sessionStatus Paused', 'hibernation A20')
    .judge(async ({ scene: { probe }, paused }) => {
      const session = await paused();
      const got = await probe.answer('GetSession', probe.sessions.get(probe.refTo(session)));
      const holds = session.sessionStatus === 'Paused' && got.sessionStatus === 'Paused';
      return judge(holds, `PauseSession says ${session.sessionStatus}, GetSession ${got.sessionStatus}`);
    }),
  check('lifecycle.pause.instance', 'the instance of a paused session has ended')
    .promises('not listed', 'hibernation A20')
    .judge(async ({ scene, session }) => isGone(scene, await session())),
  check('lifecycle.pause.refused', 'requests of a paused session are refused')
    .promises('status 4xx', 'hibernation A20')
    .judge(async ({ scene, session }) => {
      const { answer } = await scene.client.send((await session()).sessionId, { label: 'while paused' });
      const holds = answer.status >= 400 && answer.status <= 499;
      return { ...judge(holds, describeAnswer(answer)), judged: answer };
    }),
  check('lifecycle.pause.twice', 'PauseSession of a paused session is refused')
    .promises('status 4xx', 'hibernation A20')
    .judge(async ({ scene: { probe }, session }) => {
      const ref = probe.refTo(await session());
      return probe.isRefused(probe.sessions.pause(ref));
    }),
  check('lifecycle.pause.update', 'UpdateSession of a paused session is refused')
    .promises('status 4xx', 'hibernation A22')
    .judge(async ({ scene: { probe }, session }) => {
      const update = probe.sessions.update(probe.refTo(await session()), { sessionTTLInSeconds: 600 });
      return probe.isRefused(update);
    }),
  check('lifecycle.resume.session', 'a resumed session keeps its createdTime and gets another instance')
    .promises('Active, same createdTime, another containerId', 'hibernation A21')
    .judge(async ({ session, resumed }) => {
      const { createdTime, containerId } = await session();
      const after = await resumed();
      const isSame = after.sessionStatus === 'Active' && after.createdTime === createdTime;
      return judge(
        isSame && after.containerId !== containerId,
        `${after.sessionStatus}, created ${after.createdTime}, on ${after.containerId}`,
        `Active, created ${createdTime}, not on ${containerId}`,
      );
    }),
  check('lifecycle.resume.served', 'the new instance serves the requests of the resumed session')
    .promises("the session's containerId", 'hibernation A21')
    .judge(async ({ scene, resumed }) => {
      const { sessionId, containerId: instanceId } = await resumed();
      const named: Served = { servedBy: async () => ({ kind: 'known', instanceId, source: 'both' }) };
      const request = await scene.client.send(sessionId, { label: 'resumed' });
      return compareInstances(named, request, { wanted: 'same' });
    }),
  check('lifecycle.resume.twice', 'ResumeSession of an Active session is refused')
    .promises('status 4xx', 'hibernation A21')
    .judge(async ({ scene: { probe }, session }) => {
      const ref = probe.refTo(await session());
      return probe.isRefused(probe.sessions.resume(ref));
    }),
  check('lifecycle.resume.ttl', 'a pause does not stop the TTL')
    .promises('Expired', 'hibernation A21')
    .needs(({ scene }) => scene.obstacle(2))
    .judge(({ scene }) => countsOn(scene)),
  check('lifecycle.pause.deleted', 'a paused session can be deleted')
    .promises('status 404', 'hibernation A22')
    .judge(async ({ scene: { probe } }) => {
      const ref = probe.refTo(await probe.create({}));
      await probe.answer('PauseSession', probe.sessions.pause(ref));
      await probe.sessions.delete(ref);
      return probe.isRefused(probe.sessions.get(ref), 404);
    }),
]);

async function openIsolation(main: LifecycleScene) {
  const scene = main.whereIsolated(true);
  const { run, client, probe, unitInSeconds } = scene;
  await run.endSessions();
  /** A session that its TTL ends, and its request. */
  const mortal = once(async () => {
    const session = await probe.create({ sessionTTLInSeconds: unitInSeconds });
    const request = await client.send(session.sessionId);
    await request.servedBy();
    return { session, request };
  });
  const session = once(async () => {
    await run.endSessions();
    return probe.create({});
  });
  const paused = once(async () =>
    probe.answer('PauseSession', probe.sessions.pause(probe.refTo(await session()))),
  );
  const resumed = once(async () =>
    probe.answer('ResumeSession', probe.sessions.resume(probe.refTo(await session()))),
  );
  return { scene, mortal, session, paused, resumed };
}

function needsIsolation({ scene }: Isolation): string | undefined {
  const { functionName, instanceIsolationMode } = scene.control.served.config;
  if (scene.isIsolated) return undefined;
  return `function ${functionName} has ${instanceIsolationMode}, not SESSION_EXCLUSIVE`;
}

/** If ResumeSession restarted the TTL, the session would still be Active. */
async function countsOn(scene: LifecycleScene): Promise<StepResult> {
  const { run, probe, unitInSeconds: unit } = scene;
  await run.endSessions();
  const session = await probe.create({ sessionTTLInSeconds: 3 * unit });
  await probe.answer('PauseSession', probe.sessions.pause(probe.refTo(session)));
  await scene.pass(2);
  await probe.answer('ResumeSession', probe.sessions.resume(probe.refTo(session)));
  await scene.pass(1.3);
  return scene.hasEnded(session, `Expired ${3 * unit} s after its creation, ${2 * unit} s of them paused`);
}

async function isGone({ run }: LifecycleScene, { containerId }: Session): Promise<StepResult> {
  const instance = (await runningInstances(run)).find(({ instanceId }) => instanceId === containerId);
  const isEnding = instance === undefined || instance.status === 'Destroying';
  return judge(isEnding, `instance ${containerId} ${instance?.status ?? 'is not listed'}`);
}
