import type { RoundTrip } from '../round-trip.js';
import { instanceOf, type ServedBy, whoServed } from '../served-by.js';
import { sessionSetCookies } from '../session-cookie.js';
import type { SuiteRun } from '../suite-run.js';

/** A request of the header suite, with its answer. */
export interface HeaderRequest {
  readonly answer: RoundTrip;
  /** Values of the configured header in the response. */
  readonly returned: readonly string[];
  readonly servedBy: ServedBy;
}

interface SendOptions {
  /** Of its line in the table of requests; absent for the requests that only fill slots. */
  readonly label?: string;
  /** Another spelling of the header's name. */
  readonly name?: string;
}

/** Sends session IDs in the configured header, and counts the session cookies, of which there should be none. */
export class HeaderClient {
  readonly headerName: string;
  cookiesSeen = 0;
  readonly #run: SuiteRun;

  constructor(run: SuiteRun, headerName: string) {
    this.#run = run;
    this.headerName = headerName;
  }

  async send(
    sessionId?: string,
    { label, name = this.headerName }: SendOptions = {},
  ): Promise<HeaderRequest> {
    const answer = await this.#run.send(sessionId === undefined ? {} : { [name]: sessionId });
    const returned = answer.headers.all(this.headerName);
    this.cookiesSeen += sessionSetCookies(answer.headers).length;
    const known = sessionId ?? returned[0];
    if (known !== undefined && answer.status < 400) this.#run.addSession(known);
    const servedBy = await whoServed(this.#run, answer, answer.status < 400 ? known : undefined);
    if (label !== undefined) {
      this.#run.requests.push({
        label,
        sent: sessionId,
        sessionLine: returned[0] === undefined ? undefined : `${this.headerName}: ${returned[0]}`,
        sessionId: known,
        instanceId: instanceOf(servedBy),
        status: answer.status,
      });
    }
    return { answer, returned, servedBy };
  }

  /** @returns an ID that nobody has used */
  newId(prefix = 'verify-'): string {
    return `${prefix}${this.#run.ids.sessionId()}`;
  }
}
