import { EXPIRED_RETENTION_MS } from '../../model/limits.js';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import { isNotCalled, isRefusal, isRenamed, namesNoSession, type SessionRequest } from '../session-client.js';
import { once, part } from '../suite.js';
import { type LifecycleScene, statusesOf } from './lifecycle-scene.js';

type Reuse = Awaited<ReturnType<typeof openReuse>>;

const REFUSED = 'status 400, code SessionExpired';
const BAN_IN_SECONDS = EXPIRED_RETENTION_MS / 1000;

const check = checksOf<Reuse>();

/** With disableSessionIdReuse, the ID of an ended session is refused for three days. */
export const REUSE = part<LifecycleScene, Reuse>({ open: openReuse, needs: ({ notEnded }) => notEnded() }, [
  check('lifecycle.no-reuse.refused', 'with disableSessionIdReuse the ID of an ended session is refused')
    .promises(REFUSED, 'lifecycle C20 U31')
    .judge(async ({ refused }) => isRefusal(await refused(), 400, 'SessionExpired')),
  check('lifecycle.no-reuse.not-called', 'the function is not called for a refused request')
    .promises('no instance', 'lifecycle C20')
    .judge(async ({ scene, refused, answered }) => isNotCalled(scene.run, await refused(), await answered())),
  check('lifecycle.no-reuse.nothing-told', 'the refusal names no session ID')
    .promises('none', 'lifecycle C20')
    .judge(async ({ refused }) => namesNoSession(await refused())),
  check('lifecycle.no-reuse.within-3-days', 'just before 3 days the ID is still refused')
    .promises(REFUSED, 'lifecycle C20')
    .needs(needsDays)
    .judge(async ({ scene, refused }) => {
      await scene.time.pass(BAN_IN_SECONDS - scene.unitInSeconds);
      const still = await scene.client.send((await refused()).sent, { label: 'just before 3 days' });
      return isRefusal(still, 400, 'SessionExpired');
    }),
  check('lifecycle.no-reuse.after-3-days', 'after 3 days the ID opens a new session')
    .promises('a new session', 'lifecycle C21 U20')
    .needs(needsDays)
    .judge(async ({ scene, refused }) => {
      await scene.pass(1);
      return isAccepted(scene, await scene.client.send((await refused()).sent, { label: 'after 3 days' }));
    }),
]);

async function openReuse(scene: LifecycleScene) {
  const { run, client, probe, unitInSeconds } = scene;
  await run.endSessions();
  const session = once(() =>
    probe.create({ sessionTTLInSeconds: unitInSeconds, disableSessionIdReuse: true }),
  );
  /** A request of the session before its end. */
  const answered = once(async () => client.send((await session()).sessionId));
  return {
    scene,
    answered,
    /** The reason why no session has ended; undefined when one has. */
    notEnded: once(async () => {
      const obstacle = scene.obstacle();
      if (obstacle !== undefined) return obstacle;
      await answered();
      await scene.pass(1.3);
      const ended = await scene.hasEnded(await session());
      return ended.status === 'passed' ? undefined : `the session did not end: ${ended.actual}`;
    }),
    refused: once(async () => client.send((await session()).sessionId, { label: 'ended for good' })),
  };
}

async function needsDays({ scene, refused }: Reuse): Promise<string | undefined> {
  const reason = scene.time.obstacle(BAN_IN_SECONDS);
  if (reason !== undefined) return reason;
  const { status } = isRefusal(await refused(), 400, 'SessionExpired');
  return status === 'passed' ? undefined : 'the ID was not refused at first';
}

/** After three days the ID is forgotten: a cookie with it is ignored, a header with it opens a session. */
async function isAccepted(scene: LifecycleScene, request: SessionRequest): Promise<StepResult> {
  const { answer, sent = '' } = request;
  if (answer.status !== 200) return hasStatus(answer, 200);
  if (scene.client.headerName === undefined) return isRenamed(request);
  const found = await scene.generations({ sessionId: sent });
  const active = found.filter(({ sessionStatus }) => sessionStatus === 'Active');
  return judge(active.length === 1, statusesOf(found), 'an Active session of that ID');
}
