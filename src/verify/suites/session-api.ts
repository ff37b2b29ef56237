import type { SessionAffinityType } from '../../model/function.js';
import { LIMITS } from '../../model/limits.js';
import type { Session } from '../../model/session.js';
import { wait } from '../../system/wait.js';
import { checksOf, judge, type StepResult, skip } from '../check.js';
import { notKnown } from '../served-by.js';
import { namesNoSessionAtAll, SessionClient, type SessionRequest } from '../session-client.js';
import { NO_COOKIE } from '../session-cookie.js';
import { SessionProbe } from '../session-probe.js';
import { NotApplicable, once, type Suite } from '../suite.js';
import type { Control, SuiteRun } from '../suite-run.js';

/** The sessions of the suite. Each is made when a check first asks for it. */
type ApiScene = ReturnType<typeof openScene>;

const HAVE_SESSION_API: readonly SessionAffinityType[] = ['GENERATED_COOKIE', 'HEADER_FIELD'];
const LONGEST_WAIT_MS = 10_000;
const FIELDS = [
  'sessionId',
  'functionName',
  'qualifier',
  'sessionAffinityType',
  'sessionTTLInSeconds',
  'sessionIdleTimeoutInSeconds',
  'disableSessionIdReuse',
  'createdTime',
  'lastModifiedTime',
  'sessionStatus',
  'containerId',
] as const;

const check = checksOf<ApiScene>();

