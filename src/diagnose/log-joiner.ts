import type { LogLine } from '../model/instance.js';

/** The lines that the platform writes around a request. */
const MARK = /^FC Invoke (Start|End) RequestId: (\S+)$/;

/** To which request a line of an instance's log belongs. */
export interface Joined {
  readonly line: LogLine;
  /** Undefined outside of requests, and where several were in flight. */
  readonly requestId: string | undefined;
  /** Whether the line begins or ends the request. */
  readonly mark: 'Start' | 'End' | undefined;
  /** The requests that were in flight. */
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
