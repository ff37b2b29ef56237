import type { Decision, Placement } from '../model/admission.js';
import type { Identity } from '../model/affinity.js';
import { FcError } from '../model/errors.js';
import type { SessionTerms } from '../model/session.js';
import type { Pool } from './pool.js';
import type { PooledInstance } from './pooled-instance.js';
import { SessionEntry } from './session-entry.js';
import type { SessionTable } from './session-table.js';

/** One request on one instance, as the core counts it. */
export interface Binding {
  readonly instance: PooledInstance;
  readonly entry: SessionEntry | undefined;
  readonly opened: boolean;
  readonly generated: boolean;
  readonly decision: Decision;
}

export interface BinderOptions {
  readonly table: SessionTable;
  readonly newSessionId: () => string;
  /** Sessions that there were before. */
  readonly created?: number;
  /** Where new sessions of that qualifier go. @throws VersionNotFound, AliasNotFound */
  readonly poolOf: (qualifier: string) => Pool;
  /** The terms of a session that a request opens. */
  readonly termsOf: (qualifier: string) => SessionTerms;
}

/**
 * Which session sits where: the synchronous heart of the scheduler. Nothing in here waits, so look-up and binding cannot be interleaved.
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
   * Takes a request in: finds or makes its session and takes its places.
   * @throws ResourceExhausted, SessionExpired, InvalidSessionStatus, ServiceUnavailable
   */
  bind(qualifier: string, identity: Identity): Binding {
    void this.#table.sweep();
    switch (identity.kind) {
      case 'none': {
        const { instance, placement } = this.#options.poolOf(qualifier).takeTurn();
        const decision: Decision = { placement, instanceId: instance.instanceId, session: 'none' };
        return { instance, entry: undefined, opened: false, generated: false, decision };
      }
      case 'gateway-issued':
        return this.#open(qualifier, { hint: identity.hint });
      case 'session': {
        const { sessionId, whenUnknown } = identity;
        const entry = this.#table.find(qualifier, sessionId);
        if (entry === undefined && whenUnknown === 'create') return this.#open(qualifier, { sessionId });
        if (entry === undefined)
          return this.#open(qualifier, {
            hint: 'the session cookie names no known session and was not taken',
          });
        if (entry.sessionStatus !== 'Expired') return this.#join(entry);
        checkReuse(entry);
        return this.#open(qualifier, { sessionId, again: true });
      }
    }
  }

  /** The end of a request. */
  release({ entry, instance }: Binding, { answered }: { readonly answered: boolean }): void {
    instance.pool.giveRequest(instance);
    if (entry === undefined) return;
    entry.known ||= answered;
    this.#endUse(entry);
  }

  /** Takes a request off an instance that did not answer. Its session stays in use until it has come in again or is given up. */
  detach({ instance }: Binding): void {
    instance.pool.giveRequest(instance);
  }

  /** A request that has stepped out will not come in again. */
  abandon({ entry }: Binding): void {
    if (entry !== undefined) this.#endUse(entry);
  }

  /** Another try of a request that has stepped out, on its session's instance or, if that died, on another. @throws as {@link bind}, and ProcessExited */
  rebind(binding: Binding, qualifier: string): Binding {
    const { entry } = binding;
    if (entry === undefined) return this.bind(qualifier, { kind: 'none' });
    if (entry.erased || entry.sessionStatus !== 'Active') {
      throw new FcError('ProcessExited', 'Process exited unexpectedly before completing request');
    }
    return { ...binding, ...this.#placeRequest(entry, binding.decision) };
  }

  /** Makes a session that has a place and no request yet. @throws SessionAlreadyExists, SessionExpired, ResourceExhausted, ServiceUnavailable */
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
    const entry = this.#entry(instance, terms, sessionId);
    entry.known = true;
    this.#table.add(entry);
    return { entry, instance };
  }

  #open(qualifier: string, how: { sessionId?: string; again?: boolean; hint?: string | undefined }): Binding {
    const { sessionId, again = false, hint } = how;
    const { instance, placement } = this.#options.poolOf(qualifier).takeSlot();
    instance.pool.takeRequest(instance);
    const entry = this.#entry(instance, this.#options.termsOf(qualifier), sessionId);
    entry.inFlight = 1;
    this.#table.add(entry);
    const decision: Decision = {
      placement,
      instanceId: instance.instanceId,
      sessionId: entry.sessionId,
      session: again ? 'reopened' : 'opened',
      hint,
    };
    return { instance, entry, opened: true, generated: sessionId === undefined, decision };
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
    entry.inFlight++;
    return { instance, entry, opened: false, generated: false, decision };
  }

  /** Takes a request on the session's instance; on another one, with a free slot, when its own has gone. */
  #placeRequest(
    entry: SessionEntry,
    { session, hint }: Pick<Decision, 'session' | 'hint'>,
  ): Pick<Binding, 'instance' | 'decision'> {
    const lost = entry.instance?.state === 'gone';
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
    }
    const placement: Placement = lost ? 'rebound-after-crash' : placed.placement;
    const { sessionId } = entry;
    const decision = { placement, instanceId: instance.instanceId, sessionId, session, hint };
    return { instance, decision };
  }

  #entry(
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
    this.#table.used(entry);
    if (!entry.known) void this.#table.erase(entry);
    else if (entry.endsAt <= this.#table.now) void this.#table.expire(entry);
    else this.#table.hasten(entry);
  }
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
