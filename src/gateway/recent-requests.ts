import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { RequestLog } from '../model/services.js';

const KEPT = 1000;

/** The requests that ended lately: kept for whoever asks, told to whoever listens. */
export class RecentRequests implements RequestLog {
  /** A ring: once it is full, `#next` is the oldest. */
  readonly #records: RequestRecord[] = [];
  #next = 0;
  readonly #listeners = new Set<(record: RequestRecord) => void>();

  add(record: RequestRecord): void {
    this.#records[this.#next] = record;
    this.#next = (this.#next + 1) % KEPT;
    for (const listener of this.#listeners) listener(record);
  }

  async list(): Promise<readonly RequestRecord[]> {
    return [...this.#records.slice(this.#next), ...this.#records.slice(0, this.#next)];
  }

  async get(requestId: string): Promise<RequestRecord> {
    const record = this.#records.find((one) => one.requestId === requestId);
    if (record === undefined) {
      throw new FcError('RequestNotFound', `request '${requestId}' is not among the last ${KEPT}`);
    }
    return record;
  }

  /** @returns a function that ends the listening */
  subscribe(listener: (record: RequestRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
