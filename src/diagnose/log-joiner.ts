import type { LogLine } from '../model/instance.js';

/** The lines that the platform writes around a request. */
const MARK = /^FC Invoke (Start|End) RequestId: (\S+)$/;

/** A line of an instance's log, with the request that it belongs to. */
export interface Joined {
  readonly line: LogLine;
  /** Undefined when no request or several requests were in flight. */
  readonly requestId: string | undefined;
  /** Undefined when the line neither begins nor ends a request. */
  readonly mark: 'Start' | 'End' | undefined;
  /** The IDs of the requests in flight at this line. */
  readonly inFlight: readonly string[];
}

/** Joins the log of one instance with its requests, line by line. */
export class LogJoiner {
  readonly #inFlight = new Set<string>();

  join(line: LogLine): Joined {
    const [, mark, requestId = ''] = line.source === 'platform' ? (MARK.exec(line.text) ?? []) : [];
    if (mark === 'Start') this.#inFlight.add(requestId);
    const inFlight = [...this.#inFlight];
    if (mark === 'End') this.#inFlight.delete(requestId);
    if (mark === 'Start' || mark === 'End') return { line, requestId, mark, inFlight };
    return { line, requestId: inFlight.length === 1 ? inFlight[0] : undefined, mark: undefined, inFlight };
  }
}
