import { CookieJar } from 'tough-cookie';
import { FcError } from '../../model/errors.js';
import { DEFAULT_SESSION_TTL_IN_SECONDS } from '../../model/limits.js';
import { SESSION_COOKIE } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import type { Step } from '../report.js';
import { describeAnswer, type RoundTrip } from '../round-trip.js';
import { compareInstances, instanceOf, type ServedBy, whoServed, whyUnknown } from '../served-by.js';
import { isAttribute, type SessionSetCookie, sessionSetCookies } from '../session-cookie.js';
import {
  type Filling,
  fillInstance,
  findSlots,
  goesElsewhere,
  type Slots,
  sharesInstance,
} from '../slots.js';
import { stepByStep } from '../step-by-step.js';
import { NotApplicable } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';
import { WALKTHROUGH_CHECKS } from './walkthrough-checks.js';

export const walkthrough = stepByStep({ id: 'walkthrough', checks: WALKTHROUGH_CHECKS, steps });

/** One of the four requests, with its answer. */
interface WalkthroughRequest {
  readonly number: 1 | 2 | 3 | 4;
  readonly answer: RoundTrip;
  /** The session ID that it carried. */
  readonly sent: string | undefined;
  readonly setCookies: readonly SessionSetCookie[];
  readonly servedBy: ServedBy;
}

/** The current form, and the older one with a single tail. */
const REQUEST_ID = /^1-[0-9a-f]{8}-([0-9a-f]{6,8}-[0-9a-f]{12}|[0-9a-f]{24})$/;
const NOTHING_TO_SEND = 'request 1 set no session cookie that the jar would send back';

async function* steps(run: SuiteRun): AsyncGenerator<Step> {
  const jar = new CookieJar();
  const first = await send(run, 1, jar);
  yield* isAnswered(run, first);
  yield run.step('walkthrough.1.set-cookie', setsCookieOnce(first), first.answer);
  yield run.step('walkthrough.1.max-age', await hasSessionTTL(run, first), first.answer);
  yield run.step('walkthrough.1.attributes', hasNoOtherAttribute(first), first.answer);
  yield run.step('walkthrough.1.request-id', hasRequestId(first), first.answer);

  const second = await send(run, 2, jar);
  yield* isAnswered(run, second);
  yield run.step('walkthrough.2.no-set-cookie', setsNoCookie(second), second.answer);
  yield run.step('walkthrough.2.same-instance', isServedByFirst(first, second), second.answer);

  const slots = await findSlots(run, first.servedBy);
  const third = await send(run, 3, new CookieJar());
  yield* isAnswered(run, third);
  yield run.step('walkthrough.3.new-cookie', setsNewCookie(third, [first]), third.answer);
  yield run.step('walkthrough.3.same-instance', sharesWithFirst(first, third, slots), third.answer);

  const filling = await fillFirst(run, first, third);
  const fourth = await send(run, 4, new CookieJar());
  yield* isAnswered(run, fourth);
  yield run.step('walkthrough.4.new-cookie', setsNewCookie(fourth, [first, third]), fourth.answer);
  yield run.step('walkthrough.4.new-instance', leavesFirst(first, fourth, filling), fourth.answer);
}

/** Sends the cookies that the jar holds for this URL, and puts those of the answer into the jar, as a browser does. */
async function send(run: SuiteRun, number: 1 | 2 | 3 | 4, jar: CookieJar): Promise<WalkthroughRequest> {
  const { href } = run.url;
  const cookies = await jar.getCookies(href);
  const sent = cookies.find((cookie) => cookie.key === SESSION_COOKIE)?.value;
  const answer = await run.send(cookies.length > 0 ? { Cookie: await jar.getCookieString(href) } : {});
  for (const line of answer.headers.all('set-cookie')) await jar.setCookie(line, href, { ignoreError: true });
  const setCookies = sessionSetCookies(answer.headers);
  for (const { sessionId } of setCookies) run.addSession(sessionId);
  const sessionId = setCookies[0]?.sessionId ?? sent;
  const servedBy = await whoServed(run, answer, sessionId);
  run.requests.push({
    label: `${number} ${number === 2 ? 'its cookie' : 'no cookie'}`,
    sent,
    sessionLine: setCookies[0]?.line,
    sessionId,
    instanceId: instanceOf(servedBy),
    status: answer.status,
  });
  return { number, answer, sent, setCookies, servedBy };
}

/**
 * An answer that is not 200 ends the suite: what comes after it would fail for the same cause.
 * @throws NotApplicable
 */
function* isAnswered(run: SuiteRun, { number, answer }: WalkthroughRequest): Generator<Step> {
  const actual = describeAnswer(answer);
  yield run.step(`walkthrough.${number}.status`, judge(answer.status === 200, actual), answer);
  if (answer.status !== 200) {
    throw new NotApplicable(`request ${number} was answered with status ${answer.status}`);
  }
}

function setsCookieOnce({ setCookies }: WalkthroughRequest): StepResult {
  const [only] = setCookies;
  if (only === undefined) return noCookie();
  if (setCookies.length > 1) return severalCookies(setCookies);
  return judge(only.sessionId !== '', only.line);
}

