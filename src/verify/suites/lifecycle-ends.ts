import type { Session } from '../../model/session.js';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import type { RoundTrip } from '../round-trip.js';
import type { SessionRequest } from '../session-client.js';
import { NO_COOKIE } from '../session-cookie.js';
import { once, part } from '../suite.js';
import { type LifecycleScene, statusesOf, unlessLate } from './lifecycle-scene.js';

type Ends = ReturnType<typeof openEnds>;

const check = checksOf<Ends>();

/** The TTL ends a session that is in use, its ID opens a new session, and the idle time ends an unused session. */
export const ENDS = part<LifecycleScene, Ends>({ open: openEnds, needs: ({ scene }) => scene.obstacle() }, [
  check('lifecycle.ttl.used', 'the TTL ends a session that is in use')
    .promises('Expired', 'lifecycle C17')
    .judge(({ ended }) => ended()),
  check('lifecycle.again.status', 'a request with the ID of an expired session is answered')
    .promises('status 200', 'lifecycle C19 H18')
    .needs(needsEnd)
    .judge(async ({ again }) => hasStatus((await again()).answer, 200)),
  check('lifecycle.again.told', 'the answer names the session, as for a new session')
    .promises('the ID, by cookie', 'inferred U6 H15')
    .needs(needsEnd)
    .judge(async ({ scene, again }) => namesSession(scene, await again())),
  check('lifecycle.again.session', 'that request opens a new session with the same ID')
    .promises('an Active session of that ID with a later createdTime', 'lifecycle C19 H18')
    .needs(needsEnd)
    .judge(async ({ session, again, generations }) => {
      const { createdTime } = await session();
      const active = (await generations()).filter(({ sessionStatus }) => sessionStatus === 'Active');
      const isNew = active.length === 1 && active.every((one) => one.createdTime > createdTime);
      const expected = `an Active session of that ID, created later than ${createdTime}`;
      return { ...judge(isNew, statusesOf(active), expected), judged: (await again()).answer };
    }),
  check('lifecycle.again.listed', 'ListSessions shows the new session and the expired one')
    .promises('one Active and one Expired of that ID', 'inferred U20')
    .needs(needsEnd)
    .judge(async ({ again, generations }) => {
      const found = await generations();
      const number = (status: string): number =>
        found.filter(({ sessionStatus }) => sessionStatus === status).length;
      const holds = number('Active') === 1 && number('Expired') === 1;
      return { ...judge(holds, statusesOf(found)), judged: (await again()).answer };
    }),
  check('lifecycle.idle.used', 'the idle time does not end a session that is in use')
    .promises('Active, as created', 'lifecycle C18')
    .judge(({ used }) => used()),
  check('lifecycle.idle.ends', 'the idle time ends an unused session')
    .promises('Expired', 'lifecycle C18')
    .needs(
      async ({ scene, used }) =>
        scene.obstacle() ??
        ((await used()).status === 'passed' ? undefined : 'the session ended while it was used'),
    )
    .judge(async ({ scene, idler }) => {
      await scene.pass(1.3);
      return scene.hasEnded(await idler(), `Expired ${scene.unitInSeconds} s after its last request`);
    }),
]);

function openEnds(scene: LifecycleScene) {
  const { client, probe, unitInSeconds: unit } = scene;
  /** The session that its TTL ends. */
  const session = once(() => probe.create({ sessionTTLInSeconds: unit }));
  /** A request with the ID of that session after its end. */
  const again = once(async () => client.send((await session()).sessionId, { label: 'after the TTL' }));
  /** The session that its idle time ends. */
  const idler = once(() =>
    probe.create({ sessionTTLInSeconds: 10 * unit, sessionIdleTimeoutInSeconds: unit }),
  );
  return {
    scene,
    session,
    ended: once(async () => endsThoughUsed(scene, await session())),
    again,
    /** The sessions of that ID after the request. */
    generations: once(async () => {
      await again();
      return scene.generations(await session());
    }),
    idler,
    used: once(async () => staysWhileUsed(scene, await idler())),
  };
}

async function needsEnd({ ended }: Ends): Promise<string | undefined> {
  return (await ended()).status === 'passed' ? undefined : 'the session did not end by its TTL';
}

/** Uses the session until shortly before its TTL. Without a TTL from the creation, the session would live longer. */
async function endsThoughUsed(scene: LifecycleScene, session: Session): Promise<StepResult> {
  const { time, client, unitInSeconds: unit } = scene;
  const start = await time.now();
  for (let use = 1; use <= 2; use += 1) {
    await scene.pass(0.3);
    await client.send(session.sessionId, { label: `use ${use} within the TTL` });
  }
  const before = await scene.isActive(session);
  if (before.status !== 'passed') {
    const isLate = (await time.now()) - start >= 900 * unit;
    return unlessLate(judge(false, isLate ? `${before.actual}` : `before its TTL: ${before.actual}`), isLate);
  }
  await scene.pass(0.7);
  return scene.hasEnded(session, `Expired ${unit} s after its creation`);
}

/** A client with the cookie needs a new Max-Age. A client with the header knows the ID already. */
function namesSession(
  { client: { headerName } }: LifecycleScene,
  { answer, sent, sessionIds, sessionLines }: SessionRequest,
): StepResult {
  const actual = sessionLines.join(' and ') || 'nothing';
  const result =
    headerName === undefined
      ? judge(sessionIds.length === 1 && sessionIds[0] === sent, actual, `one Set-Cookie, of session ${sent}`)
      : judge(sessionIds.length === 0, actual, `no response header ${headerName}: the client knows its ID`);
  const isUntold = headerName === undefined && sessionIds.length === 0;
  return { ...result, ...(isUntold && { fault: NO_COOKIE }), judged: answer };
}

async function staysWhileUsed(scene: LifecycleScene, session: Session): Promise<StepResult> {
  const { time, client } = scene;
  let longestGapMs = 0;
  let judged: RoundTrip | undefined;
  for (let use = 1; use <= 4; use += 1) {
    const lastUsed = await time.now();
    await scene.pass(0.4);
    longestGapMs = Math.max(longestGapMs, (await time.now()) - lastUsed);
    judged = (await client.send(session.sessionId)).answer;
  }
  const result = unlessLate(await scene.isActive(session), longestGapMs >= 900 * scene.unitInSeconds);
  return { ...result, ...(judged !== undefined && { judged }) };
}
