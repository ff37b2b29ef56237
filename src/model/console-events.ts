import type { Placement } from './admission.js';
import type { EndReason } from './events.js';
import type { InstanceIsolationMode, SessionAffinityType } from './function.js';
import type { Exit, StartReason } from './instance.js';
import type { RequestRecord } from './request-record.js';
import type { SessionStatus } from './session.js';
import type { WalkthroughStep } from './walkthrough-step.js';

/**
 * What `GET /_emulator/v1/events` sends, as JSON: first `hello`, then the snapshot in chunks, then each event as it happens. Instants are
 * milliseconds since 1970 on the session clock, so a reader counts down by itself and no tick is ever sent. States are whole: a
 * reader replaces what it knew under the same ID. A reader must expect that a field is missing.
 */
export type ConsoleEvent =
  | Hello
  | Snapshot
  | Gap
  | ({
      /** The number of the event in this run. Numbers may be left out. */
      readonly seq: number;
      readonly at: number;
    } & ConsoleEventBody);

export type ConsoleEventType = ConsoleEvent['type'];

/** Every type, for filters. */
export const CONSOLE_EVENT_TYPES = [
  'hello',
  'snapshot',
  'gap',
  'request.begin',
  'request.end',
  'session.opened',
  'session.reopened',
  'session.updated',
  'session.paused',
  'session.resumed',
  'session.rebound',
  'session.expired',
  'session.deleted',
  'instance.starting',
  'instance.ready',
  'instance.draining',
  'instance.ended',
  'clock',
  'function',
  'function.removed',
  'walkthrough.step',
] as const satisfies readonly ConsoleEventType[];

