import type { Exchange } from '../exchange.js';
import { plantedCookies } from '../session-cookie.js';
import type { Trial } from '../trial.js';
import { instanceOf, type Witness, whoServed } from '../witness.js';

/** A request in header mode with all that is known of its answer. */
export interface HeaderVisit {
  readonly answer: Exchange;
  /** Values of the configured header in the response. */
  readonly returned: readonly string[];
  readonly witness: Witness;
}

/** Sends session IDs in the configured header, and counts the cookies that it should never see. */
export class HeaderClient {
  readonly headerName: string;
  cookiesSeen = 0;
  readonly #trial: Trial;

  constructor(trial: Trial, headerName: string) {
    this.#trial = trial;
    this.headerName = headerName;
  }

  /**
   * @param label of its line in the table of requests; none for the many that only fill places
   * @param name how the header is spelt, where not as configured
   */
  async visit(
    label: string | undefined,
    sessionId?: string,
    name: string = this.headerName,
  ): Promise<HeaderVisit> {
    const answer = await this.#trial.send(sessionId === undefined ? {} : { [name]: sessionId });
    const returned = answer.headers.all(this.headerName);
    this.cookiesSeen += plantedCookies(answer.headers).length;
    const known = sessionId ?? returned[0];
    if (known !== undefined && answer.status < 400) this.#trial.made(known);
    const witness = await whoServed(this.#trial, answer, answer.status < 400 ? known : undefined);
    if (label !== undefined) {
      this.#trial.requests.push({
        label,
        sent: sessionId,
        planted: returned[0] === undefined ? undefined : `${this.headerName}: ${returned[0]}`,
        sessionId: known,
        instanceId: instanceOf(witness),
        status: answer.status,
      });
    }
    return { answer, returned, witness };
  }

  /** An ID that nobody has used. */
  newId(prefix = 'verify-'): string {
    return `${prefix}${this.#trial.ids.sessionId()}`;
  }
}
