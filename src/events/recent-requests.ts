import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { RequestLog, RequestQuery } from '../model/services.js';

const KEPT = 10_000;

/** The records of the requests that ended last. */
export class RecentRequests implements RequestLog {
  /** The oldest first. */
  readonly #records = new Map<string, RequestRecord>();

  add(record: RequestRecord): void {
    this.#records.set(record.requestId, record);
    if (this.#records.size <= KEPT) return;
    const [oldest] = this.#records.keys();
    if (oldest !== undefined) this.#records.delete(oldest);
  }

  async list({ sessionId, functionName }: RequestQuery = {}): Promise<readonly RequestRecord[]> {
    return [...this.#records.values()].filter(
      (one) =>
        (functionName === undefined || one.functionName === functionName) &&
        (sessionId === undefined || one.decision?.sessionId === sessionId),
    );
  }

  async get(requestId: string): Promise<RequestRecord> {
    const record = this.#records.get(requestId);
    if (record === undefined) {
      throw new FcError('RequestNotFound', `request '${requestId}' is not among the last ${KEPT}`);
    }
    return record;
  }
}
