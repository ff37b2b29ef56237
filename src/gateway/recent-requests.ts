import { FcError } from '../model/errors.js';
import type { RequestRecord } from '../model/request-record.js';
import type { RequestLog } from '../model/services.js';

const KEPT = 1000;

/** The requests that ended lately: kept for whoever asks, told to whoever listens. */
export class RecentRequests implements RequestLog {
  readonly #records = new Map<string, RequestRecord>();
  readonly #listeners = new Set<(record: RequestRecord) => void>();

  add(record: RequestRecord): void {
    this.#records.set(record.requestId, record);
    if (this.#records.size > KEPT) {
      const [oldest] = this.#records.keys();
      if (oldest !== undefined) this.#records.delete(oldest);
    }
    for (const listener of this.#listeners) listener(record);
  }

  async list(): Promise<readonly RequestRecord[]> {
    return [...this.#records.values()];
  }

  async get(requestId: string): Promise<RequestRecord> {
    const record = this.#records.get(requestId);
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
