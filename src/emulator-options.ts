import type { AFFINITY_WORDS, ISOLATION_WORDS } from './config/function-words.js';
import type { MovableClock } from './model/clock.js';
import type { Duration } from './model/duration.js';
import type { EmulatorEvent } from './model/events.js';
import type { FunctionConfig, HttpMethod, TriggerAuthType } from './model/function.js';
import type { InstanceDriver, LogLine } from './model/instance.js';
import type { RequestRecord } from './model/request-record.js';
import type { ControlPlane } from './model/services.js';
import type { SessionClient } from './session-client.js';

/** A function to serve, and its HTTP triggers. */
export interface ServeFunction {
  readonly config: FunctionConfig;
  /** Default: one anonymous trigger, `defaultTrigger`. None: the function has no address (spec U42). */
  readonly triggers?: readonly ServeTrigger[];
}

/** An HTTP trigger of a function. It has a listener and a port of its own. */
export interface ServeTrigger {
  readonly triggerName: string;
  /** A version or an alias; default: LATEST. */
  readonly qualifier?: string;
  /** `function`: requests must be signed. Default: `anonymous`. */
  readonly authType?: TriggerAuthType;
  /** Default: all seven. Others are refused with 405. */
  readonly methods?: readonly HttpMethod[];
  /** Refuses every request with 403. */
  readonly disableURLInternet?: boolean;
  /** 0: any that is free. Default: the next that is free above `port` of the emulator. */
  readonly port?: number;
  /** As behind a custom domain: no forced `Content-Disposition: attachment`. */
  readonly customDomain?: boolean;
}

/** One function in the words of the command line. What is left out is as on the command line. */
export interface FunctionOptions {
  /** What starts the handler, as `['node', 'app.js']` or `'node app.js'`; without it the bundled `hello`. There is no shell. */
  readonly command?: readonly string[] | string;
  /** Default: the name of the directory. */
  readonly functionName?: string;
  /** In which the command runs; default: the current one. */
  readonly directory?: string;
  /** Default: `cookie`. */
  readonly affinity?: keyof typeof AFFINITY_WORDS;
  /** The header that names the session; with `affinity: 'header'`. */
  readonly headerName?: string;
  /** With `affinity: 'mcp-sse'`; default: `/sse`. */
  readonly ssePath?: string;
  /** 1 to 200; default: 20. */
  readonly sessionsPerInstance?: number;
  /** The life of a session; default: 6 hours. */
  readonly ttl?: Duration;
  /** Ends a session that is not used for so long; default: 30 minutes, or the TTL if that is less. */
  readonly idle?: Duration;
  readonly disableSessionIdReuse?: boolean;
  /** `session`: an instance for each session. Default: `share`. */
  readonly isolation?: keyof typeof ISOLATION_WORDS;
  /** How long a request may last; default: 60 seconds. */
  readonly timeout?: Duration;
  /** Until an instance must listen; default: 120 seconds. */
  readonly startTimeout?: Duration;
  /** For requests in flight at the end; default: 10 seconds. */
  readonly drainTimeout?: Duration;
  /** Above it requests get 429; default: 20. */
  readonly maxInstances?: number;
  /** Instances kept ready; default: 0. */
  readonly minInstances?: number;
  /** Requests at once; with `affinity: 'none'`; default: 1. */
  readonly instanceConcurrency?: number;
  /** Variables for the handler. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of its HTTP trigger. */
  readonly port?: number;
  /** `function`: requests must be signed. Default: `anonymous`. */
  readonly triggerAuth?: TriggerAuthType;
  readonly customDomain?: boolean;
}

/** What `startEmulator` takes for one function. */
export interface SingleFunctionOptions extends FunctionOptions, Omit<EmulatorOptions, 'functions' | 'port'> {}

/** What `startEmulator` takes for several functions: each whole, or in short words. */
export interface SeveralFunctionsOptions extends Omit<EmulatorOptions, 'functions'> {
  readonly functions: readonly (ServeFunction | FunctionOptions)[];
}

/** What `startEmulator` takes for the functions of a configuration. */
export interface ConfiguredOptions extends Omit<EmulatorOptions, 'functions'> {
  /** An `s.yaml` of Serverless Devs, a `fc-affinity.yaml`, or the folder of one. */
  readonly config: string;
  /** An environment of Serverless Devs; default: none. */
  readonly envName?: string;
}

