import type { Exchange } from '../exchange.js';
import { plantedCookies, SESSION_COOKIE } from '../session-cookie.js';
import { type Finding, judge, NotApplicable, skip } from '../suite.js';
import type { Trial } from '../trial.js';
import { instanceOf, type Witness, whoServed } from '../witness.js';

/** A request with what its answer says of its session. */
export interface SessionVisit {
  readonly answer: Exchange;
  /** The session IDs that the answer tells, by the session cookie or the configured header. */
  readonly told: readonly string[];
  /** The lines that tell them. */
  readonly toldLines: readonly string[];
}

interface SendOptions {
  /** Of its line in the table of requests; none for those that only fill places. */
  readonly label?: string;
  readonly url?: URL;
  /** Lines beside the one that carries the session. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends session IDs the way of the function's affinity, and remembers the sessions that this makes. */
export class SessionClient {
  /** Undefined: by cookie. */
  readonly headerName: string | undefined;
  readonly #trial: Trial;

  /** @throws NotApplicable for a function without cookie or header affinity */
  constructor(trial: Trial) {
    this.#trial = trial;
    const { control, target } = trial;
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

  /** @param sessionId what the request carries; undefined: nothing, so that it opens a session */
  async send(sessionId?: string, { label, url, headers = {} }: SendOptions = {}): Promise<SessionVisit> {
    const sent = { ...headers, ...this.carrying(sessionId) };
    const answer = await this.#trial.send(sent, url);
    const visit = this.#read(answer);
    for (const told of visit.told) this.#trial.made(told);
    if (this.headerName !== undefined && sessionId !== undefined && answer.status < 400) {
      this.#trial.made(sessionId);
    }
    if (label !== undefined) {
      this.#trial.requests.push({
        label,
        sent: sessionId,
        planted: visit.toldLines[0],
        sessionId: visit.told[0] ?? sessionId,
        instanceId: instanceOf(await whoServed(this.#trial, answer)),
        status: answer.status,
      });
    }
    return visit;
  }

  /** @returns the line by which a request says that it belongs to that session */
  carrying(sessionId: string | undefined): Record<string, string> {
    if (sessionId === undefined) return {};
    if (this.headerName !== undefined) return { [this.headerName]: sessionId };
    return { Cookie: `${SESSION_COOKIE}=${sessionId}` };
  }

  /** Which instance served the visit; the control API, where there is one, must agree. */
  whoServed({ answer, told }: SessionVisit, sessionId = told[0]): Promise<Witness> {
    return whoServed(this.#trial, answer, sessionId);
  }

  /** A refusal must come from the gateway alone. An instance betrays itself by its name, if it names itself at all. */
  async isUnheard(refused: SessionVisit, heard: SessionVisit): Promise<Finding> {
    const [there, usually] = await Promise.all(
      [refused, heard].map(({ answer }) => whoServed(this.#trial, answer)),
    );
    if (there?.kind === 'known') return judge(false, `instance ${there.instanceId} answered`);
    if (usually?.kind === 'known') return judge(true, 'no instance names itself');
    return skip('the handler does not name its instance, so that its silence proves nothing');
  }

  #read(answer: Exchange): SessionVisit {
    const name = this.headerName;
    if (name !== undefined) {
      const told = answer.headers.all(name);
      return { answer, told, toldLines: told.map((value) => `${name}: ${value}`) };
    }
    const planted = plantedCookies(answer.headers);
    return {
      answer,
      told: planted.map(({ sessionId }) => sessionId),
      toldLines: planted.map(({ line }) => line),
    };
  }
}

export function isStatus({ answer }: SessionVisit, status: number): Finding {
  return judge(answer.status === status, describe(answer));
}

/** @param code of the error in the body, as `ResourceExhausted` */
export function isRefusal({ answer }: SessionVisit, status: number, code: string): Finding {
  const expected = `status ${status}, code ${code}`;
  return judge(answer.status === status && codeOf(answer.body) === code, describe(answer), expected);
}

export function tellsNothing({ toldLines }: SessionVisit): Finding {
  return judge(toldLines.length === 0, toldLines.join(' and ') || 'none');
}

export function describe({ status, body }: Exchange): string {
  return status === 200 ? 'status 200' : `status ${status}: ${body.slice(0, 200)}`;
}

function codeOf(body: string): unknown {
  try {
    const error: unknown = JSON.parse(body);
    return typeof error === 'object' && error !== null && 'Code' in error ? error.Code : undefined;
  } catch {
    return undefined;
  }
}
