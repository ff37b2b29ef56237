import type { RequestRecord } from '../../../model/request-record.js';

/** The latest ended requests, without duplicates. */
export class RequestList {
  readonly #most: number;
  #records: RequestRecord[] = [];
  #ids = new Set<string>();

  constructor(most = 5000) {
    this.#most = most;
  }

  get size(): number {
    return this.#records.length;
  }

  add(record: RequestRecord): void {
    if (this.#ids.has(record.requestId)) return;
    this.#ids.add(record.requestId);
    this.#records.push(record);
    // The list is shortened rarely, because that copies it.
    if (this.#records.length > this.#most * 1.2) this.#cut();
  }

  /** Adds earlier requests at the start of the list. `older` is sorted oldest first. */
  addOlder(older: readonly RequestRecord[]): void {
    const missing = older.filter(({ requestId }) => !this.#ids.has(requestId));
    if (missing.length === 0) return;
    this.#records = [...missing, ...this.#records];
    this.#cut();
  }

  clear(): void {
    this.#records = [];
    this.#ids = new Set();
  }

  get(requestId: string): RequestRecord | undefined {
    return this.#ids.has(requestId)
      ? this.#records.find((record) => record.requestId === requestId)
      : undefined;
  }

  /** @returns a copy, newest first */
  newestFirst(): readonly RequestRecord[] {
    return this.#records.slice(-this.#most).reverse();
  }

  #cut(): void {
    this.#records = this.#records.slice(-this.#most);
    this.#ids = new Set(this.#records.map(({ requestId }) => requestId));
  }
}