/** The full form, every function complete. */
export interface EmulatorOptions {
  readonly functions: readonly ServeFunction[];
  /** Default: 127.0.0.1. Another address than loopback needs a pair of keys. */
  readonly host?: string;
  /**
   * Of the first HTTP trigger. Further ones take the next free ports above it, and pass over the control plane's. 0 (the default):
   * any that are free.
   */
  readonly port?: number;
  /** With the secret: requests to the control plane must be signed with this pair. */
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  /** Whether triggers also answer TLS, at the same ports, with a self-signed certificate; see `certificate` of the emulator. */
  readonly https?: boolean;
  /** Of the control plane; 0 (the default) = any that is free. */
  readonly apiPort?: number;
  /** Host names that are accepted besides loopback and `<function>.localhost`. */
  readonly allowedHosts?: readonly string[];
  /** Lifts FC's limit of 21600 s for sessions. */
  readonly maxSessionTTLInSeconds?: number;
  /** The session clock: freeze and advance it in tests. */
  readonly clock?: MovableClock;
  /** Where the code of a function lies, by its name: for functions whose code is in OSS. */
  readonly codeDirectories?: Readonly<Record<string, string>>;
  /** A folder in which functions and sessions outlast the emulator; used by one emulator at a time. */
  readonly stateDirectory?: string;
  /** Starts instances; local processes by default. */
  readonly driver?: InstanceDriver;
  /** Whether sessions age while the machine sleeps; they do not by default. */
  readonly countSleep?: boolean;
  /** What handlers may inherit a few variables from; `process.env` by default. */
  readonly hostEnvironment?: Readonly<Record<string, string | undefined>>;
  /** Whether a Node.js or Python handler that listens on the port of its customRuntimeConfig gets its own port; default: true. */
  readonly portShift?: boolean;
  /** Whether each Node.js instance gets an inspector port, from 9229 on; default: false. */
  readonly inspect?: boolean;
  /** Whether a change in a function's code directory makes a new revision: new sessions get it, old ones keep theirs; default: false. */
  readonly watch?: boolean;
  /** Told of every request when it has ended. */
  readonly onRecord?: (record: RequestRecord) => void;
  /** Told of everything that happens: requests, sessions, instances, functions, the clock. */
  readonly onEvent?: (event: EmulatorEvent) => void;
  /** Whether `onEvent` is told of requests, too; without them a request costs less. Default: true. */
  readonly requestEvents?: boolean;
  /** Told of every line that an instance prints. */
  readonly onLine?: (instanceId: string, line: LogLine) => void;
  /** Told what the user should know, and when another callback throws. */
  readonly onNotice?: (text: string) => void;
}

/** What `startEmulator` takes. */
export type EmulatorInput =
  | EmulatorOptions
  | SeveralFunctionsOptions
  | SingleFunctionOptions
  | ConfiguredOptions;

/** A function, and where it answers. */
export interface ListeningFunction {
  readonly functionName: string;
  /** Of its first HTTP trigger; empty when it has none. */
  readonly url: string;
  readonly triggers: readonly ListeningTrigger[];
}

/** An HTTP trigger, and where it answers. */
export interface ListeningTrigger {
  readonly triggerName: string;
  readonly qualifier: string;
  readonly authType: TriggerAuthType;
  readonly url: string;
}

export interface DeployOptions {
  readonly whenReady?: boolean;
  /** Calls off the wait for the new instance. */
  readonly signal?: AbortSignal;
}

/** A running emulator. The caller that starts it stops it. */
export interface Emulator extends AsyncDisposable {
  /** The same services as over HTTP, without the way there. */
  readonly control: ControlPlane;
  /** Those that are served now. */
  readonly functions: readonly ListeningFunction[];
  /** Where the first function answers, as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** @throws FunctionNotFound, whose message names the served functions */
  function(functionName: string): ListeningFunction;
  /** Creates, shows, changes and ends sessions; the function may be left out when there is one. */
  readonly sessions: SessionClient;
  /** The control plane's address, as `http://127.0.0.1:9001`. */
  readonly api: string;
  /** Where a browser opens the console. With an access key the address contains a token, which can be used once: read it each time. */
  readonly console: string;
  /** With `https`: the certificate of the triggers in PEM, for a client to trust (`ca`). */
  readonly certificate: string | undefined;
  /** How long it took to be ready. */
  readonly readyMs: number;
  /** The session clock. */
  readonly clock: MovableClock;
  /**
   * Adds a function, or replaces the configuration of the one of that name: its sessions stay on their instances until they end, new
   * ones go to instances of the new configuration. Without `triggers` its triggers stay. With them it has these and no others; one
   * whose name is known keeps its address.
   * @param options `whenReady`: replaces the configuration only when an instance of the new one is ready, which then takes its sessions
   * @throws InvalidArgument, PortInUseError, CAFileNotFound; with `whenReady` what that start failed with
   */
  deploy(one: ServeFunction, options?: DeployOptions): Promise<ListeningFunction>;
  /**
   * Takes no more requests of the function, lets those in flight finish, ends its instances and sessions.
   * @throws FunctionNotFound
   */
  remove(functionName: string): Promise<void>;
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
