import type {
  ConsoleEvent,
  FunctionState,
  Hello,
  InstanceState,
  SessionState,
  Snapshot,
} from '../../../model/console-events.js';
import type { RequestRecord } from '../../../model/request-record.js';
import type { WalkthroughStep } from '../../../model/walkthrough-step.js';
import { RequestList } from './request-list.js';
import { sessionKey } from './session-key.js';
import { Slots } from './slots.js';

type Begin = Extract<ConsoleEvent, { type: 'request.begin' }>;
type SessionEvent = Extract<ConsoleEvent, { session: SessionState }>;

/** The changes since the last call of {@link World.takeChanges}. */
export interface Changes {
  /** Instances that changed, or that have a changed session. */
  readonly instances: ReadonlySet<string>;
  /** Whether an instance was added, removed, or moved to another function. */
  readonly instanceList: boolean;
  readonly sessions: boolean;
  readonly requests: boolean;
  readonly functions: boolean;
  readonly walkthrough: boolean;
}

/** An ended instance is shown for this time, with the reason of its end. */
export type EndedInstance = Extract<ConsoleEvent, { type: 'instance.ended' }>;

const MOST_ENDED = 200;

/** The state of the emulator, built from its events. Applies each event at once. The page store reads the changes at intervals. */
export class World {
  readonly functions = new Map<string, FunctionState>();
  readonly instances = new Map<string, InstanceState>();
  readonly sessions = new Map<string, SessionState>();
  /** Recently ended sessions, with their reasons. */
  readonly endedSessions = new Map<string, { readonly session: SessionState; readonly reason: string }>();
  readonly endedInstances = new Map<string, EndedInstance>();
  readonly requests = new RequestList();
  readonly inFlight = new Map<string, Begin>();
  /** The last answered request of each instance. */
  readonly lastRequests = new Map<string, RequestRecord>();
  walkthrough: readonly WalkthroughStep[] = [];
  startId = '';
  version = '';
  readonly #slots = new Map<string, Slots>();
  #snapshot: { readonly instances: Set<string>; readonly sessions: Set<string> } | undefined;
  #changed = noChanges();

  apply(event: ConsoleEvent): void {
    switch (event.type) {
      case 'hello':
        this.#hello(event);
        return;
      case 'snapshot':
        this.#chunk(event);
        return;
      case 'gap':
      case 'clock':
        return;
      case 'request.begin':
        this.inFlight.set(event.requestId, event);
        this.#countBegin(event);
        return;
      case 'request.end':
        this.#requestEnd(event);
        return;
      case 'session.opened':
      case 'session.reopened':
      case 'session.updated':
      case 'session.paused':
      case 'session.resumed':
      case 'session.rebound':
      case 'session.expired':
      case 'session.deleted':
        this.#session(event);
        return;
      case 'instance.starting':
      case 'instance.ready':
      case 'instance.draining':
        this.#setInstance(event.instance);
        return;
      case 'instance.ended':
        this.#instanceEnded(event);
        return;
      case 'function':
        this.functions.set(functionKey(event.function), event.function);
        this.#changed.functions = true;
        return;
      case 'function.removed':
        this.#removeFunction(event);
        this.#changed.functions = true;
        return;
      case 'walkthrough.step':
        this.#walkthroughStep(event);
        return;
    }
  }

  /** @returns the sessions of an instance by place, with at least one place for each slot */
  places(instanceId: string): readonly (SessionState | undefined)[] {
    const slots = this.instances.get(instanceId)?.slots ?? 0;
    const places =
      this.#slots.get(instanceId)?.places(slots) ?? Array.from({ length: slots }, () => undefined);
    return places.map((key) => (key === undefined ? undefined : this.sessions.get(key)));
  }

  takeChanges(): Changes {
    const changes = this.#changed;
    this.#changed = noChanges();
    return changes;
  }

