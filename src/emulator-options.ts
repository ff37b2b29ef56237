import type { MovableClock } from './model/clock.js';
import type { EmulatorEvent } from './model/events.js';
import type { FunctionConfig } from './model/function.js';
import type { InstanceDriver, LogLine } from './model/instance.js';
import type { RequestRecord } from './model/request-record.js';
import type { ControlPlane } from './model/services.js';

/** A function to serve, and where. */
export interface ServeFunction {
  readonly config: FunctionConfig;
  /** Of its HTTP trigger; 0 (the default) = any that is free. */
  readonly port?: number;
  /** As behind a custom domain: no forced `Content-Disposition: attachment`. */
  readonly customDomain?: boolean;
}

export interface EmulatorOptions {
  readonly functions: readonly ServeFunction[];
  /** Loopback (the default, 127.0.0.1). */
  readonly host?: string;
  /** Of the control plane; 0 (the default) = any that is free. */
  readonly apiPort?: number;
  /** Host names that are accepted besides loopback and `<function>.localhost`. */
  readonly allowedHosts?: readonly string[];
  /** Lifts FC's limit of 21600 s for sessions. */
  readonly maxSessionTTLInSeconds?: number;
  /** The session clock: freeze and advance it in tests. */
  readonly clock?: MovableClock;
  /** A folder in which sessions outlast the emulator; used by one emulator at a time. */
  readonly stateDirectory?: string;
  /** Starts instances; local processes by default. */
  readonly driver?: InstanceDriver;
  /** Whether sessions age while the machine sleeps; they do not by default. */
  readonly countSleep?: boolean;
  /** What handlers may inherit a few variables from; `process.env` by default. */
  readonly hostEnvironment?: Readonly<Record<string, string | undefined>>;
  /** Told of every request when it has ended. */
  readonly onRecord?: (record: RequestRecord) => void;
  /** Told of everything that happens: requests, sessions, instances, functions, the clock. */
  readonly onEvent?: (event: EmulatorEvent) => void;
  /** Told of every line that an instance prints. */
  readonly onLine?: (instanceId: string, line: LogLine) => void;
  /** Told what the user should know, and when another callback throws. */
  readonly onNotice?: (text: string) => void;
}

/** A running emulator. Whoever starts it stops it. */
export interface Emulator extends AsyncDisposable {
  /** The same services as over HTTP, without the way there. */
  readonly control: ControlPlane;
  readonly functions: readonly { readonly functionName: string; readonly url: string }[];
  /** The control plane's address, as `http://127.0.0.1:9001`. */
  readonly api: string;
  /** How long it took to be ready. */
  readonly readyMs: number;
  /** The session clock. */
  readonly clock: MovableClock;
  /**
   * Takes no more requests, lets those in flight finish within the drain timeout, ends every instance.
   * @returns whether requests had to be cut off
   */
  stop(): Promise<{ readonly forced: boolean }>;
  /** Ends everything at once. */
  stopNow(): Promise<void>;
  /** Has a file removed when the emulator ends, even by `kill -9`. */
  removeOnExit(path: string): void;
}
