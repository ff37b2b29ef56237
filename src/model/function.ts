export const SESSION_AFFINITIES = [
  'NONE',
  'GENERATED_COOKIE',
  'HEADER_FIELD',
  'MCP_SSE',
  'MCP_STREAMABLE',
] as const;
export type SessionAffinityType = (typeof SESSION_AFFINITIES)[number];

export const INSTANCE_ISOLATION_MODES = ['SHARE', 'SESSION_EXCLUSIVE', 'REQUEST_EXCLUSIVE'] as const;
export type InstanceIsolationMode = (typeof INSTANCE_ISOLATION_MODES)[number];

/** What `sessionAffinityConfig` holds, every default filled in. On the wire it is a string of JSON. */
export interface SessionAffinityConfig {
  readonly sessionConcurrencyPerInstance: number;
  readonly sessionTTLInSeconds: number;
  readonly sessionIdleTimeoutInSeconds: number;
  readonly disableSessionIdReuse: boolean;
  readonly affinityHeaderFieldName?: string;
  readonly sseEndpointPath?: string;
}

export const AFFINITY_CONFIG_KEYS = [
  'sessionConcurrencyPerInstance',
  'sessionTTLInSeconds',
  'sessionIdleTimeoutInSeconds',
  'disableSessionIdReuse',
  'affinityHeaderFieldName',
  'sseEndpointPath',
] as const satisfies readonly (keyof SessionAffinityConfig)[];

/** How a custom runtime is started: an argument list, never a shell line. Without a command the code's `bootstrap` runs. */
export interface CustomRuntimeConfig {
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Where the handler listens on FC. Here every instance gets a port of its own in `FC_SERVER_PORT`. */
  readonly port: number;
  readonly healthCheckConfig?: HealthCheckConfig;
}

/** How often an instance is asked whether it is healthy, every default filled in. */
export interface HealthCheckConfig {
  readonly httpGetUrl: string;
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/** A container's image, and the command line that runs in it. */
export interface CustomContainerConfig {
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly port: number;
}

/** A call that an instance gets at the begin or at the end of its life. */
export interface LifecycleHook {
  readonly handler?: string;
  /** In seconds. */
  readonly timeout: number;
  readonly command?: readonly string[];
}

export interface InstanceLifecycleConfig {
  /** Before the first request: `POST /initialize`. */
  readonly initializer?: LifecycleHook;
  /** Before the instance ends: `GET /pre-stop`. */
  readonly preStop?: LifecycleHook;
}

/** Code that was uploaded. */
export interface FunctionCode {
  /** A CRC-64 as a decimal number. */
  readonly checksum: string;
  readonly size: number;
  /** The archive. */
  readonly path: string;
}

/** A Function as deployed: the API's fields, and below them what only an emulator needs to know. Valid by construction. */
export interface FunctionConfig {
  readonly functionName: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  readonly customRuntimeConfig: CustomRuntimeConfig;
  readonly customContainerConfig?: CustomContainerConfig;
  readonly instanceLifecycleConfig?: InstanceLifecycleConfig;
  /** The emulator limits none of these three. */
  readonly cpu: number;
  readonly memorySize: number;
  readonly diskSize: number;
  readonly sessionAffinity: SessionAffinityType;
  readonly sessionAffinityConfig: SessionAffinityConfig;
  readonly instanceIsolationMode: InstanceIsolationMode;
  /** Requests in flight that one instance takes; 200 with any affinity. */
  readonly instanceConcurrency: number;
  /** Seconds a request may last. */
  readonly timeout: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  /** The fields of the storage that the function asks for. The emulator mounts none. */
  readonly mounts?: readonly string[];
  /** The folder in which the command runs. */
  readonly codeDirectory: string;
  /** Undefined: it is a folder of the user. */
  readonly code?: FunctionCode;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly startTimeoutInSeconds: number;
  /** How long an instance may take to end after SIGTERM. */
  readonly drainTimeoutInSeconds: number;
}

/** One fixed state of a Function. An update makes a new one. */
export interface Revision {
  /** `0` for LATEST, as ListInstances spells it. */
  readonly versionId: string;
  readonly config: FunctionConfig;
}

/** A revision that was published. It never changes. Instants are milliseconds on the session clock. */
export interface FunctionVersion extends Revision {
  readonly description: string;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
}

/** A name for a version. */
export interface FunctionAlias {
  readonly aliasName: string;
  readonly versionId: string;
  readonly description: string;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
}

/** The entrance of a Function and qualifier: one listener, with the fields of the API's `triggerConfig`. */
export interface HttpTrigger {
  readonly functionName: string;
  readonly triggerName: string;
  readonly qualifier: string;
  readonly authType: TriggerAuthType;
  /** Other methods are refused with 405. */
  readonly methods: readonly HttpMethod[];
  /** Refuses every request with 403. */
  readonly disableURLInternet: boolean;
  /** Behind a custom domain nothing forces `Content-Disposition: attachment`. */
  readonly customDomain: boolean;
}

export const TRIGGER_AUTH_TYPES = ['anonymous', 'function'] as const;
/** `function`: requests must be signed. */
export type TriggerAuthType = (typeof TRIGGER_AUTH_TYPES)[number];

/** The name of the trigger of a function for which none is named. */
export const DEFAULT_TRIGGER = 'defaultTrigger';

/** What an HTTP trigger can let in (spec §7). */
export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export type HttpMethod = (typeof HTTP_METHODS)[number];

export const LATEST = 'LATEST';
