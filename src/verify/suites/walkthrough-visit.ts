import type { CookieJar } from 'tough-cookie';
import type { Exchange } from '../exchange.js';
import { type PlantedCookie, plantedCookies, SESSION_COOKIE } from '../session-cookie.js';
import type { Trial } from '../trial.js';
import { instanceOf, type Witness, whoServed } from '../witness.js';

/** One of the four requests with all that is known of its answer. */
export interface Visit {
  readonly answer: Exchange;
  /** The session ID that it carried. */
  readonly sent: string | undefined;
  readonly planted: readonly PlantedCookie[];
  readonly witness: Witness;
}

export const NOTHING_TO_SEND = 'request 1 planted no session cookie that the jar would send back';

/** Sends what the jar holds for this URL, and lets the jar keep what comes back, as a browser would. */
export async function visit(trial: Trial, label: string, jar: CookieJar): Promise<Visit> {
  const { href } = trial.url;
  const cookies = await jar.getCookies(href);
  const sent = cookies.find((cookie) => cookie.key === SESSION_COOKIE)?.value;
  const answer = await trial.send(cookies.length > 0 ? { Cookie: await jar.getCookieString(href) } : {});
  for (const line of answer.headers.all('set-cookie')) await jar.setCookie(line, href, { ignoreError: true });
  const planted = plantedCookies(answer.headers);
  for (const { sessionId } of planted) trial.made(sessionId);
  const sessionId = planted[0]?.sessionId ?? sent;
  const witness = await whoServed(trial, answer, sessionId);
  trial.requests.push({
    label,
    sent,
    planted: planted[0]?.line,
    sessionId,
    instanceId: instanceOf(witness),
    status: answer.status,
  });
  return { answer, sent, planted, witness };
}
