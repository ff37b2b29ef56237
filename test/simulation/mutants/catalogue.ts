/** A wrong core: one line of the compiled scheduler, changed. The simulation must notice each within 10,000 operations. */
export interface Mutant {
  /** What a reader of the changed code would say of it. */
  readonly what: string;
  /** Under `src/`, without ending. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    what: 'the sweep ends sessions that still live',
    file: 'scheduler/session-table',
    find: 'if (end > now)',
    replace: 'if (end > now + 1500)',
  },
  {
    what: 'the sweep is late by a millisecond',
    file: 'scheduler/session-table',
    find: 'this.#deadlines.nextAt <= now && left-- > 0',
    replace: 'this.#deadlines.nextAt < now && left-- > 0',
  },
  {
    what: 'records are kept for two days',
    file: 'model/limits',
    find: '3 * 24 * 3600 * 1000',
    replace: '2 * 24 * 3600 * 1000',
  },
  {
    what: 'a discarded session hides the one before it',
    file: 'scheduler/directory',
    find: 'if (earlier === undefined)\n                part.delete',
    replace: 'if (true)\n                part.delete',
  },
  {
    what: 'a deadline that came nearer is not noticed',
    file: 'scheduler/session-table',
    find: 'if (entry.endsAt >= this.#deadlines.dueAt(entry))',
    replace: 'if (true)',
  },
  {
    what: 'an expired session keeps its slot',
    file: 'scheduler/session-table',
    find: 'this.#writer?.save(entry);\n        return entry.freeSlot();',
    replace: 'this.#writer?.save(entry);\n        return undefined;',
  },
  {
    what: 'the end is recorded as now instead of when it was',
    file: 'scheduler/session-table',
    find: 'entry.endedAt = endedAt;',
    replace: 'entry.endedAt = this.now + 1;',
  },
  {
    what: 'idle time runs while a request is in flight',
    file: 'scheduler/session-entry',
    find: 'this.inFlight > 0 || ',
    replace: '',
  },
  {
    what: 'idle time runs while paused',
    file: 'scheduler/session-entry',
    find: "this.inFlight > 0 || this.sessionStatus !== 'Active'",
    replace: 'this.inFlight > 0',
  },
  {
    what: 'the idle time is ignored',
    file: 'scheduler/session-entry',
    find: 'Math.min(byTTL, this.lastUsedAt + idle * 1000)',
    replace: 'byTTL',
  },
  {
    what: 'the TTL is ignored',
    file: 'scheduler/session-entry',
    find: 'Math.min(byTTL, this.lastUsedAt + idle * 1000)',
    replace: 'this.lastUsedAt + idle * 1000',
  },
  {
    what: 'the TTL counts from the last use',
    file: 'scheduler/session-entry',
    find: 'this.createdAt + this.terms.sessionTTLInSeconds * 1000',
    replace: 'this.lastUsedAt + this.terms.sessionTTLInSeconds * 1000',
  },
  {
    what: 'an idle time of 0 ends a session before its first request',
    file: 'scheduler/session-entry',
    find: 'if (idle === 0 && !this.used)',
    replace: 'if (false)',
  },
  {
    what: 'a default idle time is not cut to the TTL',
    file: 'model/session',
    find: 'Math.min(terms.sessionIdleTimeoutInSeconds, terms.sessionTTLInSeconds)',
    replace: 'terms.sessionIdleTimeoutInSeconds',
  },
  {
    what: 'a slot is not counted when taken',
    file: 'scheduler/pool',
    find: '++instance.sessions === this.#slotsEach',
    replace: 'instance.sessions + 1 === this.#slotsEach',
  },
  {
    what: 'an instance takes one session too many',
    file: 'scheduler/pool',
    find: 'instance.sessions < this.#slotsEach && instance.inFlight',
    replace: 'instance.sessions <= this.#slotsEach && instance.inFlight',
  },
  {
    what: 'an instance takes one request too many',
    file: 'scheduler/pool',
    find: 'instance.inFlight >= this.#requestsEach',
    replace: 'instance.inFlight > this.#requestsEach',
  },
  {
    what: 'load does not keep new sessions away',
    file: 'scheduler/pool',
    find: ' && instance.inFlight < this.#requestsEach',
    replace: '',
  },
  {
    what: 'a request is not given back',
    file: 'scheduler/pool',
    find: 'instance.inFlight-- === this.#requestsEach',
    replace: 'instance.inFlight === this.#requestsEach',
  },
  {
    what: 'a free slot that came back with a request is not seen',
    file: 'scheduler/pool',
    find: "instance.inFlight-- === this.#requestsEach && instance.state !== 'gone'",
    replace: "instance.inFlight-- === this.#requestsEach && instance.state === 'gone'",
  },
  {
    what: 'a slot that came back is not counted',
    file: 'scheduler/pool',
    find: 'instance.sessions-- === this.#slotsEach',
    replace: 'instance.sessions-- === -1',
  },
  {
    what: 'one instance above the ceiling',
    file: 'scheduler/pool',
    find: 'this.#index.size >= maxInstances',
    replace: 'this.#index.size > maxInstances',
  },
  {
    what: 'an isolated instance is used again',
    file: 'scheduler/pool',
    find: 'if (this.exclusive)',
    replace: 'if (false)',
  },
  {
    what: 'minInstances are not made up for after a death',
    file: 'scheduler/pool',
    find: 'this.#discharge(instance);\n        this.keepMinimum();',
    replace: 'this.#discharge(instance);',
  },
  {
    what: 'a dead instance is still chosen',
    file: 'scheduler/pool',
    find: 'this.#index.remove(instance);',
    replace: '',
  },
  {
    what: 'overflow is called scaling out',
    file: 'scheduler/pool',
    find: "this.#withSlots > 0 ? 'overflow'",
    replace: "this.#withSlots > 99 ? 'overflow'",
  },
  {
    what: 'no turns are taken',
    file: 'scheduler/pool',
    find: 'this.#turn = instance.rank + 1;',
    replace: '',
  },
  {
    what: 'emptiness is not noted',
    file: 'scheduler/pool',
    find: 'instance.emptySince = this.#options.sessionClock.now();',
    replace: ';',
  },
  {
    what: 'an instance that is needed is ended for emptiness',
    file: 'scheduler/pool',
    find: 'this.#index.size <= config.minInstances',
    replace: 'this.#index.size < config.minInstances',
  },
  {
    what: 'empty instances are kept a second too long',
    file: 'scheduler/scale-in',
    find: '5 * 60 * 1000',
    replace: '5 * 60 * 1000 + 1000',
  },
  {
    what: 'an instance with requests counts as empty',
    file: 'scheduler/scale-in',
    find: 'sessions === 0 && inFlight === 0',
    replace: 'sessions === 0',
  },
  {
    what: 'the youngest of the oldest is not asked for',
    file: 'scheduler/first-fit-index',
    find: '31 - Math.clz32(bits & -bits)',
    replace: '31 - Math.clz32(bits)',
  },
  {
    what: 'the index does not tell the level above',
    file: 'scheduler/first-fit-index',
    find: '(before === 0) === (after === 0)',
    replace: 'before !== after',
  },
  {
    what: 'reuse is allowed where it is forbidden',
    file: 'scheduler/binder',
    find: 'if (!terms.disableSessionIdReuse)',
    replace: 'if (true)',
  },
  {
    what: 'an unknown cookie value becomes a session ID',
    file: 'scheduler/binder',
    find: "entry === undefined && whenUnknown === 'create'",
    replace: 'entry === undefined',
  },
  {
    what: 'a session that nobody knows is kept',
    file: 'scheduler/binder',
    find: 'if (!entry.known)',
    replace: 'if (false)',
  },
  {
    what: 'an answer does not make a session known',
    file: 'scheduler/binder',
    find: 'entry.known ||= answered;',
    replace: '',
  },
  {
    what: 'a session made by the API is discarded when its first request fails',
    file: 'scheduler/binder',
    find: "entry.known = true;\n        this.#table.add(entry, { by: 'api'",
    replace: "this.#table.add(entry, { by: 'api'",
  },
  {
    what: 'a second create of a living ID wins',
    file: 'scheduler/binder',
    find: 'else if (earlier !== undefined)',
    replace: 'else if (false)',
  },
  {
    what: 'a lost instance is not noticed',
    file: 'scheduler/binder',
    find: "const lost = entry.instance?.state === 'gone'",
    replace: 'const lost = false',
  },
  {
    what: 'a joined request is not counted on its session',
    file: 'scheduler/binder',
    find: 'if (entry.inFlight++ === 0)',
    replace: 'if (entry.inFlight === 0)',
  },
  {
    what: 'a shorter lifetime does not end a session at once',
    file: 'scheduler/session-table',
    find: 'if (entry.endsAt <= now)',
    replace: 'if (false)',
  },
  {
    what: 'delete leaves earlier generations on record',
    file: 'scheduler/session-table',
    find: 'void this.erase(earlier);',
    replace: '',
  },
  {
    what: 'a paused session takes requests',
    file: 'scheduler/binder',
    find: "if (entry.sessionStatus !== 'Active') {\n            throw new FcError('InvalidSessionStatus'",
    replace: "if (false) {\n            throw new FcError('InvalidSessionStatus'",
  },
  {
    what: 'a request comes back to a session that has ended',
    file: 'scheduler/binder',
    find: "if (entry.erased || entry.sessionStatus !== 'Active' || hasEnded) {",
    replace: 'if (false) {',
  },
  {
    what: 'resuming starts the idle time where it was',
    file: 'scheduler/hibernation',
    find: 'entry.lastUsedAt = now;',
    replace: '',
  },
  {
    what: 'a session that could not resume keeps its slot',
    file: 'scheduler/hibernation',
    find: 'this.paused(entry);\n        return entry.freeSlot();',
    replace: 'this.paused(entry);\n        return undefined;',
  },
  {
    what: 'the wait of a crash loop does not grow',
    file: 'scheduler/crash-backoff',
    find: 'this.#waitMs * 2',
    replace: 'this.#waitMs',
  },
  {
    what: 'a slot that was reserved for a session without a name is lost',
    file: 'scheduler/binder',
    find: 'binding.reservesSlot = false;\n        void instance.pool.giveSlot(instance);\n    }\n    /** See',
    replace: 'binding.reservesSlot = false;\n    }\n    /** See',
  },
  {
    what: 'an instance may name a session as an Active one is named',
    file: 'scheduler/binder',
    find: 'sessionId === undefined || isTaken ||',
    replace: 'sessionId === undefined ||',
  },
  {
    what: 'the request that opened a session which the instance named is not counted on it',
    file: 'scheduler/binder',
    find: 'entry.inFlight = 1;\n        entry.known = true;',
    replace: 'entry.known = true;',
  },
  {
    what: 'a request that needs no slot is refused when there is none',
    file: 'scheduler/binder',
    find: "identity.slot === 'optional' && !pool.hasSlot",
    replace: 'false',
  },
  {
    what: 'a death in service counts as a failed start',
    file: 'scheduler/pool',
    find: "if (instance.state === 'starting')\n            this.#crashBackoff.failed();",
    replace: 'this.#crashBackoff.failed();',
  },
  {
    what: 'failures are never forgotten',
    file: 'scheduler/crash-backoff',
    find: 'if (healthyAt > now)',
    replace: 'if (true)',
  },
  {
    what: 'an instance that died young still proves the function healthy',
    file: 'scheduler/crash-backoff',
    find: 'this.#judge();\n        this.#healthyAt.delete(instance);',
    replace: 'this.#judge();',
  },
  {
    what: 'the heap forgets to sink',
    file: 'model/deadline-heap',
    find: 'this.#rise(last);\n            this.#sink(last);',
    replace: 'this.#rise(last);',
  },
];
