import { sessionIn } from './wire.js';

/** Two whole milliseconds whose difference was taken on another clock may be one too many or too few. */
const ROUNDING_MS = 1;
/** A request is put on record in the turn in which its assignment ends, but the millisecond may change in between. */
const SAME_TURN_MS = 1;

/**
 * @typedef {object} Use what the record of one request tells of its session
 * @property {'known' | 'opened' | 'reopened' | 'none' | undefined} session undefined: nobody was found to serve it, and it may have done anything
 * @property {number} from it was not taken in before; on the session clock, as all instants here
 * @property {number} takenBy nor after
 * @property {number} endFrom its assignment did not end before
 * @property {number} endBy nor after
 * @property {boolean} answered
 *
 * @typedef {{ createdFrom: number, createdBy: number, usedFrom: number, usedBy: number, answered: boolean }} Life
 *   one session of an ID, from its opening on: when it was created, and when its last use ended
 */

/**
 * Judges by the emulator's own request log whether sessions ended exactly when they should (I12, I13). The log has the instants of the
 * session clock at which the emulator itself saw a request begin and its assignment end; a client can only guess at them.
 *
 * What it cannot tell is left open to that extent and no further. A request is taken in in the turn that begins with its `at`: before
 * its admission, which may have to wait for a start, and before any later request begins. A request is logged when it ends, so a
 * session can be judged only when all of its requests have ended: here, when the run has.
 */
export class SessionLog {
  /** @type {Map<string, Use[]>} */
  #uses = new Map();
  /** When requests began, of whatever session. @type {number[]} */
  #begun = [];

  /**
   * @param {{ target: string, at: number, durationMs: number, attempts: { admittedMs: number, firstByteMs?: number }[],
   *   decision?: { sessionId?: string, session: Use['session'] } }} record of a request, as `serve --log-format json` prints it
   */
  take({ target, at, durationMs, attempts, decision }) {
    const { admittedMs = durationMs, firstByteMs } = attempts.at(-1) ?? {};
    this.#begun.push(at);
    const id = decision?.sessionId ?? (decision === undefined ? sessionIn(target) : undefined);
    if (id === undefined) return;
    const uses = this.#uses.get(id) ?? [];
    this.#uses.set(id, uses);
    uses.push({
      session: decision?.session,
      from: at,
      takenBy: at + admittedMs + ROUNDING_MS,
      endFrom: at + durationMs - ROUNDING_MS - SAME_TURN_MS,
      endBy: at + durationMs + ROUNDING_MS,
      answered: firstByteMs !== undefined,
    });
  }

  /** To be asked when no request is under way any more. @returns how many requests were judged by it */
  judge({ ttlMs, idleMs }, breaks) {
    let judged = 0;
    const begun = Float64Array.from(this.#begun).sort();
    for (const [id, uses] of this.#uses) {
      /** @type {Life | undefined} */
      let life;
      for (const told of uses.sort(inOrder)) {
        const use = { ...told, takenBy: Math.min(told.takenBy, firstAfter(told.from, begun)) };
        if (life !== undefined && use.session === 'known') {
          judged++;
          judgeKnown(life, use, { ttlMs, idleMs, breaks: (what, by) => breaks(what, `${id}: ${by} ms`) });
        }
        if (life !== undefined && use.session === 'reopened') {
          judged++;
          const early = endOf(life, { ttlMs, idleMs }) - use.takenBy;
          if (early > 0) breaks('I13: a session ended early', `${id}: ${early} ms`);
        }
        life = after(life, use);
      }
    }
    return judged;
  }
}

/** By their beginning, as they were taken in; of the same millisecond, the one that opened the session first. */
function inOrder(one, other) {
  return one.from - other.from || Number(one.session === 'known') - Number(other.session === 'known');
}

/** @returns {number} the first of these sorted instants that is later; Infinity when none is */
function firstAfter(instant, sorted) {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > instant) high = middle;
    else low = middle + 1;
  }
  return sorted[low] ?? Number.POSITIVE_INFINITY;
}

function judgeKnown({ createdBy, usedBy }, { from }, { ttlMs, idleMs, breaks }) {
  if (from >= createdBy + ttlMs) breaks('I12: a session outlived its TTL', from - createdBy - ttlMs);
  // Of a request in flight this is the end that it came to, which is later than any request that was sent meanwhile.
  if (from >= usedBy + idleMs) breaks('I12: a session outlived its idle time', from - usedBy - idleMs);
}

/** @returns {number} the first instant at which it may have ended */
function endOf({ createdFrom, usedFrom, answered }, { ttlMs, idleMs }) {
  // One that no instance ever answered is discarded with its last request (spec U44).
  return Math.min(createdFrom + ttlMs, answered ? usedFrom + idleMs : usedFrom);
}

/** @returns {Life | undefined} the session of that ID when this request has been taken into account */
function after(life, use) {
  switch (use.session) {
    case 'opened':
    case 'reopened':
      return {
        createdFrom: use.from,
        createdBy: use.takenBy,
        usedFrom: use.endFrom,
        usedBy: use.endBy,
        answered: use.answered,
      };
    case 'known':
      return (
        life && {
          ...life,
          usedFrom: Math.max(life.usedFrom, use.endFrom),
          usedBy: Math.max(life.usedBy, use.endBy),
          answered: life.answered || use.answered,
        }
      );
    default:
      // It may have used the session, or opened one that others used before it came to nothing, or have been refused before admission.
      return (
        life && {
          ...life,
          createdBy: Math.max(life.createdBy, use.endBy),
          usedBy: Math.max(life.usedBy, use.endBy),
        }
      );
  }
}
