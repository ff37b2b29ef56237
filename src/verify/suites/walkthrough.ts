import { CookieJar } from 'tough-cookie';
import { FcError } from '../../model/errors.js';
import { DEFAULT_SESSION_TTL_IN_SECONDS } from '../../model/limits.js';
import { type Filling, fillInstance } from '../fill-instance.js';
import { findSeats, goesElsewhere, sharesInstance } from '../places.js';
import type { Step } from '../report.js';
import { isAttribute, plantedCookies, SESSION_COOKIE } from '../session-cookie.js';
import { type Finding, judge, type Suite, skip } from '../suite.js';
import type { Trial } from '../trial.js';
import { compareInstances, instanceOf, unknownInstance } from '../witness.js';
import { WALKTHROUGH_CHECKS } from './walkthrough-checks.js';
import { NOTHING_TO_SEND, type Visit, visit } from './walkthrough-visit.js';

export const walkthrough: Suite = { id: 'walkthrough', checks: WALKTHROUGH_CHECKS, run };

/** The current form, and the older one with a single tail. */
const REQUEST_ID = /^1-[0-9a-f]{8}-([0-9a-f]{6,8}-[0-9a-f]{12}|[0-9a-f]{24})$/;

async function* run(trial: Trial): AsyncGenerator<Step> {
  const jar = new CookieJar();
  const first = await visit(trial, '1 no cookie', jar);
  yield trial.step('walkthrough.1.status', isOk(first), first.answer);
  yield trial.step('walkthrough.1.set-cookie', plantsOnce(first), first.answer);
  yield trial.step('walkthrough.1.max-age', await livesAsLong(trial, first), first.answer);
  yield trial.step('walkthrough.1.attributes', hasNoOtherAttribute(first), first.answer);
  yield trial.step('walkthrough.1.request-id', namesRequest(first), first.answer);

  const second = await visit(trial, '2 its cookie', jar);
  yield trial.step('walkthrough.2.status', isOk(second), second.answer);
  yield trial.step('walkthrough.2.no-set-cookie', plantsNothing(second), second.answer);
  yield trial.step('walkthrough.2.same-instance', staysThere(first, second), second.answer);

  const seats = await findSeats(trial, first.witness);
  const third = await visit(trial, '3 no cookie', new CookieJar());
  yield trial.step('walkthrough.3.status', isOk(third), third.answer);
  yield trial.step('walkthrough.3.new-cookie', plantsAnother(third, [first]), third.answer);
  yield trial.step('walkthrough.3.same-instance', sharesInstance(between(first, third), seats), third.answer);

  const filling = await fillFirst(trial, first, third);
  const fourth = await visit(trial, '4 no cookie', new CookieJar());
  yield trial.step('walkthrough.4.status', isOk(fourth), fourth.answer);
  yield trial.step('walkthrough.4.new-cookie', plantsAnother(fourth, [first, third]), fourth.answer);
  yield trial.step(
    'walkthrough.4.new-instance',
    goesElsewhere(between(first, fourth), filling),
    fourth.answer,
  );
}

function isOk({ answer }: Visit): Finding {
  const error = answer.status === 200 ? '' : `: ${answer.body.slice(0, 200)}`;
  return judge(answer.status === 200, `status ${answer.status}${error}`);
}

function plantsOnce({ planted }: Visit): Finding {
  const [only] = planted;
  if (only === undefined) return judge(false, `no Set-Cookie named ${SESSION_COOKIE}`);
  if (planted.length > 1) return judge(false, `${planted.length} of them`);
  return judge(only.sessionId !== '', only.line);
}

async function livesAsLong(trial: Trial, { planted }: Visit): Promise<Finding> {
  const [cookie] = planted;
  const { seconds, because } = await sessionTTL(trial, cookie?.sessionId);
  const expected = `Max-Age=${seconds}, ${because}`;
  if (cookie === undefined) return judge(false, `no Set-Cookie named ${SESSION_COOKIE}`, expected);
  const ages = cookie.attributes.filter((attribute) => isAttribute(attribute, 'max-age'));
  const value = ages[0]?.split('=')[1]?.trim();
  return judge(ages.length === 1 && value === String(seconds), ages.join('; ') || 'no Max-Age', expected);
}

async function sessionTTL(trial: Trial, sessionId?: string): Promise<{ seconds: number; because: string }> {
  if (trial.control === undefined) {
    const { sessionTTLInSeconds } = trial.target;
    if (sessionTTLInSeconds !== undefined) return { seconds: sessionTTLInSeconds, because: 'the TTL given' };
    return { seconds: DEFAULT_SESSION_TTL_IN_SECONDS, because: 'the default TTL' };
  }
  const { plane, ref, served } = trial.control;
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

function hasNoOtherAttribute({ planted }: Visit): Finding {
  const [cookie] = planted;
  if (cookie === undefined) return skip('request 1 planted no session cookie');
  const others = cookie.attributes.filter((attribute) => !isAttribute(attribute, 'max-age'));
  return judge(others.length === 0, others.join('; ') || 'none');
}

function namesRequest({ answer }: Visit): Finding {
  const lines = answer.headers.all('x-fc-request-id');
  const [requestId = 'no X-Fc-Request-Id'] = lines;
  return judge(lines.length === 1 && REQUEST_ID.test(requestId), lines.join(', ') || requestId);
}

function plantsNothing({ planted, sent }: Visit): Finding {
  if (sent === undefined) return skip(NOTHING_TO_SEND);
  return judge(planted.length === 0, planted.map(({ line }) => line).join(' and ') || 'none');
}

function plantsAnother({ planted }: Visit, before: readonly Visit[]): Finding {
  const [cookie] = planted;
  if (cookie === undefined) return judge(false, `no Set-Cookie named ${SESSION_COOKIE}`);
  if (planted.length > 1) return judge(false, `${planted.length} of them`);
  const at = before.findIndex((visited) => visited.planted[0]?.sessionId === cookie.sessionId);
  if (at >= 0) return judge(false, `the session of an earlier request again: ${cookie.line}`);
  return judge(cookie.sessionId !== '', cookie.line);
}

function staysThere(first: Visit, second: Visit): Finding {
  const lacking = second.sent === undefined ? NOTHING_TO_SEND : undefined;
  return compareInstances({ first: first.witness, second: second.witness, wanted: 'same', lacking });
}

function between(first: Visit, other: Visit): Parameters<typeof sharesInstance>[0] {
  const lacking = other.planted.length === 0 ? 'a request without a cookie opened no session' : undefined;
  return { first: first.witness, second: other.witness, lacking };
}

/** Fills the first one's instance to its limit by requests without a cookie. */
async function fillFirst(trial: Trial, first: Visit, third: Visit): Promise<Filling> {
  const { witness } = first;
  if (witness.kind !== 'known') return { kind: 'not-full', reason: unknownInstance(witness) };
  const seated = [first, third].filter(
    (one) => one.planted.length > 0 && instanceOf(one.witness) === witness.instanceId,
  );
  if (seated.length === 0) return { kind: 'not-full', reason: 'requests without a cookie open no sessions' };
  return fillInstance(trial, {
    instanceId: witness.instanceId,
    seated: seated.length,
    open: async () => {
      const { headers } = await trial.send();
      for (const { sessionId } of plantedCookies(headers)) trial.made(sessionId);
    },
  });
}
