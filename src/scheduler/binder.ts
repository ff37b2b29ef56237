import type { Decision, Placement } from '../model/admission.js';
import { FcError } from '../model/errors.js';
import type { Hint } from '../model/hint.js';
import type { Identity } from '../model/identity.js';
import type { PoolView } from '../model/pool-view.js';
import type { SessionTerms } from '../model/session.js';
import type { Pool } from './pool.js';
import type { PooledInstance } from './pooled-instance.js';
import { SessionEntry } from './session-entry.js';
import type { SessionTable } from './session-table.js';

/** One request on one instance. */
export interface Binding {
  readonly instance: PooledInstance;
  entry: SessionEntry | undefined;
  opened: boolean;
  readonly generated: boolean;
  decision: Decision;
  /** What a request without a session asked for; another try asks for the same. */
  readonly identity: Identity;
  /** Holds a slot for the session that the instance will name. */
  reservesSlot: boolean;
  /** The session ends with this request. */
  endsSession: boolean;
  readonly requestId: string | undefined;
}

export interface BinderOptions {
  readonly table: SessionTable;
  readonly newSessionId: () => string;
  /** How many sessions were restored. */
  readonly created?: number;
  /** The pool in which new sessions of the qualifier are opened. @throws VersionNotFound, AliasNotFound */
  readonly poolOf: (qualifier: string) => Pool;
  /** The terms of a session that a request opens. */
  readonly termsOf: (qualifier: string) => SessionTerms;
}

/**
 * Binds each request to its session and its instance. All methods are synchronous, so that no other request comes between look-up and
 * binding.
 */
export class Binder {
  readonly #options: BinderOptions;
  readonly #table: SessionTable;
  #created = 0;

  constructor(options: BinderOptions) {
    this.#options = options;
    this.#table = options.table;
    this.#created = options.created ?? 0;
  }

  /**
   * Binds a request: finds or makes its session, takes a slot and a request of an instance.
   * @throws ResourceExhausted, SessionExpired, InvalidSessionStatus, ServiceUnavailable
   */
  bind(qualifier: string, identity: Identity, requestId?: string): Binding {
    void this.#table.sweep();
    switch (identity.kind) {
      case 'none':
        return this.#withoutSession(this.#options.poolOf(qualifier).takeTurn(), { identity, requestId });
      case 'instance-issued':
        return this.#reserve(qualifier, identity, requestId);
      case 'gateway-issued':
        return this.#open(qualifier, { requestId, hint: identity.hint });
      case 'session': {
        const { sessionId, whenUnknown } = identity;
        const entry = this.#findServed(qualifier, sessionId);
        if (entry === undefined || (entry.sessionStatus === 'Expired' && entry.endsWithInstance)) {
          if (whenUnknown === 'ignore') return this.bind(qualifier, { kind: 'none' }, requestId);
          if (whenUnknown === 'refuse') throw unknownSession(sessionId);
        }
        if (entry === undefined && whenUnknown === 'create')
          return this.#open(qualifier, { requestId, sessionId });
        if (entry === undefined)
          return this.#open(qualifier, { requestId, hint: { code: 'cookie-unknown' } });
        if (entry.sessionStatus !== 'Expired') return this.#join(entry);
        checkReuse(entry);
        return this.#open(qualifier, { requestId, sessionId, again: true });
      }
    }
  }

  /** The end of a request. */
  release(binding: Binding, { answered }: { readonly answered: boolean }): void {
    const { entry } = binding;
    this.detach(binding);
    if (entry === undefined) return;
    entry.known ||= answered;
    this.#endUse(entry);
    if (binding.endsSession) this.endSession(binding);
  }

  /** Takes a request off an instance. Its session stays in use until the request is bound again or abandoned. */
  detach(binding: Binding): void {
    const { instance } = binding;
    instance.pool.giveRequest(instance);
    if (!binding.reservesSlot) return;
    binding.reservesSlot = false;
    void instance.pool.giveSlot(instance);
  }

