import type { CookieJar } from 'tough-cookie';
import { SESSION_COOKIE } from '../model/session.js';
import { hasStatus, judge, type StepResult, skip } from './check.js';
import { describeAnswer, errorOf, type RequestOptions, type RoundTrip } from './round-trip.js';
import { instanceOf, type ServedBy, whoServed } from './served-by.js';
import { NO_COOKIE, type SessionSetCookie, sessionSetCookies } from './session-cookie.js';
import { expectAffinity, once } from './suite.js';
import type { SuiteRun } from './suite-run.js';

/** A request, its answer, and the sessions that the answer names. */
export interface SessionRequest {
  readonly answer: RoundTrip;
  /** The session ID in the request. */
  readonly sent: string | undefined;
  readonly setCookies: readonly SessionSetCookie[];
  /** The session IDs that the answer names, by the session cookie or the configured header. */
  readonly sessionIds: readonly string[];
  /** The header lines that name those sessions. */
  readonly sessionLines: readonly string[];
  /** @returns the instance that served the request. If there is a control API, it must name the same instance. */
  servedBy(): Promise<ServedBy>;
}

interface SendOptions extends RequestOptions {
  /** The label in the table of requests; absent for requests that only fill slots. */
  readonly label?: string | undefined;
  readonly url?: URL;
  /** Header lines other than that of the session. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The affinity header's name in another letter case. */
  readonly name?: string | undefined;
  /** The session ID when it is in the URL. */
  readonly inUrl?: string;
}

/** Sends session IDs by cookie or by header, and remembers the sessions that its requests open. */
export class SessionClient {
  /** Undefined with cookie affinity. */
  readonly headerName: string | undefined;
  /** The number of session cookies in all answers. */
  cookiesSeen = 0;
  readonly #run: SuiteRun;
  readonly #remember: (sessionId: string) => void;

  /** @param remember receives every session that the client opens. By default the run deletes them at its end by the control API. */
  constructor(
    run: SuiteRun,
    headerName?: string,
    remember = (sessionId: string): void => run.addSession(sessionId),
  ) {
    this.#run = run;
    this.headerName = headerName;
    this.#remember = remember;
  }

  /** @throws NotApplicable for a function without cookie or header affinity */
  static of(run: SuiteRun): SessionClient {
    const { control, target } = run;
    if (control === undefined) return new SessionClient(run, target.headerName);
    expectAffinity(control, 'GENERATED_COOKIE', 'HEADER_FIELD');
    const { sessionAffinity, sessionAffinityConfig } = control.served.config;
    if (sessionAffinity === 'GENERATED_COOKIE') return new SessionClient(run);
    return new SessionClient(run, target.headerName ?? sessionAffinityConfig.affinityHeaderFieldName);
  }

  /** @param sessionId undefined for a request that opens a new session */
  async send(sessionId?: string, options: SendOptions = {}): Promise<SessionRequest> {
    return this.#send(this.carrying(sessionId, options.name), sessionId ?? options.inUrl, options);
  }

  /** Sends the cookies that the jar holds for the URL, and puts those of the answer into the jar, as a browser does. */
  async browse(jar: CookieJar, label: string): Promise<SessionRequest> {
    const { href } = this.#run.url;
    const cookies = await jar.getCookies(href);
    const sent = cookies.find((cookie) => cookie.key === SESSION_COOKIE)?.value;
    const headers: Record<string, string> =
      cookies.length > 0 ? { Cookie: await jar.getCookieString(href) } : {};
    const request = await this.#send(headers, sent, { label });
    for (const line of request.answer.headers.all('set-cookie'))
      await jar.setCookie(line, href, { ignoreError: true });
    return request;
  }

  /** @returns an unused ID */
  newId(): string {
    return `verify-${this.#run.ids.sessionId()}`;
  }

  /** @returns the header line that names the session in a request */
  carrying(sessionId: string | undefined, name = this.headerName): Record<string, string> {
    if (sessionId === undefined) return {};
    return name === undefined ? { Cookie: `${SESSION_COOKIE}=${sessionId}` } : { [name]: sessionId };
  }