/** Who reads the stream, and from where. */
export interface EventReading {
  /** As the reader sent it when it came back. */
  readonly lastEventId?: string | undefined;
  /** Types, or the first word of several (`session`). All when left out; `hello` and `gap` come always. */
  readonly types?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** The stream as server-sent events, several in one piece. */
export interface EventSource {
  read(reading: EventReading): AsyncIterable<string>;
}

/** How the emulator is when a reader comes. Sent first, also to a reader that resumes. */
export interface Hello {
  readonly type: 'hello';
  /** Of the event after which the stream begins. */
  readonly seq: number;
  /** Names this run of the emulator: the numbers of another run mean nothing here. */
  readonly startId: string;
  readonly version: string;
  /** On the session clock. */
  readonly now: number;
  /** On the host's clock. */
  readonly realNow: number;
  readonly clock: ConsoleClock;
  readonly functions: readonly FunctionState[];
  readonly counts: {
    readonly sessions: number;
    readonly instances: number;
    readonly inFlight: number;
  };
  /** The events missed since `Last-Event-ID` follow, and no snapshot. */
  readonly resumed: boolean;
}

/** At most 1,000 instances and sessions that have not ended. `first` begins a new snapshot, `done` ends it: what is in none of its chunks is gone. */
export interface Snapshot {
  readonly type: 'snapshot';
  /** Of the last event before it. */
  readonly seq: number;
  readonly first: boolean;
  readonly done: boolean;
  readonly instances: readonly InstanceState[];
  readonly sessions: readonly SessionState[];
}

/** The reader was too slow: the events behind `from` up to `to` are lost to it. A new snapshot follows. */
export interface Gap {
  readonly type: 'gap';
  readonly from: number;
  readonly to: number;
}

export interface ConsoleClock {
  readonly frozen: boolean;
  /** The difference to a clock that nobody has moved. */
  readonly offsetMs: number;
}

/** A function as one of its qualifiers serves it. Each qualifier that is in use has one. */
export interface FunctionState {
  readonly functionName: string;
  readonly qualifier: string;
  /** Of its first HTTP trigger; null without one. */
  readonly url: string | null;
  readonly affinity: SessionAffinityType;
  /** The header that carries the session ID; only with HEADER_FIELD. */
  readonly headerName?: string;
  readonly sessionsPerInstance: number;
  readonly maxInstances: number;
  /** In seconds, as `idle`. */
  readonly ttl: number;
  readonly idle: number;
  readonly isolation: InstanceIsolationMode;
}

export interface InstanceState {
  readonly instanceId: string;
  readonly functionName: string;
  readonly qualifier: string;
  /** Null before the process begins, and for an instance that is no process. */
  readonly pid: number | null;
  /** Null until it listens. */
  readonly port: number | null;
  readonly state: 'starting' | 'ready' | 'draining' | 'ended';
  readonly startedAt: number;
  readonly readyAt: number | null;
  /** How many sessions it takes; 0 for a function without affinity. */
  readonly slots: number;
  readonly slotsTaken: number;
  /** Requests, also those that wait for it to be ready. */
  readonly inFlight: number;
  /** Which revision of its qualifier it runs, counted from 1. */
  readonly revision: number;
}

export interface SessionState {
  readonly sessionId: string;
  readonly functionName: string;
  readonly qualifier: string;
  /** The instance that serves it, or served it last. */
  readonly instanceId: string;
  readonly status: SessionStatus;
  readonly createdAt: number;
  /** When its TTL ends it, or when it expired; null where it has no TTL. */
  readonly expiresAt: number | null;
  /** When it ends unless it is used before; null while it is used or not Active, and where it has no idle time. */
  readonly idleExpiresAt: number | null;
  /** In seconds; null where it has none. A use lets the idle time begin anew. */
  readonly idle: number | null;
  readonly inFlight: number;
  /** How many requests it has had in this run. */
  readonly requests: number;
  /** Whether it was opened under the ID of an ended session. */
  readonly reopened: boolean;
}

/** A request ID, or `api`. */
type By = string;

export type ConsoleEventBody =
  /** An instance takes a request. Sent again when the request is tried on another instance; not sent for a refused request. */
  | {
      readonly type: 'request.begin';
      readonly requestId: string;
      readonly functionName: string;
      readonly qualifier: string;
      readonly method: string;
      /** The first 256 characters. */
      readonly target: string;
      /** What carried the session ID. */
      readonly identity: 'cookie' | 'header' | 'mcp' | 'none';
      readonly instanceId: string;
      readonly sessionId?: string;
      readonly placement: Placement;
      /** Above 200 a second, one of so many is sent. */
      readonly sampled?: number;
    }
  /** Every request that has ended, with its session and instance as they are after it. */
  | {
      readonly type: 'request.end';
      readonly record: RequestRecord;
      readonly session?: SessionState;
      readonly instance?: Pick<InstanceState, 'instanceId' | 'slotsTaken' | 'inFlight'>;
    }
  | {
      readonly type: 'session.opened' | 'session.reopened';
      readonly session: SessionState;
      readonly by: By;
    }
  | {
      readonly type: 'session.updated' | 'session.paused' | 'session.resumed';
      readonly session: SessionState;
    }
  /** The session has another instance, since its own ended or it was restored from disk without one. */
  | {
      readonly type: 'session.rebound';
      readonly session: SessionState;
      readonly reason: 'instance-ended' | 'restored';
    }
  | {
      readonly type: 'session.expired';
      readonly session: SessionState;
      readonly reason: 'ttl' | 'idle' | 'affinity';
    }
  | {
      readonly type: 'session.deleted';
      readonly session: SessionState;
      readonly reason: 'api' | 'unanswered' | 'reply' | 'instance-ended';
    }
  | {
      readonly type: 'instance.starting';
      readonly instance: InstanceState;
      readonly reason: StartReason;
    }
  | { readonly type: 'instance.ready'; readonly instance: InstanceState }
  | {
      readonly type: 'instance.draining';
      readonly instance: InstanceState;
      readonly reason: EndReason;
    }
  | {
      readonly type: 'instance.ended';
      readonly instance: InstanceState;
      readonly reason: EndReason;
      readonly exit: Exit;
      /** Why it did not start. */
      readonly failure?: { readonly code: string; readonly message: string };
    }
  | {
      readonly type: 'clock';
      readonly clock: ConsoleClock;
      readonly now: number;
      readonly realNow: number;
      readonly advancedMs?: number;
    }
  /** A function was added or changed. */
  | { readonly type: 'function'; readonly function: FunctionState }
  /** A function is gone, or a version or alias of it, with its sessions. Without a qualifier: all of the function. */
  | {
      readonly type: 'function.removed';
      readonly functionName: string;
      readonly qualifier?: string;
    }
  | ({ readonly type: 'walkthrough.step' } & WalkthroughStep);