  /** See {@link Assignment.learn}. */
  learn(binding: Binding, sessionId: string | undefined, { endsWithRequest = false } = {}): void {
    const { instance, decision } = binding;
    if (!binding.reservesSlot) return;
    const { qualifier } = instance.pool;
    const isTaken = sessionId !== undefined && this.#table.find(qualifier, sessionId)?.isAlive === true;
    if (sessionId === undefined || isTaken || instance.state === 'gone') {
      // An exclusive instance ends with its slot, so the slot stays reserved until the reply is whole.
      if (instance.pool.exclusive) return;
      binding.reservesSlot = false;
      void instance.pool.giveSlot(instance);
      return;
    }
    binding.reservesSlot = false;
    const entry = this.#newEntry(instance, this.#options.termsOf(qualifier), sessionId);
    entry.inFlight = 1;
    entry.known = true;
    entry.requests = 1;
    this.#table.add(entry, { by: 'request', again: false, requestId: binding.requestId });
    binding.entry = entry;
    binding.opened = true;
    binding.endsSession = endsWithRequest;
    binding.decision = { ...decision, sessionId, session: 'opened' };
  }

  /** Ends the session of a request and forgets it. */
  endSession({ entry }: Binding): void {
    if (entry?.isAlive) void this.#table.delete(entry, 'reply');
  }

  /** Adds a hint for the user; the first hint of a request stays. */
  addHint(binding: Binding, hint: Hint): void {
    binding.decision = { ...binding.decision, hint: binding.decision.hint ?? hint };
  }

  /** Gives up a detached request. */
  abandon({ entry }: Binding): void {
    if (entry !== undefined) this.#endUse(entry);
  }

  /** Binds a detached request again: to its session's instance or, if that died, to another. @throws as {@link bind}, and ProcessExited */
  rebind(binding: Binding, qualifier: string): Binding {
    const { entry } = binding;
    if (entry === undefined) return this.bind(qualifier, binding.identity, binding.requestId);
    const hasEnded = entry.endsWithInstance && entry.instance?.state === 'gone';
    if (entry.erased || entry.sessionStatus !== 'Active' || hasEnded) {
      throw new FcError('ProcessExited', 'Process exited unexpectedly before completing request');
    }
    return { ...binding, ...this.#placeRequest(entry, binding.decision) };
  }

  /** Makes a session that has a slot and no request yet. @throws SessionAlreadyExists, SessionExpired, ResourceExhausted, ServiceUnavailable */
  create(
    terms: SessionTerms,
    sessionId?: string,
  ): { readonly entry: SessionEntry; readonly instance: PooledInstance } {
    void this.#table.sweep();
    const earlier = sessionId === undefined ? undefined : this.#table.find(terms.qualifier, sessionId);
    if (earlier?.sessionStatus === 'Expired') checkReuse(earlier);
    else if (earlier !== undefined)
      throw new FcError('SessionAlreadyExists', `session '${earlier.sessionId}' already exists`);
    const { instance } = this.#options.poolOf(terms.qualifier).takeSlot();
    const entry = this.#newEntry(instance, terms, sessionId);
    entry.known = true;
    this.#table.add(entry, { by: 'api', again: earlier !== undefined });
    return { entry, instance };
  }

  /** Takes a slot for a session that the instance will name. */
  #reserve(qualifier: string, identity: Identity, requestId: string | undefined): Binding {
    const pool = this.#options.poolOf(qualifier);
    const view = pool.view();
    const taken = pool.takeSlot();
    pool.takeRequest(taken.instance);
    return { ...this.#withoutSession(taken, { identity, requestId, pool: view }), reservesSlot: true };
  }

  #withoutSession(
    taken: { instance: PooledInstance; placement: Placement },
    {
      identity,
      requestId,
      pool,
    }: { readonly identity: Identity; readonly requestId: string | undefined; readonly pool?: PoolView },
  ): Binding {
    const { instance, placement } = taken;
    const decision: Decision = { placement, instanceId: instance.instanceId, session: 'none', pool };
    return newBinding({ instance, decision, identity, requestId });
  }

