import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { RequestLog, RequestQuery } from '../model/services.js';

const KEPT = 10_000;

/** The records of the requests that ended last. */
export class RecentRequests implements RequestLog {
  /** A ring: once it is full, `#next` is the oldest. */
  readonly #records: RequestRecord[] = [];
  #next = 0;

  add(record: RequestRecord): void {
    this.#records[this.#next] = record;
    this.#next = (this.#next + 1) % KEPT;
  }

  async list({ sessionId, functionName }: RequestQuery = {}): Promise<readonly RequestRecord[]> {
    return [...this.#records.slice(this.#next), ...this.#records.slice(0, this.#next)].filter(
      (one) =>
        (functionName === undefined || one.functionName === functionName) &&
        (sessionId === undefined || one.decision?.sessionId === sessionId),
    );
  }

  async get(requestId: string): Promise<RequestRecord> {
    const record = this.#records.find((one) => one.requestId === requestId);
    if (record === undefined) {
      throw new FcError('RequestNotFound', `request '${requestId}' is not among the last ${KEPT}`);
    }
    return record;
  }
}
