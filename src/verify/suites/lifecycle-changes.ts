import { checksOf, hasStatus, judge, type StepResult, skip } from '../check.js';
import { isRenamed } from '../session-client.js';
import { once, part } from '../suite.js';
import { type LifecycleScene, statusesOf } from './lifecycle-scene.js';

type Changes = Awaited<ReturnType<typeof openChanges>>;

/** The results of UpdateSession for three sessions. */
type Updates = Readonly<Record<'lengthened' | 'fromCreation' | 'shortened', StepResult>>;

const check = checksOf<Changes>();

/** How UpdateSession changes the end of a session, and whether the ID of a deleted session opens a new one. */
export const CHANGES = part<LifecycleScene, Changes>({ open: openChanges }, [
  check('lifecycle.update.lengthened', 'a session lives until the end of a longer TTL')
    .promises('Active after its first TTL', 'lifecycle A10')
    .needs(({ scene }) => scene.obstacle())
    .judge(async ({ updates }) => (await updates()).lengthened),
  check('lifecycle.update.from-creation', 'a new TTL counts from the creation, not from the update')
    .promises('Expired', 'inferred A11')
    .needs(({ scene }) => scene.obstacle())
    .judge(async ({ updates }) => (await updates()).fromCreation),
  check('lifecycle.update.shortened', 'a TTL shorter than its age ends a session at once')
    .promises('Expired', 'inferred A11')
    .needs(({ scene }) => scene.obstacle())
    .judge(async ({ updates }) => (await updates()).shortened),
  check('lifecycle.delete.used-again', 'the ID of a deleted session opens a new session')
    .promises('a new session', 'lifecycle C25 A17')
    .judge(({ scene }) => isForgotten(scene)),
]);

async function openChanges(scene: LifecycleScene) {
  await scene.run.endSessions();
  return { scene, updates: once(() => update(scene)) };
}

async function update(scene: LifecycleScene): Promise<Updates> {
  const { time, client, probe, unitInSeconds: unit } = scene;
  const start = await time.now();
  const elapsedInUnits = async (): Promise<number> => ((await time.now()) - start) / 1000 / unit;
  const setTTL = (sessionId: string, sessionTTLInSeconds: number): Promise<unknown> =>
    probe.answer('UpdateSession', probe.sessions.update(probe.refTo({ sessionId }), { sessionTTLInSeconds }));

  const brief = await probe.create({ sessionTTLInSeconds: unit });
  const cut = await probe.create({ sessionTTLInSeconds: 10 * unit });
  const long = await probe.create({ sessionTTLInSeconds: 10 * unit });
  await scene.pass(0.6);
  // A shorter TTL also shortens the idle time. This use makes sure that the TTL ends the session, not the idle time.
  await client.send(cut.sessionId);
  if ((await elapsedInUnits()) > 0.9) {
    const skipped = skip('the requests took so long that a session could end before its update');
    return { lengthened: skipped, fromCreation: skipped, shortened: skipped };
  }
  await setTTL(brief.sessionId, 10 * unit);
  await setTTL(cut.sessionId, unit);
  await scene.pass(0.7);

  const lengthened = await scene.isActive(brief);
  const ended = await scene.hasEnded(cut, `Expired ${unit} s after its creation`);
  const isLate = (await elapsedInUnits()) >= 1.6;
  const fromCreation = isLate && ended.status === 'passed' ? skip('the requests took too long') : ended;
  await client.send(long.sessionId);
  await setTTL(long.sessionId, unit);
  return { lengthened, fromCreation, shortened: await scene.hasEnded(long) };
}

/** With header affinity, the TTL shows that the session is new: it is the function's TTL again. */
async function isForgotten(scene: LifecycleScene): Promise<StepResult> {
  const { client, probe, ttlInSeconds } = scene;
  const session = await probe.create({ sessionTTLInSeconds: ttlInSeconds === 600 ? 601 : 600 });
  await probe.sessions.delete(probe.refTo(session));
  const request = await client.send(session.sessionId, { label: 'after its deletion' });
  if (request.answer.status !== 200) return hasStatus(request.answer, 200);
  if (client.headerName === undefined) return isRenamed(request);
  const found = await scene.generations(session);
  const [only] = found;
  const isNew = only?.sessionStatus === 'Active' && only.sessionTTLInSeconds === ttlInSeconds;
  const expected = `one Active session of that ID, with the function's TTL of ${ttlInSeconds} s`;
  const ttl = only === undefined ? '' : `, TTL ${only.sessionTTLInSeconds} s`;
  const result = judge(found.length === 1 && isNew, `${statusesOf(found)}${ttl}`, expected);
  return { ...result, judged: request.answer };
}