  async #send(
    session: Readonly<Record<string, string>>,
    sent: string | undefined,
    { label, url, headers, ...options }: SendOptions,
  ): Promise<SessionRequest> {
    const answer = await this.#run.send({ ...headers, ...session }, url, options);
    const { headerName } = this;
    const setCookies = sessionSetCookies(answer.headers);
    this.cookiesSeen += setCookies.length;
    const returned = headerName === undefined ? [] : answer.headers.all(headerName);
    const sessionIds = headerName === undefined ? setCookies.map((cookie) => cookie.sessionId) : returned;
    const known = headerName === undefined ? (sessionIds[0] ?? sent) : (sent ?? sessionIds[0]);
    const isAnswered = answer.status < 400;
    for (const sessionId of sessionIds) this.#remember(sessionId);
    if (headerName !== undefined && known !== undefined && isAnswered) this.#remember(known);
    const request = {
      answer,
      sent,
      setCookies,
      sessionIds,
      sessionLines:
        headerName === undefined
          ? setCookies.map(({ line }) => line)
          : returned.map((value) => `${headerName}: ${value}`),
      servedBy: once(() => whoServed(this.#run, answer, isAnswered ? known : undefined)),
    };
    if (label !== undefined) await this.show(label, request);
    return request;
  }

  /** Adds a line to the table of requests. */
  async show(label: string, request: SessionRequest): Promise<void> {
    const { sent, sessionIds, sessionLines, answer } = request;
    this.#run.requests.push({
      label,
      sent,
      sessionLine: sessionLines[0],
      sessionId: this.headerName === undefined ? (sessionIds[0] ?? sent) : (sent ?? sessionIds[0]),
      instanceId: instanceOf(await request.servedBy()),
      status: answer.status,
    });
  }
}

/** Checks that the gateway refused the request without calling the handler. Needs a handler that names its instance in every answer. */
export async function isNotCalled(
  run: SuiteRun,
  refused: SessionRequest,
  answered: SessionRequest,
): Promise<StepResult> {
  const [there, usually] = await Promise.all([refused, answered].map(({ answer }) => whoServed(run, answer)));
  const judged = refused.answer;
  if (there?.kind === 'known') return { ...judge(false, `instance ${there.instanceId} answered`), judged };
  if (usually?.kind === 'known') return { ...judge(true, 'no instance names itself'), judged };
  return skip('the handler never names its instance');
}

/** @param code the code of the error in the body, for example `ResourceExhausted` */
export function isRefusal({ answer }: SessionRequest, status: number, code: string): StepResult {
  const expected = `status ${status}, code ${code}`;
  if (answer.status !== status) return { ...hasStatus(answer, status), expected };
  const result = judge(errorOf(answer.body)?.code === code, describeAnswer(answer), expected);
  return { ...result, judged: answer };
}

export function namesNoSession({ answer, sessionLines }: SessionRequest): StepResult {
  return { ...judge(sessionLines.length === 0, sessionLines.join(' and ') || 'none'), judged: answer };
}

/** Checks that the answer has neither a session cookie nor an affinity header. */
export function namesNoSessionAtAll({ answer, setCookies, sessionLines }: SessionRequest): StepResult {
  const lines = new Set([...setCookies.map(({ line }) => line), ...sessionLines]);
  return { ...judge(lines.size === 0, [...lines].join(' and ') || 'none'), judged: answer };
}

/** With cookie affinity, a new session does not get the ID of the request. */
export function isRenamed({ answer, sent, sessionIds, sessionLines }: SessionRequest): StepResult {
  const holds = sessionIds.length === 1 && sessionIds[0] !== sent;
  const actual = sessionLines.join(' and ') || 'no session cookie';
  const result = judge(holds, actual, 'one Set-Cookie, of another session');
  return { ...result, ...(sessionIds.length === 0 && { fault: NO_COOKIE }), judged: answer };
}