  #hello(hello: Hello): void {
    const restarted = hello.startId !== this.startId;
    this.startId = hello.startId;
    this.version = hello.version;
    this.functions.clear();
    for (const one of hello.functions ?? []) this.functions.set(functionKey(one), one);
    this.#changed.functions = true;
    this.#snapshot = undefined;
    if (hello.resumed) return;
    this.inFlight.clear();
    if (!restarted) return;
    // Requests, ended sessions and ended instances of another run do not belong to this run.
    this.requests.clear();
    this.endedSessions.clear();
    this.endedInstances.clear();
    this.walkthrough = [];
    this.#changed.requests = true;
    this.#changed.walkthrough = true;
  }

  /** Without a qualifier, the whole function was removed. */
  #removeFunction({ functionName, qualifier }: Extract<ConsoleEvent, { type: 'function.removed' }>): void {
    for (const [key, one] of this.functions)
      if (one.functionName === functionName && (qualifier === undefined || one.qualifier === qualifier))
        this.functions.delete(key);
  }

  /** The old state stays until the snapshot is complete, so the page does not flash. */
  #chunk({ first, done, instances, sessions }: Snapshot): void {
    if (first || this.#snapshot === undefined) this.#snapshot = { instances: new Set(), sessions: new Set() };
    const { instances: seenInstances, sessions: seenSessions } = this.#snapshot;
    // An event between two chunks is newer than the chunks.
    for (const one of instances) if (!seenInstances.has(one.instanceId)) this.#setInstance(one);
    for (const one of sessions) if (!seenSessions.has(sessionKey(one))) this.#setSession(one);
    if (!done) return;
    for (const key of this.sessions.keys()) if (!seenSessions.has(key)) this.#removeSession(key);
    for (const id of this.instances.keys()) if (!seenInstances.has(id)) this.#removeInstance(id);
    this.#snapshot = undefined;
  }

  #countBegin({ instanceId, sessionId, functionName, qualifier, sampled = 1 }: Begin): void {
    const instance = this.instances.get(instanceId);
    // The instances of the unreported requests are unknown. The events at their end carry the counts.
    if (instance !== undefined && sampled === 1) {
      this.#setInstance({ ...instance, inFlight: instance.inFlight + 1 });
    }
    if (sessionId === undefined || sampled !== 1) return;
    const session = this.sessions.get(sessionKey({ functionName, qualifier, sessionId }));
    if (session !== undefined)
      this.#setSession({ ...session, idleExpiresAt: null, inFlight: session.inFlight + 1 });
  }

  #requestEnd({ record, session, instance }: Extract<ConsoleEvent, { type: 'request.end' }>): void {
    this.inFlight.delete(record.requestId);
    this.requests.add(record);
    this.#changed.requests = true;
    this.#setLastRequest(record);
    if (session !== undefined && this.sessions.has(sessionKey(session))) this.#setSession(session);
    const known = instance && this.instances.get(instance.instanceId);
    if (known !== undefined) this.#setInstance({ ...known, ...instance });
  }

  /** Adds requests that ended before the page was opened, oldest first. Their instances may become known later. */
  addOlder(records: readonly RequestRecord[]): void {
    this.requests.addOlder(records);
    this.#changed.requests = true;
    for (const record of records.toReversed()) {
      const instanceId = record.decision?.instanceId;
      if (instanceId === undefined || this.lastRequests.has(instanceId)) continue;
      this.lastRequests.set(instanceId, record);
      this.#changed.instances.add(instanceId);
    }
  }

  #setLastRequest(record: RequestRecord): void {
    const instanceId = record.decision?.instanceId;
    if (instanceId === undefined || !this.instances.has(instanceId)) return;
    this.lastRequests.set(instanceId, record);
    this.#changed.instances.add(instanceId);
  }

  #session(event: SessionEvent): void {
    const { session } = event;
    if (event.type !== 'session.expired' && event.type !== 'session.deleted') {
      this.#setSession(session);
      return;
    }
    const key = sessionKey(session);
    this.#removeSession(key);
    keepLast(this.endedSessions, key, {
      session: { ...session, status: 'Expired' as const },
      reason: event.reason,
    });
  }

  #setSession(session: SessionState): void {
    if (session.status === 'Expired') return;
    const key = sessionKey(session);
    const before = this.sessions.get(key);
    if (before !== undefined && before.instanceId !== session.instanceId)
      this.#vacate(key, before.instanceId);
    this.sessions.set(key, session);
    this.endedSessions.delete(key);
    this.#snapshot?.sessions.add(key);
    this.#changed.sessions = true;
    // A paused session holds no instance.
    if (session.status === 'Paused') {
      this.#vacate(key, session.instanceId);
      return;
    }
    const slots = this.#slots.get(session.instanceId) ?? new Slots();
    this.#slots.set(session.instanceId, slots);
    slots.add(key);
    this.#changed.instances.add(session.instanceId);
  }

  #removeSession(key: string): void {
    const session = this.sessions.get(key);
    this.#snapshot?.sessions.delete(key);
    if (session === undefined) return;
    this.sessions.delete(key);
    this.#vacate(key, session.instanceId);
    this.#changed.sessions = true;
  }

  #vacate(key: string, instanceId: string): void {
    const slots = this.#slots.get(instanceId);
    slots?.remove(key);
    if (slots?.size === 0) this.#slots.delete(instanceId);
    this.#changed.instances.add(instanceId);
  }

  #setInstance(instance: InstanceState): void {
    if (instance.state === 'ended') {
      this.#removeInstance(instance.instanceId);
      return;
    }
    const { instanceId } = instance;
    if (!this.instances.has(instanceId)) this.#changed.instanceList = true;
    this.instances.set(instanceId, instance);
    this.#snapshot?.instances.add(instanceId);
    this.#changed.instances.add(instanceId);
  }

  #instanceEnded(event: EndedInstance): void {
    this.#removeInstance(event.instance.instanceId);
    keepLast(this.endedInstances, event.instance.instanceId, event);
  }

  #removeInstance(instanceId: string): void {
    this.#snapshot?.instances.delete(instanceId);
    if (!this.instances.delete(instanceId)) return;
    this.lastRequests.delete(instanceId);
    this.#changed.instanceList = true;
    this.#changed.instances.add(instanceId);
  }

  #walkthroughStep(step: WalkthroughStep): void {
    const { runId } = step;
    const steps = this.walkthrough.filter((one) => one.runId === runId && one.n !== step.n);
    this.walkthrough = [...steps, step].sort((one, other) => one.n - other.n);
    this.#changed.walkthrough = true;
  }
}

/** @returns the displayed name of a function and a qualifier */
export function functionKey({
  functionName,
  qualifier,
}: {
  readonly functionName: string;
  readonly qualifier: string;
}): string {
  return `${functionName}@${qualifier}`;
}

function noChanges() {
  return {
    instances: new Set<string>(),
    instanceList: false,
    sessions: false,
    requests: false,
    functions: false,
    walkthrough: false,
  };
}

/** Adds an entry at the end of the map, and removes the oldest entry when there are too many. */
function keepLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_ENDED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