function noCookie(expected?: string): StepResult {
  const actual = `no Set-Cookie named ${SESSION_COOKIE}`;
  return { ...judge(false, actual, expected), cause: actual };
}

function severalCookies(setCookies: readonly SessionSetCookie[]): StepResult {
  return { ...judge(false, `${setCookies.length} of them`), cause: `several ${SESSION_COOKIE}` };
}

async function hasSessionTTL(run: SuiteRun, { setCookies }: WalkthroughRequest): Promise<StepResult> {
  const [cookie] = setCookies;
  const { seconds, because } = await sessionTTL(run, cookie?.sessionId);
  const expected = `Max-Age=${seconds}, ${because}`;
  if (cookie === undefined) return noCookie(expected);
  const ages = cookie.attributes.filter((attribute) => isAttribute(attribute, 'max-age'));
  const value = ages[0]?.split('=')[1]?.trim();
  return judge(ages.length === 1 && value === String(seconds), ages.join('; ') || 'no Max-Age', expected);
}

async function sessionTTL(run: SuiteRun, sessionId?: string): Promise<{ seconds: number; because: string }> {
  if (run.control === undefined) {
    const { sessionTTLInSeconds } = run.target;
    if (sessionTTLInSeconds !== undefined) return { seconds: sessionTTLInSeconds, because: 'the TTL given' };
    return { seconds: DEFAULT_SESSION_TTL_IN_SECONDS, because: 'the default TTL' };
  }
  const { plane, ref, served } = run.control;
  const ofFunction = {
    seconds: served.config.sessionAffinityConfig.sessionTTLInSeconds,
    because: "the function's TTL",
  };
  if (sessionId === undefined) return ofFunction;
  try {
    const session = await plane.sessions.get({ ...ref, sessionId });
    return { seconds: session.sessionTTLInSeconds, because: "the session's TTL" };
  } catch (error) {
    if (error instanceof FcError && error.code === 'SessionNotFound') return ofFunction;
    throw error;
  }
}

function hasNoOtherAttribute({ setCookies }: WalkthroughRequest): StepResult {
  const [cookie] = setCookies;
  if (cookie === undefined) return skip('request 1 set no session cookie');
  const others = cookie.attributes.filter((attribute) => !isAttribute(attribute, 'max-age'));
  return judge(others.length === 0, others.join('; ') || 'none');
}

function hasRequestId({ answer }: WalkthroughRequest): StepResult {
  const lines = answer.headers.all('x-fc-request-id');
  const [requestId = 'no X-Fc-Request-Id'] = lines;
  return judge(lines.length === 1 && REQUEST_ID.test(requestId), lines.join(', ') || requestId);
}

function setsNoCookie({ setCookies, sent }: WalkthroughRequest): StepResult {
  if (sent === undefined) return skip(NOTHING_TO_SEND);
  return judge(setCookies.length === 0, setCookies.map(({ line }) => line).join(' and ') || 'none');
}

function setsNewCookie(
  { setCookies }: WalkthroughRequest,
  before: readonly WalkthroughRequest[],
): StepResult {
  const [cookie] = setCookies;
  if (cookie === undefined) return noCookie();
  if (setCookies.length > 1) return severalCookies(setCookies);
  const at = before.findIndex((one) => one.setCookies[0]?.sessionId === cookie.sessionId);
  if (at >= 0) return judge(false, `the session of an earlier request again: ${cookie.line}`);
  return judge(cookie.sessionId !== '', cookie.line);
}

function isServedByFirst(first: WalkthroughRequest, second: WalkthroughRequest): StepResult {
  if (second.sent === undefined) return skip(NOTHING_TO_SEND);
  return compareInstances({ first: first.servedBy, second: second.servedBy, wanted: 'same' });
}

function sharesWithFirst(first: WalkthroughRequest, third: WalkthroughRequest, slots: Slots): StepResult {
  if (third.setCookies.length === 0) return skip('request 3 opened no session');
  return sharesInstance({ first: first.servedBy, second: third.servedBy }, slots);
}

function leavesFirst(first: WalkthroughRequest, fourth: WalkthroughRequest, filling: Filling): StepResult {
  if (fourth.setCookies.length === 0) return skip('request 4 opened no session');
  return goesElsewhere({ first: first.servedBy, second: fourth.servedBy }, filling);
}

/** Fills the instance of the first request up to its limit, by requests without a cookie. */
async function fillFirst(
  run: SuiteRun,
  first: WalkthroughRequest,
  third: WalkthroughRequest,
): Promise<Filling> {
  const { servedBy } = first;
  if (servedBy.kind !== 'known') return { kind: 'not-full', reason: whyUnknown(servedBy) };
  const occupied = [first, third].filter(
    (one) => one.setCookies.length > 0 && instanceOf(one.servedBy) === servedBy.instanceId,
  );
  if (occupied.length === 0)
    return { kind: 'not-full', reason: 'requests without a cookie open no sessions' };
  return fillInstance(run, {
    instanceId: servedBy.instanceId,
    occupied: occupied.length,
    open: async () => {
      const { headers } = await run.send();
      for (const { sessionId } of sessionSetCookies(headers)) run.addSession(sessionId);
    },
  });
}
