import type { Revision } from './function.js';

/** Where an instance listens; always this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How a process ended: by itself with a code, or by a signal. `lastLines` are the last lines that it printed, from the line that names a failure on. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastLines: readonly string[];
  /** What the user can do about it, where the cause of a failure is recognised. */
  readonly fix?: string;
}

export interface InstanceSpec {
  readonly instanceId: string;
  readonly qualifier: string;
  readonly revision: Revision;
}

/** Starts Instances: as local processes; in tests, in this process; later, as containers. */
export interface InstanceDriver {
  /**
   * Returns at once; the Instance reports when it is ready and when it has ended. Aborting `signal` before it is ready ends the attempt.
   * The start limit is the driver's to keep (`startTimeoutInSeconds`).
   */
  start(spec: InstanceSpec, signal: AbortSignal): Instance;
}

/** One running copy of a handler. */
export interface Instance {
  readonly instanceId: string;
  /** Process ID, where there is a process and it has begun. */
  readonly pid: number | undefined;
  /** Where its debugger is attached, as `127.0.0.1:9229`. */
  readonly inspector?: string | undefined;
  /** Settles once: the address, or FcError CAExited (ended before it listened), CAFileNotFound (no such command), FunctionNotStarted (start limit). */
  readonly ready: Promise<Address>;
  /** Settles once, when its process has ended and its output is in the log; what the process started may be left. Never rejects. */
  readonly died: Promise<Exit>;
  /** Settles when every process of the instance has ended. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly output: InstanceLog;
  /** Settles when its health check has failed too often, if it ever does. Never rejects. */
  readonly unhealthy?: Promise<void>;
  /** Asks it to end (SIGTERM to its process group), insists after `graceMs` (SIGKILL; default: the function's drain timeout). Resolves when it is gone. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly source: 'stdout' | 'stderr' | 'platform';
  /** One line, control characters made visible, cut to a bounded length. */
  readonly text: string;
  /** Of a line of the platform: shown even where such lines are not. */
  readonly warning?: true;
}

/** What an instance does between two lines of the platform. */
export type PlatformStep = 'Initialize' | 'Invoke' | 'PreStop';

export function startLine(step: PlatformStep, requestId: string): string {
  return `FC ${step} Start RequestId: ${requestId}`;
}

export function endLine(step: PlatformStep, requestId: string): string {
  return `FC ${step} End RequestId: ${requestId}`;
}

/** What an instance printed, and the platform's own lines between. Bounded: the oldest lines go first. */
export interface InstanceLog {
  lines(): readonly LogLine[];
  /** Adds a line of the platform. */
  note(text: string): void;
  /** Adds the line {@link startLine}. */
  started(step: PlatformStep, requestId: string): void;
  /** Adds the line {@link endLine}, after everything that the handler has printed by now, which may still be on its way. */
  ended(step: PlatformStep, requestId: string): void;
  /** @returns a function that ends the following */
  follow(listener: (line: LogLine) => void): () => void;
}

/** Why an instance is started. */
export type StartReason =
  /** No other instance has a free slot, or takes another request. */
  | 'scaled-out'
  /** There are fewer than the least number. */
  | 'min'
  /** A new revision of the function is tried before it takes over. */
  | 'deploy';

/** An instance as `instance list` and ListInstances show it. */
export interface InstanceInfo {
  readonly instanceId: string;
  readonly functionName: string;
  readonly versionId: string;
  /** Which revision of the qualifier it runs, counted from 1 in this run of the emulator: an update of the function makes a new one. */
  readonly revision: number;
  readonly qualifier: string;
  readonly status: 'Starting' | 'Running' | 'Destroying' | 'Destroyed';
  readonly createdTimeMs: number;
  /** When it began to listen. */
  readonly readyTimeMs?: number;
  /** When it had ended, and how. */
  readonly destroyedTimeMs?: number;
  readonly exit?: Pick<Exit, 'code' | 'signal'>;
  readonly resourceType: 'FC';
  readonly pid: number | undefined;
  readonly url: string | undefined;
  /** Where its debugger is attached, as `127.0.0.1:9229`. */
  readonly inspector?: string;
  readonly sessions: number;
  /** How many sessions it takes; 0 for a function without affinity. */
  readonly slots: number;
  readonly inFlight: number;
}

/** How many instances a function may and shall have, as one of its qualifiers sees it. Both may change. */
export interface InstanceBounds {
  /** Kept ready; undefined: as many as the revision says. */
  readonly least: number | undefined;
  /** The ceiling, over all qualifiers. */
  readonly most: number;
  /** How many of them the other qualifiers have. */
  readonly others: number;
  /** Ends an instance of another qualifier that has no session and no request. @returns whether there was one */
  makeRoom(): boolean;
}
