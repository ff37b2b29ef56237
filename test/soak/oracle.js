import { stolenMs } from './machine-time.js';

/** A request takes no longer than this to reach the emulator. */
const FORESIGHT_MS = 3000;
/** How long an instance whose end was asked for may still take a request. */
const DYING_MS = 1000;
const EXAMPLES_KEPT = 5;

/**
 * What must be true of every reply, told from outside. It knows which instances were killed and which sessions were deleted, because it
 * is told before that is asked for. When exactly a session ends cannot be told from outside: that is the session log's to judge.
 */
export class Oracle {
  /** @type {Map<string, { count: number, examples: string[] }>} */
  #broken = new Map();
  /**
   * When instances were about to be killed, and what the host had stolen by then.
   * @type {Map<string | undefined, { at: number, stolen: number }>}
   */
  #kills = new Map();
  /** How requests failed for their clients, by their tokens. @type {Map<string, string>} */
  failures = new Map();
  /** @type {Record<string, number>} */
  counts = {};
  /** Milliseconds from a kill until the clients of streams on that instance knew. */
  learnedMs = [];
  /** Requests for which an attack may have prepared a reply, and were given one (G4). */
  victims = { answered: 0, gotAnothersReply: 0 };

  constructor({ ttlMs, idleMs }) {
    this.ttlMs = ttlMs;
    this.idleMs = idleMs;
  }

  count(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  breaks(invariant, example) {
    const broken = this.#broken.get(invariant) ?? { count: 0, examples: [] };
    broken.count++;
    if (broken.examples.length < EXAMPLES_KEPT) broken.examples.push(example);
    this.#broken.set(invariant, broken);
  }

  get broken() {
    return Object.fromEntries(this.#broken);
  }

  killing(instanceId) {
    this.#kills.set(instanceId, { at: performance.now(), stolen: stolenMs() });
    this.count('instances killed');
  }

  isKilled(instanceId) {
    return this.#kills.has(instanceId);
  }

  /** A request came to nothing: whether it had cause to is the failure log's to judge. */
  failed(how, sentToken, where = '') {
    this.count(how);
    this.failures.set(sentToken, `${how} ${where}`);
  }

  learned(ms) {
    this.learnedMs.push(ms);
  }

  /** @returns {boolean} whether the reply is that to the request */
  isOwn(token, { sentToken, isVictim = false }) {
    const own = token === sentToken;
    if (isVictim) this.victims.answered++;
    if (isVictim && !own) {
      this.victims.gotAnothersReply++;
      this.breaks("G4: a victim got another's reply", `${sentToken} got ${token}`);
    }
    if (!own) this.breaks("I3: another request's reply", `${sentToken} got ${token}`);
    return own;
  }

  /** Whether a request that names it now may open it anew: one that does not see the reply's head would not notice. */
  mayHaveEnded({ createdAt, usedAt, deleting }) {
    const soon = performance.now() + FORESIGHT_MS;
    return deleting === true || soon > createdAt + this.ttlMs || soon > usedAt + this.idleMs;
  }

  /**
   * Without the head of a reply nobody knows whether the request opened the session anew.
   * @returns the session, unless a request sent now may change it unseen
   */
  knownUnanswered(ticket) {
    return ticket !== undefined && this.mayHaveEnded(ticket) ? undefined : ticket;
  }

  /** An upgrade's first words; its 101 says nothing of the session. */
  judgeUpgrade(ticket, { instance, sentAt }) {
    if (ticket === undefined || ticket.deleting) return;
    this.#judgeKnown(ticket, { instance, sentAt, now: performance.now() });
  }

  /**
   * The head of a reply of the function, which is the request's own.
   * @param {import('./ticket.js').Ticket | undefined} ticket the session that the request named
   * @param {{ instance: string, setCookies: readonly string[], sentAt: number }} reply
   * @returns {import('./ticket.js').Ticket | undefined} the session that it belongs to
   */
  judge(ticket, { instance, setCookies, sentAt }) {
    this.count('replies');
    if (setCookies.length > 1) this.breaks('I5: several session cookies', setCookies.join(' | '));
    const now = performance.now();
    const [cookie] = setCookies;
    if (cookie === undefined) {
      if (ticket === undefined) this.breaks('I5: no session cookie for a new session', instance);
      else this.#judgeKnown(ticket, { instance, sentAt, now });
      return ticket;
    }
    const id = cookie.split('=')[1]?.split(';')[0] ?? '';
    const opened = { id, instance, createdAt: sentAt, usedAt: now };
    if (ticket === undefined) return { ...opened, deletedAt: undefined, deleting: false, inFlight: 0 };
    this.#judgeReplaced(ticket, { id, sentAt });
    // The same ID stays the same ticket: whoever is about to delete it holds that one.
    if (id === ticket.id) return Object.assign(ticket, opened);
    return { ...opened, deletedAt: undefined, deleting: false, inFlight: 0 };
  }

  #judgeKnown(ticket, { instance, sentAt, now }) {
    const { id } = ticket;
    if (ticket.deletedAt !== undefined && sentAt > ticket.deletedAt)
      this.breaks('I4: a deleted session was taken', id);
    ticket.usedAt = now;
    if (instance === ticket.instance) return;
    // A reply that was under way when its instance died may be read after those from where the session has moved to.
    const kill = this.#kills.get(instance);
    if (kill !== undefined && sentAt < kill.at + DYING_MS + (stolenMs() - kill.stolen)) return;
    if (!this.isKilled(ticket.instance)) {
      this.breaks('I1: the wrong instance', `${id}: ${instance} instead of ${ticket.instance}`);
    }
    this.count('sessions moved after a kill');
    ticket.instance = instance;
  }

  #judgeReplaced(ticket, { id, sentAt }) {
    const reused = id === ticket.id;
    if (ticket.deletedAt !== undefined || ticket.deleting) {
      // One that was reopened and then deleted, while we waited for the reply, is no fault.
      if (reused && sentAt > (ticket.deletedAt ?? Number.POSITIVE_INFINITY))
        this.breaks('I4: a deleted ID became an ID again', id);
      return;
    }
    if (!reused) this.breaks('U30: an expired session did not get its ID back', `${ticket.id} became ${id}`);
    this.count('sessions reopened after their end');
  }
}