  /** The session of that ID, unless it has ended with its instance (spec U23). */
  #findServed(qualifier: string, sessionId: string): SessionEntry | undefined {
    const entry = this.#table.find(qualifier, sessionId);
    if (entry === undefined || !entry.endsWithInstance || entry.instance?.state !== 'gone') return entry;
    void this.#table.delete(entry, 'instance-ended');
    return undefined;
  }

  #open(
    qualifier: string,
    how: {
      requestId: string | undefined;
      sessionId?: string;
      again?: boolean;
      hint?: Hint | undefined;
    },
  ): Binding {
    const { requestId, sessionId, again = false, hint } = how;
    const chosen = this.#options.poolOf(qualifier);
    const pool = chosen.view();
    const { instance, placement } = chosen.takeSlot();
    instance.pool.takeRequest(instance);
    const entry = this.#newEntry(instance, this.#options.termsOf(qualifier), sessionId);
    entry.inFlight = 1;
    entry.requests = 1;
    this.#table.add(entry, { by: 'request', again, requestId });
    const decision: Decision = {
      placement,
      instanceId: instance.instanceId,
      sessionId: entry.sessionId,
      session: again ? 'reopened' : 'opened',
      hint,
      pool,
    };
    return newBinding({ instance, entry, opened: true, generated: sessionId === undefined, decision });
  }

  #join(entry: SessionEntry): Binding {
    if (entry.sessionStatus !== 'Active') {
      throw new FcError(
        'InvalidSessionStatus',
        `session '${entry.sessionId}' is ${entry.sessionStatus} and takes no requests`,
        {
          fix: `fc-affinity session resume ${entry.sessionId}`,
        },
      );
    }
    const { instance, decision } = this.#placeRequest(entry, { session: 'known' });
    entry.requests++;
    if (entry.inFlight++ === 0) this.#table.useBegins(entry);
    return newBinding({ instance, entry, decision });
  }

  /** Takes a request on the session's instance. If that instance has ended, takes it on another one with a free slot. */
  #placeRequest(
    entry: SessionEntry,
    { session, hint }: Pick<Decision, 'session' | 'hint'>,
  ): Pick<Binding, 'instance' | 'decision'> {
    const lost = entry.instance?.state === 'gone';
    const isPlaced = entry.instance === undefined || lost;
    const pool = isPlaced ? this.#options.poolOf(entry.terms.qualifier).view() : undefined;
    const placed =
      entry.instance === undefined || lost
        ? this.#options.poolOf(entry.terms.qualifier).takeSlot()
        : { instance: entry.instance, placement: 'bound' as const };
    const { instance } = placed;
    instance.pool.takeRequest(instance);
    if (entry.instance !== instance) {
      entry.instance = instance;
      entry.containerId = instance.instanceId;
      this.#table.changed(entry);
      const reason = lost ? 'instance-ended' : 'restored';
      this.#table.emit(() => ({ type: 'session.rebound', session: entry.toSession(), reason }));
    }
    if (placed.placement === 'bound' && session === 'known' && hint === undefined)
      return { instance, decision: entry.boundTo(instance) };
    const placement: Placement = lost ? 'rebound-after-crash' : placed.placement;
    const { sessionId } = entry;
    const decision = { placement, instanceId: instance.instanceId, sessionId, session, hint, pool };
    return { instance, decision };
  }

  #newEntry(
    instance: PooledInstance,
    terms: SessionTerms,
    sessionId = this.#options.newSessionId(),
  ): SessionEntry {
    const entry = new SessionEntry(sessionId, terms, this.#table.now, ++this.#created);
    entry.instance = instance;
    entry.containerId = instance.instanceId;
    return entry;
  }

  #endUse(entry: SessionEntry): void {
    entry.inFlight--;
    entry.used = true;
    if (entry.inFlight > 0) return;
    if (!entry.isAlive) return;
    this.#table.useEnds(entry);
    if (!entry.known) void this.#table.discard(entry);
    else if (entry.endsAt <= this.#table.now) void this.#table.expire(entry);
    else this.#table.hasten(entry);
  }
}

/** One literal: a spread makes slower objects, and this one is made for each request. */
function newBinding({
  instance,
  decision,
  entry,
  opened = false,
  generated = false,
  identity = NO_SESSION,
  requestId,
}: Pick<Binding, 'instance' | 'decision'> & Partial<Binding>): Binding {
  return {
    instance,
    decision,
    entry,
    opened,
    generated,
    identity,
    requestId,
    reservesSlot: false,
    endsSession: false,
  };
}

const NO_SESSION: Identity = { kind: 'none' };

function unknownSession(sessionId: string): FcError {
  const shown = sessionId.length > 80 ? `${sessionId.slice(0, 80)}…` : sessionId;
  return new FcError('SessionNotFound', `session ${JSON.stringify(shown)} is not bound to an instance`, {
    fix: 'the client must open a new session: the server never named this one, or it has ended',
  });
}

/** @throws SessionExpired when the ended session forbids that its ID is used again (spec U31) */
function checkReuse({ sessionId, terms }: SessionEntry): void {
  if (!terms.disableSessionIdReuse) return;
  throw new FcError(
    'SessionExpired',
    `session '${sessionId}' has expired and its ID may not be used again (disableSessionIdReuse)`,
    {
      fix: 'use another session, or delete this one, which lets its ID be used again',
    },
  );
}
