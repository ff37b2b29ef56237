import { SESSION_COOKIE } from '../../model/session.js';
import { judge, type StepResult, skip } from '../check.js';
import { describeAnswer, errorOf, hasStatus, type RoundTrip } from '../round-trip.js';
import { instanceOf, type ServedBy, whoServed } from '../served-by.js';
import { sessionSetCookies } from '../session-cookie.js';
import { NotApplicable } from '../suite.js';
import type { SuiteRun } from '../suite-run.js';

/** A request, with its answer and the sessions that the answer names. */
export interface SessionRequest {
  readonly answer: RoundTrip;
  /** The session IDs that the answer names, by the session cookie or the configured header. */
  readonly sessionIds: readonly string[];
  /** The lines that name them. */
  readonly sessionLines: readonly string[];
}

interface SendOptions {
  /** Of its line in the table of requests; absent for the requests that only fill slots. */
  readonly label?: string;
  readonly url?: URL;
  /** Lines beside the one that carries the session. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends session IDs by cookie or header, as the function's affinity says, and remembers the sessions that this opens. */
export class SessionClient {
  /** Undefined: by cookie. */
  readonly headerName: string | undefined;
  readonly #run: SuiteRun;

  /** @throws NotApplicable for a function without cookie or header affinity */
  constructor(run: SuiteRun) {
    this.#run = run;
    const { control, target } = run;
    const config = control?.served.config;
    if (config !== undefined && !['GENERATED_COOKIE', 'HEADER_FIELD'].includes(config.sessionAffinity)) {
      const { functionName, sessionAffinity } = config;
      throw new NotApplicable(
        `function ${functionName} has ${sessionAffinity}, not GENERATED_COOKIE or HEADER_FIELD`,
      );
    }
    const ofFunction = config?.sessionAffinityConfig.affinityHeaderFieldName;
    this.headerName =
      config?.sessionAffinity === 'GENERATED_COOKIE' ? undefined : (target.headerName ?? ofFunction);
  }

  /** @param sessionId undefined: the request carries none, and so opens a session */
  async send(sessionId?: string, { label, url, headers = {} }: SendOptions = {}): Promise<SessionRequest> {
    const sent = { ...headers, ...this.carrying(sessionId) };
    const answer = await this.#run.send(sent, url);
    const request = this.#read(answer);
    for (const named of request.sessionIds) this.#run.addSession(named);
    if (this.headerName !== undefined && sessionId !== undefined && answer.status < 400) {
      this.#run.addSession(sessionId);
    }
    if (label !== undefined) {
      this.#run.requests.push({
        label,
        sent: sessionId,
        sessionLine: request.sessionLines[0],
        sessionId: request.sessionIds[0] ?? sessionId,
        instanceId: instanceOf(await whoServed(this.#run, answer)),
        status: answer.status,
      });
    }
    return request;
  }

  /** @returns the header line that names the session in a request */
  carrying(sessionId: string | undefined): Record<string, string> {
    if (sessionId === undefined) return {};
    if (this.headerName !== undefined) return { [this.headerName]: sessionId };
    return { Cookie: `${SESSION_COOKIE}=${sessionId}` };
  }

  /** @returns which instance served the request; the control API, where there is one, must agree */
  whoServed({ answer, sessionIds }: SessionRequest, sessionId = sessionIds[0]): Promise<ServedBy> {
    return whoServed(this.#run, answer, sessionId);
  }

  /** A refusal must come from the gateway alone. That shows where the handler names its instance in every answer. */
  async isNotCalled(refused: SessionRequest, answered: SessionRequest): Promise<StepResult> {
    const [there, usually] = await Promise.all(
      [refused, answered].map(({ answer }) => whoServed(this.#run, answer)),
    );
    if (there?.kind === 'known') return judge(false, `instance ${there.instanceId} answered`);
    if (usually?.kind === 'known') return judge(true, 'no instance names itself');
    return skip('the handler never names its instance');
  }

  #read(answer: RoundTrip): SessionRequest {
    const name = this.headerName;
    if (name !== undefined) {
      const sessionIds = answer.headers.all(name);
      return { answer, sessionIds, sessionLines: sessionIds.map((value) => `${name}: ${value}`) };
    }
    const setCookies = sessionSetCookies(answer.headers);
    return {
      answer,
      sessionIds: setCookies.map(({ sessionId }) => sessionId),
      sessionLines: setCookies.map(({ line }) => line),
    };
  }
}

/** @param code of the error in the body, as `ResourceExhausted` */
export function isRefusal({ answer }: SessionRequest, status: number, code: string): StepResult {
  const expected = `status ${status}, code ${code}`;
  if (answer.status !== status) return { ...hasStatus(answer, status), expected };
  return judge(errorOf(answer.body)?.code === code, describeAnswer(answer), expected);
}

export function namesNoSession({ sessionLines }: SessionRequest): StepResult {
  return judge(sessionLines.length === 0, sessionLines.join(' and ') || 'none');
}