/** Create, get, use, update, list and delete, and what the Session API refuses. Needs a control API. */
export const sessionApi: Suite<ApiScene> = {
  id: 'session-api',
  open: openScene,
  checks: [
    check('session-api.create.fields', 'CreateSession answers with every field')
      .promises('every documented field', 'api A02')
      .judge(async ({ session }) => {
        const created = await session();
        const missing = FIELDS.filter((field) => created[field] === undefined);
        return judge(
          missing.length === 0,
          missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`,
        );
      }),
    check('session-api.create.active', 'the session is Active')
      .promises('sessionStatus Active', 'api A02')
      .judge(async ({ session }) => {
        const { sessionStatus } = await session();
        return judge(sessionStatus === 'Active', `sessionStatus ${sessionStatus}`);
      }),
    check('session-api.create.instance', 'its instance runs before any request')
      .promises('an instance of ListInstances, Running', 'api A02 A03')
      .judge(async ({ control, session }) => {
        const { containerId } = await session();
        const instances = await control.plane.instances.list(control.ref);
        const status = instances.find(({ instanceId }) => instanceId === containerId)?.status;
        return judge(status === 'Running', `${containerId}, ${status ?? 'not listed'}`);
      }),
    check('session-api.create.default-times', "times left out are the function's")
      .promises("the function's TTL and idle time", 'lifecycle A04 A07')
      .judge(async ({ control, session }) => {
        const config = control.served.config.sessionAffinityConfig;
        return hasTimes(await session(), config.sessionTTLInSeconds, config.sessionIdleTimeoutInSeconds);
      }),
    check('session-api.create.given-times', 'times given are taken and answered')
      .promises('sessionTTLInSeconds 600, sessionIdleTimeoutInSeconds 300', 'api A05')
      .judge(async ({ probe }) => {
        const input = { sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 300 };
        return hasTimes(await probe.create(input), 600, 300);
      }),
    check('session-api.create.qualifier', 'the qualifier is answered')
      .promises('the qualifier asked for', 'api A06')
      .judge(async ({ control, session }) => {
        const { qualifier } = await session();
        const wanted = control.ref.qualifier;
        return judge(qualifier === wanted, `qualifier ${qualifier}`, `qualifier ${wanted}`);
      }),
    check('session-api.create.ttl-0', 'a TTL of 0 is refused')
      .promises('status 400', 'api A08')
      .judge(({ probe }) => probe.isRefused(probe.create({ sessionTTLInSeconds: 0 }), 400)),
    check('session-api.create.ttl-21601', 'a TTL of 21601 is refused')
      .promises('status 400', 'api A08')
      .needs(needsLimit)
      .judge(({ probe }) => probe.isRefused(probe.create({ sessionTTLInSeconds: 21601 }), 400)),
    check('session-api.create.idle-minus-1', 'an idle time of -1 is refused')
      .promises('status 400', 'api A08')
      .judge(({ probe }) => probe.isRefused(probe.create({ sessionIdleTimeoutInSeconds: -1 }), 400)),
    check('session-api.create.idle-21601', 'an idle time of 21601 is refused')
      .promises('status 400', 'api A08')
      .needs(needsLimit)
      .judge(({ probe }) => probe.isRefused(probe.create({ sessionIdleTimeoutInSeconds: 21601 }), 400)),
    check('session-api.get.active', 'GetSession answers with the session')
      .promises('the session as created', 'api A09')
      .judge(async ({ probe, session }) => {
        const created = await session();
        const got = await probe.answer('GetSession', probe.sessions.get(probe.refTo(created)));
        const different = FIELDS.filter((field) => got[field] !== created[field]);
        const actual = different.map((field) => `${field} ${got[field]}`).join(', ') || 'the same';
        return judge(different.length === 0, actual);
      }),
    check('session-api.use.instance', 'a request with its ID goes to its instance')
      .promises("the session's containerId", 'cookie C24 H19')
      .judge(async ({ session, use }) => isServedBy(await session(), await use())),
    check('session-api.use.nothing-planted', 'the answer to that request names no other ID')
      .promises('no session cookie, no session header', 'cookie C24')
      .judge(async ({ use }) => namesNoSessionAtAll(await use())),
    check('session-api.get.expired', 'GetSession of an expired session')
      .promises('status 404', 'api A09')
      .needs(({ notEnded }) => notEnded())
      .judge(async ({ probe, brief }) =>
        probe.isRefused(probe.sessions.get(probe.refTo(await brief())), 404),
      ),
    check('session-api.update.expired', 'UpdateSession of an expired session is refused')
      .promises('status 4xx', 'api A12')
      .needs(({ notEnded }) => notEnded())
      .judge(async ({ probe, brief }) => {
        const update = probe.sessions.update(probe.refTo(await brief()), { sessionTTLInSeconds: 60 });
        return probe.isRefused(update);
      }),
    check('session-api.update.ttl', 'UpdateSession sets another TTL')
      .promises(
        'sessionTTLInSeconds 1200, same instance and createdTime, a later lastModifiedTime',
        'api A10',
      )
      .judge(isUpdated),
    check('session-api.list.default-page', 'a page has at most 20 by default')
      .promises('at most 20 sessions', 'api A13')
      .judge(async ({ probe }) => {
        const { length } = await probe.list();
        return judge(length <= 20, `${length} sessions`);
      }),
    check('session-api.list.pages', 'nextToken leads through all pages')
      .promises('every session of the suite once, none twice', 'api A13')
      .judge(async ({ all, updated, brief }) => listsOnce(await all(), [await updated(), await brief()])),
    check('session-api.list.active', 'sessionStatus=Active filters')
      .promises('Active ones only', 'api A14')
      .judge(({ probe }) => listsOnly(probe, 'Active')),
    check('session-api.list.expired', 'sessionStatus=Expired filters')
      .promises('Expired ones only', 'api A14')
      .needs(({ notEnded }) => notEnded())
      .judge(({ probe }) => listsOnly(probe, 'Expired')),
    check('session-api.list.both', 'without sessionStatus both are listed')
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
    check('session-api.list.by-id', 'sessionId filters')
      .promises('every entry of that ID and no other', 'api A15')
      .judge(async ({ probe, updated }) => {
        const { sessionId } = await updated();
        const found = await probe.list({ sessionId });
        const foreign = found.filter((one) => one.sessionId !== sessionId).length;
        return judge(
          found.length === 1 && foreign === 0,
          `${found.length} entries, ${foreign} of another ID`,
        );
      }),
    check('session-api.delete.gone', 'a deleted session is gone')
      .promises('status 404', 'lifecycle A16 U18')
      .judge(async ({ probe, session }) => {
        const ref = probe.refTo(await session());
        await probe.sessions.delete(ref);
        return probe.isRefused(probe.sessions.get(ref), 404);
      }),
    check('session-api.delete.unlisted', 'it is not listed either')
      .promises('no entry of that ID', 'inferred A16')
      .judge(async ({ probe, session }) => {
        const statuses = await statusesOf(probe, await session());
        return judge(statuses === '', statuses || 'none');
      }),
    check('session-api.delete.used-again', 'its ID used again opens a new session')
      .promises('a new session', 'lifecycle A17 C25')
      .judge(isForgotten),
    check(
      'session-api.unsupported.create',
      'CreateSession on a function without cookie or header affinity is refused',
    )
      .promises('status 4xx', 'lifecycle A19')
      .judge(refusesOthers),
    check('session-api.unknown-function.error', 'an unknown function is an error')
      .promises('status 404, code FunctionNotFound', 'errors A23')
      .judge(refusesUnknown),
    check('session-api.errors.coded', 'every refusal carries its code')
      .promises('Code and Message each time', 'sdk A24')
      .judge(({ probe: { uncoded, refusals } }) =>
        judge(uncoded.length === 0, uncoded.join('; ') || `all of ${refusals}`),
      ),
    check('session-api.answers.json', 'every operation answers with a resource')
      .promises('a Session or a page each time', 'sdk A25')
      .judge(({ probe: { empty, answers } }) =>
        judge(empty.length === 0, empty.join(', ') || `all of ${answers}`),
      ),
  ],
};

function openScene(run: SuiteRun) {
  const control = controlOf(run);
  const client = SessionClient.of(run);
  const probe = new SessionProbe(run, control);
  const session = once(() => probe.create({}));
  /** A session of one second. */
  const brief = once(() => probe.create({ sessionTTLInSeconds: 1 }));
  /** Why it is not known to have ended; undefined where it is. */
  const notEnded = once(async () => whyNotEnded(run, probe, await brief()));
  /** The first session, updated. */
  const updated = once(async () => {
    const update = probe.sessions.update(probe.refTo(await session()), { sessionTTLInSeconds: 1200 });
    return probe.answer('UpdateSession', update);
  });
  return {
    run,
    control,
    client,
    probe,
    session,
    use: once(async () => client.send((await session()).sessionId)),
    brief,
    notEnded,
    updated,
    all: once(() => probe.all()),
  };
}

/** @throws NotApplicable */
function controlOf({ control }: SuiteRun): Control {
  if (control === undefined) throw new NotApplicable('the session-api suite needs a control API');
  const { functionName, sessionAffinity } = control.served.config;
  if (HAVE_SESSION_API.includes(sessionAffinity)) return control;
  throw new NotApplicable(`function ${functionName} has ${sessionAffinity}, whose sessions have no API`);
}

function needsLimit({ control }: ApiScene): string | undefined {
  const [, greatest] = LIMITS.sessionTTLInSeconds;
  const isLifted = control.served.config.sessionAffinityConfig.sessionTTLInSeconds > greatest;
  return isLifted ? 'this deployment has the limit of 21600 s lifted' : undefined;
}

/** Waits until a session of one second is listed as Expired. @returns why it is not */
async function whyNotEnded(
  run: SuiteRun,
  probe: SessionProbe,
  { sessionId }: Session,
): Promise<string | undefined> {
  const { clock, target } = run;
  const time = await run.time();
  const obstacle = time.obstacle(1);
  if (obstacle !== undefined) return obstacle;
  if (target.mayMoveClock) await time.pass(1.1);
  const deadline = clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    if ((await probe.list({ sessionId, sessionStatus: 'Expired' })).length > 0) return undefined;
    if (target.mayMoveClock || clock.now() >= deadline)
      return 'a session of one second did not expire in time';
    await wait(clock, 250, { keepAlive: true });
  }
}

function hasTimes(session: Session, ttl: number, idle: number): StepResult {
  const text = (one: number, other: number): string =>
    `sessionTTLInSeconds ${one}, sessionIdleTimeoutInSeconds ${other}`;
  const actual = text(session.sessionTTLInSeconds, session.sessionIdleTimeoutInSeconds);
  return judge(actual === text(ttl, idle), actual, text(ttl, idle));
}

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

async function refusesOthers({ control, probe }: ApiScene): Promise<StepResult> {
  const other = (await control.plane.functions.list()).find(
    ({ config }) => !HAVE_SESSION_API.includes(config.sessionAffinity),
  );
  if (other === undefined) return skip('no function without cookie or header affinity is served');
  const ref = { functionName: other.config.functionName };
  return probe.isRefused(probe.sessions.create(ref, {}));
}

async function refusesUnknown({ run, probe, session }: ApiScene): Promise<StepResult> {
  const ref = { functionName: `verify-${run.ids.sessionId()}`, sessionId: (await session()).sessionId };
  const refusal = await probe.refusal(probe.sessions.get(ref));
  if (typeof refusal === 'string') return judge(false, refusal);
  const { status, code, message } = refusal;
  if (code !== 'FunctionNotFound') return judge(false, `code ${code}`);
  return judge(status === 404, `status ${status}, ${code}: ${message}`);
}
