import { CookieJar } from 'tough-cookie';
import { SESSION_COOKIE } from '../../model/session.js';
import { checksOf, hasStatus, judge, type StepResult } from '../check.js';
import { compareInstances, instanceOf } from '../served-by.js';
import { namesNoSession, SessionClient, type SessionRequest } from '../session-client.js';
import { NO_COOKIE } from '../session-cookie.js';
import { type Filling, fillInstance, findSlots, goesElsewhere, sharesInstance } from '../slots.js';
import { once, onceAfter, type Suite } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { hasNoOtherAttribute, hasSessionTTL, setsCookie } from './walkthrough-cookie.js';

/** The four requests. Each is sent for the first check that uses it. */
type Walk = ReturnType<typeof openWalk>;

/** Function Compute's current form of a request ID, and an older form with a single last part. */
const REQUEST_ID = /^1-[0-9a-f]{8}-([0-9a-f]{6,8}-[0-9a-f]{12}|[0-9a-f]{24})$/;
const OPENS_A_SESSION = {
  title: 'the request opens a new session',
  expected: `one ${SESSION_COOKIE} with an ID that was not set before`,
};

const check = checksOf<Walk>();

/** The documented four requests: no cookie, that cookie, no cookie, no cookie, with two sessions an instance. */
export const walkthrough: Suite<Walk> = {
  id: 'walkthrough',
  open: openWalk,
  checks: [
    check('walkthrough.1.status', 'a first request without a cookie is answered')
      .promises('status 200', 'cookie C01')
      .judge(async ({ first }) => isAnswered(1, await first())),
    check('walkthrough.1.set-cookie', 'the first response sets the session cookie once')
      .promises(`exactly one Set-Cookie named ${SESSION_COOKIE}`, 'cookie C01')
      .judge(async ({ first }) => setsCookie(await first())),
    check('walkthrough.1.max-age', 'the cookie lasts as long as the session')
      .promises('Max-Age=21600', 'cookie C02 C16')
      .judge(async ({ run, first }) => hasSessionTTL(run, await first())),
    check('walkthrough.1.attributes', 'the cookie has no other attribute')
      .promises('no attribute but Max-Age', 'cookie C03')
      .judge(async ({ first }) => hasNoOtherAttribute(await first())),
    check('walkthrough.1.request-id', 'the response carries its request ID')
      .promises('X-Fc-Request-Id: 1-<8 hex>-<6 to 8 hex>-<12 hex>', 'cookie C11')
      .judge(async ({ first }) => hasRequestId(await first())),
    check('walkthrough.2.status', 'a second request with that cookie is answered')
      .promises('status 200', 'cookie C05')
      .judge(async ({ second }) => isAnswered(2, await second())),
    check('walkthrough.2.no-set-cookie', 'the second response sets no session cookie')
      .promises(NO_COOKIE, 'cookie C05')
      .needs(needsCookie)
      .judge(async ({ second }) => namesNoSession(await second())),
    check('walkthrough.2.same-instance', 'the instance of the first request serves the second')
      .promises('the instance of request 1', 'cookie C05')
      .needs(needsCookie)
      .judge(async ({ first, second }) =>
        compareInstances(await first(), await second(), { wanted: 'same' }),
      ),
    check('walkthrough.3.status', 'a third request without a cookie is answered')
      .promises('status 200', 'cookie C06')
      .judge(async ({ third }) => isAnswered(3, await third())),
    check('walkthrough.3.new-cookie', OPENS_A_SESSION.title)
      .promises(OPENS_A_SESSION.expected, 'cookie C06')
      .judge(async ({ first, third }) => setsCookie(await third(), [await first()])),
    check('walkthrough.3.same-instance', 'the second session shares the first instance')
      .promises('the instance of request 1, which has a free slot', 'cookie C07')
      .needs(({ third }) => needsSession(3, third))
      .judge(async ({ first, third, slots }) => sharesInstance(await first(), await third(), await slots())),
    check('walkthrough.4.status', 'a fourth request without a cookie is answered')
      .promises('status 200', 'cookie C08')
      .judge(async ({ fourth }) => isAnswered(4, await fourth())),
    check('walkthrough.4.new-cookie', OPENS_A_SESSION.title)
      .promises(OPENS_A_SESSION.expected, 'cookie C09')
      .judge(async ({ first, third, fourth }) => setsCookie(await fourth(), [await first(), await third()])),
    check(
      'walkthrough.4.new-instance',
      'when the first instance is full, a new session goes to another instance',
    )
      .promises('another instance than that of request 1, which is full', 'cookie C08')
      .needs(({ fourth }) => needsSession(4, fourth))
      .judge(async ({ first, fourth, filling }) =>
        goesElsewhere(await first(), await fourth(), await filling()),
      ),
  ],
};

function openWalk(run: SuiteRun) {
  const client = new SessionClient(run);
  const jar = new CookieJar();
  const first = once(() => client.browse(jar, '1 no cookie'));
  const second = once(() => client.browse(jar, '2 its cookie'));
  /** Whether the first instance has a free slot before request 3. */
  const slots = once(async () => findSlots(run, await (await first()).servedBy()));
  const third = onceAfter(slots, () => client.browse(new CookieJar(), '3 no cookie'));
  /** Whether the first instance is full before request 4. */
  const filling = once(async () => fillFirst(run, client, [await first(), await third()]));
  const fourth = onceAfter(filling, () => client.browse(new CookieJar(), '4 no cookie'));
  return { run, first, second, slots, third, filling, fourth };
}

/** Fills the instance of the first request up to its limit, by requests without a cookie. */
async function fillFirst(
  run: SuiteRun,
  client: SessionClient,
  opened: readonly [SessionRequest, SessionRequest],
): Promise<Filling> {
  const on = await opened[0].servedBy();
  const instances = await Promise.all(
    opened
      .filter(({ setCookies }) => setCookies.length > 0)
      .map(async (one) => instanceOf(await one.servedBy())),
  );
  const occupied = instances.filter((instanceId) => instanceId === instanceOf(on)).length;
  if (on.kind === 'known' && occupied === 0)
    return { kind: 'not-full', reason: 'requests without a cookie open no sessions' };
  return fillInstance(run, { on, occupied, open: () => client.send() });
}

async function needsCookie({ second }: Walk): Promise<string | undefined> {
  const { sent } = await second();
  return sent === undefined ? 'request 1 set no session cookie that the jar would send back' : undefined;
}

async function needsSession(
  number: 3 | 4,
  request: () => Promise<SessionRequest>,
): Promise<string | undefined> {
  const { setCookies } = await request();
  return setCookies.length === 0 ? `request ${number} opened no session` : undefined;
}

/** An answer other than 200 ends the suite, because the later checks would fail for the same cause. */
function isAnswered(number: 1 | 2 | 3 | 4, { answer }: SessionRequest): StepResult {
  const ends = `request ${number} was answered with status ${answer.status}`;
  return { ...hasStatus(answer, 200), ends };
}

function hasRequestId({ answer }: SessionRequest): StepResult {
  const lines = answer.headers.all('x-fc-request-id');
  const [requestId = 'no X-Fc-Request-Id'] = lines;
  const holds = lines.length === 1 && REQUEST_ID.test(requestId);
  return { ...judge(holds, lines.join(', ') || requestId), judged: answer };
}
