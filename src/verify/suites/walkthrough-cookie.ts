import { FcError } from '../../model/errors.js';
import { DEFAULT_SESSION_TTL_IN_SECONDS } from '../../model/limits.js';
import { judge, type StepResult, skip } from '../check.js';
import type { SessionRequest } from '../session-client.js';
import { isAttribute, NO_COOKIE, SEVERAL_COOKIES } from '../session-cookie.js';
import type { SuiteRun } from '../suite-run.js';

/** @param before earlier requests, whose sessions must be different */
export function setsCookie(
  { answer, setCookies }: SessionRequest,
  before: readonly SessionRequest[] = [],
): StepResult {
  const [only] = setCookies;
  if (only === undefined) return { ...judge(false, NO_COOKIE), cause: NO_COOKIE, judged: answer };
  if (setCookies.length > 1) {
    const result = judge(false, `${setCookies.length} of them`);
    return { ...result, cause: SEVERAL_COOKIES, judged: answer };
  }
  const isKnown = before.some((one) => one.setCookies[0]?.sessionId === only.sessionId);
  const actual = isKnown ? `the session of an earlier request again: ${only.line}` : only.line;
  return { ...judge(only.sessionId !== '' && !isKnown, actual), judged: answer };
}

export async function hasSessionTTL(
  run: SuiteRun,
  { answer, setCookies }: SessionRequest,
): Promise<StepResult> {
  const [cookie] = setCookies;
  const { seconds, because } = await sessionTTL(run, cookie?.sessionId);
  const expected = `Max-Age=${seconds}, ${because}`;
  if (cookie === undefined) return { ...judge(false, NO_COOKIE, expected), cause: NO_COOKIE, judged: answer };
  const ages = cookie.attributes.filter((attribute) => isAttribute(attribute, 'max-age'));
  const value = ages[0]?.split('=')[1]?.trim();
  const holds = ages.length === 1 && value === String(seconds);
  return { ...judge(holds, ages.join('; ') || 'no Max-Age', expected), judged: answer };
}

async function sessionTTL(run: SuiteRun, sessionId?: string): Promise<{ seconds: number; because: string }> {
  if (run.control === undefined) {
    const { sessionTTLInSeconds } = run.target;
    if (sessionTTLInSeconds !== undefined) return { seconds: sessionTTLInSeconds, because: 'the TTL given' };
    return { seconds: DEFAULT_SESSION_TTL_IN_SECONDS, because: 'the default TTL' };
  }
  const { plane, ref, served } = run.control;
  const { sessionTTLInSeconds: seconds } = served.config.sessionAffinityConfig;
  const ofFunction = { seconds, because: "the function's TTL" };
  if (sessionId === undefined) return ofFunction;
  try {
    const session = await plane.sessions.get({ ...ref, sessionId });
    return { seconds: session.sessionTTLInSeconds, because: "the session's TTL" };
  } catch (error) {
    if (error instanceof FcError && error.code === 'SessionNotFound') return ofFunction;
    throw error;
  }
}

export function hasNoOtherAttribute({ answer, setCookies }: SessionRequest): StepResult {
  const [cookie] = setCookies;
  if (cookie === undefined) return skip('request 1 set no session cookie');
  const others = cookie.attributes.filter((attribute) => !isAttribute(attribute, 'max-age'));
  return { ...judge(others.length === 0, others.join('; ') || 'none'), judged: answer };
}
