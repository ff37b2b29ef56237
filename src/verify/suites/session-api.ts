import type { SessionAffinityType } from '../../model/function.js';
import { LIMITS } from '../../model/limits.js';
import type { CreateSessionInput, Session } from '../../model/session.js';
import { wait } from '../../system/wait.js';
import { judge, type StepResult, skip } from '../check.js';
import { notKnown } from '../served-by.js';
import { SessionClient, type SessionRequest } from '../session-client.js';
import { NO_COOKIE } from '../session-cookie.js';
import { isRefused, SessionProbe } from '../session-probe.js';
import { source } from '../sources.js';
import { NotApplicable, once, type Suite } from '../suite.js';
import type { Control, SuiteRun } from '../suite-run.js';

/** The sessions of the suite. Each is made when a check first asks for it. */
interface ApiScene {
  readonly run: SuiteRun;
  readonly control: Control;
  readonly client: SessionClient;
  readonly probe: SessionProbe;
  session(): Promise<Session>;
  /** A request with its ID. */
  use(): Promise<SessionRequest>;
  /** A session of one second. */
  brief(): Promise<Session>;
  /** Why it is not known to have ended; undefined where it is. */
  notEnded(): Promise<string | undefined>;
  /** The first session, updated. */
  updated(): Promise<Session>;
  /** Every page of ListSessions. */
  all(): Promise<readonly Session[]>;
}

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

