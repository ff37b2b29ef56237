import type { Decision } from './admission.js';
import type { FunctionConfig } from './function.js';
import type { Exit, InstanceInfo, StartReason } from './instance.js';
import type { RequestRecord } from './request-record.js';
import type { Entrance } from './route.js';
import type { ClockState } from './services.js';
import type { Session } from './session.js';
import type { Trigger } from './trigger.js';
import type { Alias, Version } from './version.js';
import type { WalkthroughStep } from './walkthrough-step.js';

/** Why an instance was started to end, or ended by itself. */
export type EndReason =
  /** `instance kill`. */
  | 'killed'
  /** It had no session and no request for some minutes, or while another version or alias needed its place under the ceiling. */
  | 'idle'
  /** Its start failed, or it did not listen in time. */
  | 'failed'
  /** Its process ended by itself. */
  | 'crashed'
  /** Its process runs, and nothing listens at its address. */
  | 'unreachable'
  /** Its health check failed too often. */
  | 'unhealthy'
  /** Its session, which it served alone, ended or was paused. */
  | 'session-ended'
  /** A newer revision of the function took over, and its last session has ended. */
  | 'superseded'
  /** The emulator ends, or the function, version or alias was removed. */
  | 'stopped';

/** Why a session was deleted. */
export type DeleteReason =
  | 'api'
  /** Nobody can know its ID: no reply to its first request, or to CreateSession, was delivered. */
  | 'unanswered'
  /** A reply of its instance ended it. */
  | 'reply'
  /** It ends with its instance, and that has ended. */
  | 'instance-ended';

/** What happened, before the bus has numbered it. */
export type EventBody =
  /** A request arrived. */
  | {
      readonly type: 'request.begin';
      readonly requestId: string;
      readonly functionName: string;
      readonly qualifier: string;
      readonly entrance: Entrance;
      readonly method: string;
      readonly target: string;
    }
  /** An instance takes the request. Emitted again when the request is tried on another instance. */
  | {
      readonly type: 'request.admitted';
      readonly requestId: string;
      readonly functionName: string;
      readonly qualifier: string;
      readonly entrance: Entrance;
      readonly method: string;
      readonly target: string;
      /** What carried the session ID. */
      readonly identity: 'cookie' | 'header' | 'mcp' | 'none';
      readonly decision: Decision;
    }
  | { readonly type: 'request.end'; readonly record: RequestRecord }
  /** A session was opened; `reopened`: under the ID of an expired session. */
  | {
      readonly type: 'session.opened' | 'session.reopened';
      readonly session: Session;
      readonly by: 'request' | 'api';
      /** Of the request that opened it. */
      readonly requestId?: string | undefined;
    }
  | {
      readonly type: 'session.updated' | 'session.paused' | 'session.resumed';
      readonly session: Session;
    }
  /** The session has another instance. */
  | {
      readonly type: 'session.rebound';
      readonly session: Session;
      /** Its instance died, or it was restored from the state directory and had none. */
      readonly reason: 'instance-ended' | 'restored';
    }
  | {
      readonly type: 'session.expired';
      readonly session: Session;
      /** `affinity`: the function's sessionAffinity changed, so that its ID can no longer be read. */
      readonly reason: 'ttl' | 'idle' | 'affinity';
    }
  | {
      readonly type: 'session.deleted';
      readonly session: Session;
      readonly reason: DeleteReason;
    }
  | {
      readonly type: 'instance.starting';
      readonly instance: InstanceInfo;
      readonly reason: StartReason;
    }
  | { readonly type: 'instance.ready'; readonly instance: InstanceInfo }
  /** It takes no new session, and is being stopped. */
  | { readonly type: 'instance.draining'; readonly instance: InstanceInfo; readonly reason: EndReason }
  | {
      readonly type: 'instance.ended';
      readonly instance: InstanceInfo;
      readonly reason: EndReason;
      readonly exit: Exit;
      /** Why it did not start. */
      readonly failure?: { readonly code: string; readonly message: string };
    }
  | { readonly type: 'clock.advanced'; readonly clock: ClockState; readonly milliseconds: number }
  | { readonly type: 'clock.frozen' | 'clock.resumed'; readonly clock: ClockState }
  | {
      readonly type: 'function.added' | 'function.updated' | 'function.removed';
      readonly function: FunctionSummary;
    }
  | {
      readonly type: 'trigger.added' | 'trigger.updated' | 'trigger.removed';
      readonly functionName: string;
      readonly trigger: Trigger;
    }
  | {
      readonly type: 'version.published' | 'version.deleted';
      readonly functionName: string;
      readonly version: Version;
    }
  | {
      readonly type: 'alias.created' | 'alias.updated' | 'alias.deleted';
      readonly functionName: string;
      readonly alias: Alias;
    }
  | ({ readonly type: 'walkthrough.step' } & WalkthroughStep);

/** A function as events tell it: without its environment variables, which may hold secrets. */
export interface FunctionSummary {
  readonly functionId: string;
  readonly versionId: string;
  readonly url: string | undefined;
  readonly config: Omit<FunctionConfig, 'environmentVariables'>;
}

/** One thing that happened in the emulator. `seq` counts all events of a run; `at` is in milliseconds of the session clock. */
export type EmulatorEvent = { readonly seq: number; readonly at: number } & EventBody;

export type EventType = EventBody['type'];

/** Tells an event where it happens. `build` is called only when somebody listens; it must not have effects. */
export type Emit = (build: () => EventBody) => void;

/** The events of one run, for those who listen. */
export interface EventFeed {
  /** Names this run of the emulator: sequence numbers of another run mean nothing here. */
  readonly runId: string;
  /** How many events there have been: the number of the latest one. */
  readonly seq: number;
  /** Tells every event from now on. @returns a function that ends the subscription */
  subscribe(listener: (event: EmulatorEvent) => void): () => void;
}
