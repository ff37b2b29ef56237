import type { Session } from '../../model/session.js';
import { checksOf, judge, type StepResult } from '../check.js';
import { NO_COOKIE } from '../session-cookie.js';
import type { SessionProbe } from '../session-probe.js';
import type { ApiScene } from './session-api-scene.js';

const check = checksOf<ApiScene>();

/** The lists of ListSessions, and the state after DeleteSession. */
export const LISTS = [
  check('session-api.list.default-page', 'a page has at most 20 sessions by default')
    .promises('at most 20 sessions', 'api A13')
    .judge(async ({ probe }) => {
      const { length } = await probe.list();
      return judge(length <= 20, `${length} sessions`);
    }),
  check('session-api.list.pages', 'nextToken leads through all pages')
    .promises('every session of the suite once, none twice', 'api A13')
    .judge(async ({ all, updated, brief }) => listsOnce(await all(), [await updated(), await brief()])),
  check('session-api.list.active', 'sessionStatus=Active lists Active sessions only')
    .promises('Active ones only', 'api A14')
    .judge(({ probe }) => listsOnly(probe, 'Active')),
  check('session-api.list.expired', 'sessionStatus=Expired lists Expired sessions only')
    .promises('Expired ones only', 'api A14')
    .needs(({ notEnded }) => notEnded())
    .judge(({ probe }) => listsOnly(probe, 'Expired')),
  check('session-api.list.both', 'without sessionStatus, Active and Expired sessions are listed')
    .promises('an Active and an Expired one', 'api A14')
    .needs(({ notEnded }) => notEnded())
    .judge(async ({ all, updated, brief }) => {
      const listed = await all();
      const statuses = [await updated(), await brief()]
        .map((one) => listed.find(({ sessionId }) => sessionId === one.sessionId)?.sessionStatus)
        .map((status) => status ?? 'not listed')
        .join(', ');
      return judge(statuses === 'Active, Expired', statuses);
    }),
  check('session-api.list.by-id', 'sessionId lists the sessions of that ID only')
    .promises('every entry of that ID and no other', 'api A15')
    .judge(async ({ probe, updated }) => {
      const { sessionId } = await updated();
      const found = await probe.list({ sessionId });
      const foreign = found.filter((one) => one.sessionId !== sessionId).length;
      return judge(found.length === 1 && foreign === 0, `${found.length} entries, ${foreign} of another ID`);
    }),
  check('session-api.delete.gone', 'GetSession does not find a deleted session')
    .promises('status 404', 'lifecycle A16 U18')
    .judge(async ({ probe, session }) => {
      const ref = probe.refTo(await session());
      await probe.sessions.delete(ref);
      return probe.isRefused(probe.sessions.get(ref), 404);
    }),
  check('session-api.delete.unlisted', 'ListSessions does not show a deleted session')
    .promises('no entry of that ID', 'inferred A16')
    .judge(async ({ probe, session }) => {
      const statuses = await statusesOf(probe, await session());
      return judge(statuses === '', statuses || 'none');
    }),
  check('session-api.delete.used-again', 'a request with the ID of a deleted session opens a new session')
    .promises('a new session', 'lifecycle A17 C25')
    .judge(isForgotten),
];

function listsOnce(all: readonly Session[], wanted: readonly Session[]): StepResult {
  const keys = all.map(
    ({ sessionId, createdTime, sessionStatus }) => `${sessionId} ${createdTime} ${sessionStatus}`,
  );
  const twice = keys.length - new Set(keys).size;
  const missing = wanted.filter(({ sessionId }) => !all.some((one) => one.sessionId === sessionId)).length;
  return judge(twice === 0 && missing === 0, `${all.length} sessions, ${twice} twice, ${missing} missing`);
}

async function listsOnly(probe: SessionProbe, sessionStatus: 'Active' | 'Expired'): Promise<StepResult> {
  const found = await probe.list({ sessionStatus });
  const others = found.filter((one) => one.sessionStatus !== sessionStatus).length;
  return judge(found.length > 0 && others === 0, `${found.length} sessions, ${others} of another status`);
}

async function isForgotten({ client, probe, session }: ApiScene): Promise<StepResult> {
  const { sessionId } = await session();
  const { answer, setCookies } = await client.send(sessionId);
  if (client.headerName === undefined) {
    const [cookie] = setCookies;
    const isRenamed = cookie !== undefined && cookie.sessionId !== sessionId;
    const result = judge(isRenamed, cookie?.line ?? 'no session cookie');
    return { ...result, ...(cookie === undefined && { fault: NO_COOKIE }), judged: answer };
  }
  const statuses = await statusesOf(probe, await session());
  return { ...judge(statuses === 'Active', statuses || 'none'), judged: answer };
}

async function statusesOf(probe: SessionProbe, { sessionId }: Session): Promise<string> {
  return (await probe.list({ sessionId })).map(({ sessionStatus }) => sessionStatus).join(', ');
}