/** Create, get, use, update, list and delete, and what the Session API refuses. Needs a control API. */
export const sessionApi: Suite<ApiScene> = {
  id: 'session-api',
  open: openScene,
  checks: [
    {
      id: 'session-api.create.fields',
      title: 'CreateSession answers with every field',
      expected: 'every documented field',
      source: source('api', 'A02'),
      async judge({ session }) {
        const created = await session();
        const missing = FIELDS.filter((field) => created[field] === undefined);
        return judge(
          missing.length === 0,
          missing.length === 0 ? 'all of them' : `without ${missing.join(', ')}`,
        );
      },
    },
    {
      id: 'session-api.create.active',
      title: 'the session is Active',
      expected: 'sessionStatus Active',
      source: source('api', 'A02'),
      async judge({ session }) {
        const { sessionStatus } = await session();
        return judge(sessionStatus === 'Active', `sessionStatus ${sessionStatus}`);
      },
    },
    {
      id: 'session-api.create.instance',
      title: 'its instance runs before any request',
      expected: 'an instance of ListInstances, Running',
      source: source('api', 'A02 A03'),
      async judge({ control, session }) {
        const { containerId } = await session();
        const instances = await control.plane.instances.list(control.ref);
        const status = instances.find(({ instanceId }) => instanceId === containerId)?.status;
        return judge(status === 'Running', `${containerId}, ${status ?? 'not listed'}`);
      },
    },
    {
      id: 'session-api.create.default-times',
      title: "times left out are the function's",
      expected: "the function's TTL and idle time",
      source: source('lifecycle', 'A04 A07'),
      async judge({ control, session }) {
        const config = control.served.config.sessionAffinityConfig;
        return hasTimes(await session(), config.sessionTTLInSeconds, config.sessionIdleTimeoutInSeconds);
      },
    },
    {
      id: 'session-api.create.given-times',
      title: 'times given are taken and answered',
      expected: 'sessionTTLInSeconds 600, sessionIdleTimeoutInSeconds 300',
      source: source('api', 'A05'),
      async judge({ probe }) {
        const input = { sessionTTLInSeconds: 600, sessionIdleTimeoutInSeconds: 300 };
        return hasTimes(await probe.create(input), 600, 300);
      },
    },
    {
      id: 'session-api.create.qualifier',
      title: 'the qualifier is answered',
      expected: 'the qualifier asked for',
      source: source('api', 'A06'),
      async judge({ control, session }) {
        const { qualifier } = await session();
        const wanted = control.ref.qualifier;
        return judge(qualifier === wanted, `qualifier ${qualifier}`, `qualifier ${wanted}`);
      },
    },
    {
      id: 'session-api.create.ttl-0',
      title: 'a TTL of 0 is refused',
      expected: 'status 400',
      source: source('api', 'A08'),
      judge: ({ probe }) => refusesToCreate(probe, { sessionTTLInSeconds: 0 }),
    },
    {
      id: 'session-api.create.ttl-21601',
      title: 'a TTL of 21601 is refused',
      expected: 'status 400',
      source: source('api', 'A08'),
      needs: needsLimit,
      judge: ({ probe }) => refusesToCreate(probe, { sessionTTLInSeconds: 21601 }),
    },
    {
      id: 'session-api.create.idle-minus-1',
      title: 'an idle time of -1 is refused',
      expected: 'status 400',
      source: source('api', 'A08'),
      judge: ({ probe }) => refusesToCreate(probe, { sessionIdleTimeoutInSeconds: -1 }),
    },
    {
      id: 'session-api.create.idle-21601',
      title: 'an idle time of 21601 is refused',
      expected: 'status 400',
      source: source('api', 'A08'),
      needs: needsLimit,
      judge: ({ probe }) => refusesToCreate(probe, { sessionIdleTimeoutInSeconds: 21601 }),
    },
    {
      id: 'session-api.get.active',
      title: 'GetSession answers with the session',
      expected: 'the session as created',
      source: source('api', 'A09'),
      async judge({ probe, session }) {
        const created = await session();
        const got = await probe.answer('GetSession', probe.sessions.get(probe.refTo(created)));
        const different = FIELDS.filter((field) => got[field] !== created[field]);
        const actual = different.map((field) => `${field} ${got[field]}`).join(', ') || 'the same';
        return judge(different.length === 0, actual);
      },
    },
    {
      id: 'session-api.use.instance',
      title: 'a request with its ID goes to its instance',
      expected: "the session's containerId",
      source: source('cookie', 'C24 H19'),
      judge: async ({ session, use }) => isServedBy(await session(), await use()),
    },
    {
      id: 'session-api.use.nothing-planted',
      title: 'the answer to that request names no other ID',
      expected: 'no session cookie, no session header',
      source: source('cookie', 'C24'),
      async judge({ use }) {
        const { answer, setCookies, sessionLines } = await use();
        const lines = new Set([...setCookies.map(({ line }) => line), ...sessionLines]);
        return { ...judge(lines.size === 0, [...lines].join(' and ') || 'none'), judged: answer };
      },
    },
    {
      id: 'session-api.get.expired',
      title: 'GetSession of an expired session',
      expected: 'status 404',
      source: source('api', 'A09'),
      needs: ({ notEnded }) => notEnded(),
      async judge({ probe, brief }) {
        return isRefused(await probe.refusal(probe.sessions.get(probe.refTo(await brief()))), [404, 404]);
      },
    },
    {
      id: 'session-api.update.expired',
      title: 'UpdateSession of an expired session is refused',
      expected: 'status 4xx',
      source: source('api', 'A12'),
      needs: ({ notEnded }) => notEnded(),
      async judge({ probe, brief }) {
        const update = probe.sessions.update(probe.refTo(await brief()), { sessionTTLInSeconds: 60 });
        return isRefused(await probe.refusal(update), [400, 499]);
      },
    },
    {
      id: 'session-api.update.ttl',
      title: 'UpdateSession sets another TTL',
      expected: 'sessionTTLInSeconds 1200, same instance and createdTime, a later lastModifiedTime',
      source: source('api', 'A10'),
      judge: isUpdated,
    },
    {
      id: 'session-api.list.default-page',
      title: 'a page has at most 20 by default',
      expected: 'at most 20 sessions',
      source: source('api', 'A13'),
      async judge({ probe }) {
        const { length } = await probe.list();
        return judge(length <= 20, `${length} sessions`);
      },
    },
    {
      id: 'session-api.list.pages',
      title: 'nextToken leads through all pages',
      expected: 'every session of the suite once, none twice',
      source: source('api', 'A13'),
      judge: async ({ all, updated, brief }) => listsOnce(await all(), [await updated(), await brief()]),
    },
    {
      id: 'session-api.list.active',
      title: 'sessionStatus=Active filters',
      expected: 'Active ones only',
      source: source('api', 'A14'),
      judge: ({ probe }) => listsOnly(probe, 'Active'),
    },
    {
      id: 'session-api.list.expired',
      title: 'sessionStatus=Expired filters',
      expected: 'Expired ones only',
      source: source('api', 'A14'),
      needs: ({ notEnded }) => notEnded(),
      judge: ({ probe }) => listsOnly(probe, 'Expired'),
    },
    {
      id: 'session-api.list.both',
      title: 'without sessionStatus both are listed',
      expected: 'an Active and an Expired one',
      source: source('api', 'A14'),
      needs: ({ notEnded }) => notEnded(),
      async judge({ all, updated, brief }) {
        const listed = await all();
        const statuses = [await updated(), await brief()]
          .map((one) => listed.find(({ sessionId }) => sessionId === one.sessionId)?.sessionStatus)
          .map((status) => status ?? 'not listed')
          .join(', ');
        return judge(statuses === 'Active, Expired', statuses);
      },
    },
    {
      id: 'session-api.list.by-id',
      title: 'sessionId filters',
      expected: 'every entry of that ID and no other',
      source: source('api', 'A15'),
      async judge({ probe, updated }) {
        const { sessionId } = await updated();
        const found = await probe.list({ sessionId });
        const foreign = found.filter((one) => one.sessionId !== sessionId).length;
        return judge(
          found.length === 1 && foreign === 0,
          `${found.length} entries, ${foreign} of another ID`,
        );
      },
    },
    {
      id: 'session-api.delete.gone',
      title: 'a deleted session is gone',
      expected: 'status 404',
      source: source('lifecycle', 'A16 U18'),
      async judge({ probe, session }) {
        const ref = probe.refTo(await session());
        await probe.sessions.delete(ref);
        return isRefused(await probe.refusal(probe.sessions.get(ref)), [404, 404]);
      },
    },
    {
      id: 'session-api.delete.unlisted',
      title: 'it is not listed either',
      expected: 'no entry of that ID',
      source: source('inferred', 'A16'),
      async judge({ probe, session }) {
        const statuses = await statusesOf(probe, await session());
        return judge(statuses === '', statuses || 'none');
      },
    },
    {
      id: 'session-api.delete.used-again',
      title: 'its ID used again opens a new session',
      expected: 'a new session',
      source: source('lifecycle', 'A17 C25'),
      judge: isForgotten,
    },
    {
      id: 'session-api.unsupported.create',
      title: 'CreateSession on a function without cookie or header affinity is refused',
      expected: 'status 4xx',
      source: source('lifecycle', 'A19'),
      judge: refusesOthers,
    },
    {
      id: 'session-api.unknown-function.error',
      title: 'an unknown function is an error',
      expected: 'status 404, code FunctionNotFound',
      source: source('errors', 'A23'),
      judge: refusesUnknown,
    },
    {
      id: 'session-api.errors.coded',
      title: 'every refusal carries its code',
      expected: 'Code and Message each time',
      source: source('sdk', 'A24'),
      judge: ({ probe: { uncoded, refusals } }) =>
        judge(uncoded.length === 0, uncoded.join('; ') || `all of ${refusals}`),
    },
    {
      id: 'session-api.answers.json',
      title: 'every operation answers with a resource',
      expected: 'a Session or a page each time',
      source: source('sdk', 'A25'),
      judge: ({ probe: { empty, answers } }) =>
        judge(empty.length === 0, empty.join(', ') || `all of ${answers}`),
    },
  ],
};

function openScene(run: SuiteRun): ApiScene {
  const control = controlOf(run);
  const client = SessionClient.of(run);
  const probe = new SessionProbe(run, control);
  const session = once(() => probe.create({}));
  const brief = once(() => probe.create({ sessionTTLInSeconds: 1 }));
  const notEnded = once(async () => whyNotEnded(run, probe, await brief()));
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

async function refusesToCreate(probe: SessionProbe, input: CreateSessionInput): Promise<StepResult> {
  return isRefused(await probe.refusal(probe.create(input)), [400, 400]);
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
  return isRefused(await probe.refusal(probe.sessions.create(ref, {})), [400, 499]);
}

async function refusesUnknown({ run, probe, session }: ApiScene): Promise<StepResult> {
  const ref = { functionName: `verify-${run.ids.sessionId()}`, sessionId: (await session()).sessionId };
  const refusal = await probe.refusal(probe.sessions.get(ref));
  const result = isRefused(refusal, [404, 404]);
  if (refusal.kind !== 'refused' || refusal.error.code === 'FunctionNotFound') return result;
  return judge(false, `code ${refusal.error.code}`);
}
