import type { Session } from '../../model/session.js';
import { checksOf, judge, type StepResult, skip } from '../check.js';
import { notKnown } from '../served-by.js';
import { namesNoSessionAtAll, type SessionRequest } from '../session-client.js';
import type { ApiScene } from './session-api-scene.js';

const check = checksOf<ApiScene>();

/** How a session is used and updated, and what is left to do with one that has expired. */
export const CHANGES = [
  check('session-api.use.instance', 'a request with the session ID goes to the instance of the session')
    .promises("the session's containerId", 'cookie C24 H19')
    .judge(async ({ session, use }) => isServedBy(await session(), await use())),
  check('session-api.use.nothing-planted', 'the answer to that request names no other ID')
    .promises('no session cookie, no session header', 'cookie C24')
    .judge(async ({ use }) => namesNoSessionAtAll(await use())),
  check('session-api.get.expired', 'GetSession of an expired session')
    .promises('status 404', 'api A09')
    .needs(({ notEnded }) => notEnded())
    .judge(async ({ probe, brief }) => probe.isRefused(probe.sessions.get(probe.refTo(await brief())), 404)),
  check('session-api.update.expired', 'UpdateSession of an expired session is refused')
    .promises('status 4xx', 'api A12')
    .needs(({ notEnded }) => notEnded())
    .judge(async ({ probe, brief }) => {
      const update = probe.sessions.update(probe.refTo(await brief()), { sessionTTLInSeconds: 60 });
      return probe.isRefused(update);
    }),
  check('session-api.update.ttl', 'UpdateSession sets another TTL')
    .promises('sessionTTLInSeconds 1200, same instance and createdTime, a later lastModifiedTime', 'api A10')
    .judge(isUpdated),
];

async function isServedBy({ containerId }: Session, request: SessionRequest): Promise<StepResult> {
  const servedBy = await request.servedBy();
  if (servedBy.kind !== 'known') return { ...notKnown(servedBy), judged: request.answer };
  const { instanceId, source: from } = servedBy;
  const result = judge(instanceId === containerId, `instance ${instanceId}, bound to ${containerId}`);
  return { ...result, byControlAlone: from === 'control', judged: request.answer };
}

async function isUpdated({ session, updated, notEnded }: ApiScene): Promise<StepResult> {
  const before = await session();
  const reason = await notEnded();
  const after = await updated();
  const actual = `sessionTTLInSeconds ${after.sessionTTLInSeconds}, instance ${after.containerId}, createdTime ${after.createdTime}, lastModifiedTime ${after.lastModifiedTime}`;
  const isKept = after.containerId === before.containerId && after.createdTime === before.createdTime;
  if (!isKept || after.sessionTTLInSeconds !== 1200) return judge(false, actual);
  if (reason !== undefined) return skip(reason, actual);
  return judge(after.lastModifiedTime > before.lastModifiedTime, actual);
}
