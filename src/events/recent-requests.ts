import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { RequestLog, RequestQuery } from '../model/services.js';

const KEPT = 10_000;

/** The records of the latest ended requests. */
export class RecentRequests implements RequestLog {
  /** A ring: once it is full, `#next` is the oldest. */
  readonly #records: RequestRecord[] = [];
  #next = 0;

  add(record: RequestRecord): void {
    this.#records[this.#next] = record;
    this.#next = (this.#next + 1) % KEPT;
  }

  async list(query: RequestQuery = {}): Promise<readonly RequestRecord[]> {
    const { before, limit } = query;
    const all = [...this.#records.slice(this.#next), ...this.#records.slice(0, this.#next)];
    const end = before === undefined ? all.length : all.indexOf(await this.get(before));
    const found = all.slice(0, end).filter((record) => fits(record, query));
    return limit === undefined ? found : found.slice(-limit);
  }

  async get(requestId: string): Promise<RequestRecord> {
    const record = this.#records.find((one) => one.requestId === requestId);
    if (record === undefined) {
      throw new FcError('RequestNotFound', `request '${requestId}' is not among the last ${KEPT}`);
    }
    return record;
  }
}

function fits(
  { functionName, decision, attempts, status }: RequestRecord,
  wanted: Omit<RequestQuery, 'before' | 'limit'>,
): boolean {
  return (
    (wanted.functionName === undefined || functionName === wanted.functionName) &&
    (wanted.sessionId === undefined || decision?.sessionId === wanted.sessionId) &&
    (wanted.instanceId === undefined ||
      decision?.instanceId === wanted.instanceId ||
      attempts.some((one) => one.decision.instanceId === wanted.instanceId)) &&
    (wanted.status === undefined || hasStatus(status, wanted.status))
  );
}

/** @param wanted a status as `429`, or a class as `4xx` */
function hasStatus(status: number, wanted: string): boolean {
  return wanted.endsWith('xx') ? String(status)[0] === wanted[0] : String(status) === wanted;
}
