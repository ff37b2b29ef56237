import type { FunctionConfig } from './function.js';
import type { InstanceInfo, LogLine } from './instance.js';
import type { RequestRecord } from './request-record.js';
import type { CreateSessionInput, Session, UpdateSessionInput } from './session.js';
import type { CreateTriggerInput, Trigger, UpdateTriggerInput } from './trigger.js';
import type { Alias, AliasPage, Version, VersionDirection, VersionPage } from './version.js';

/** Which function, and which of its versions or aliases (LATEST when left out). */
export interface FunctionRef {
  readonly functionName: string;
  readonly qualifier?: string;
}

export interface SessionRef extends FunctionRef {
  readonly sessionId: string;
}

export interface ListSessionsQuery extends FunctionRef {
  /** 1–100; 20 when left out. */
  readonly limit?: number;
  readonly nextToken?: string;
  /** Every generation of that ID. */
  readonly sessionId?: string;
  readonly sessionStatus?: 'Active' | 'Expired';
}

export interface SessionPage {
  readonly sessions: readonly Session[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

export interface CallOptions {
  /** Aborted when the caller leaves before it has the answer. */
  readonly signal?: AbortSignal;
}

/**
 * The Session API. The scheduler, the registry of functions over it, and the API client over HTTP all implement it.
 * Every operation throws FunctionNotFound; with an ID also SessionNotFound; for a function whose sessions have no API, InvalidArgument.
 */
export interface SessionService {
  /**
   * Starts and binds an instance before it resolves. When the caller leaves before, the session is discarded (spec U46).
   * @throws SessionAlreadyExists, InvalidArgument, ResourceExhausted, CAExited, …
   */
  create(ref: FunctionRef, input: CreateSessionInput, options?: CallOptions): Promise<Session>;
  get(ref: SessionRef): Promise<Session>;
  list(query: ListSessionsQuery): Promise<SessionPage>;
  /** @throws InvalidSessionStatus unless Active */
  update(ref: SessionRef, input: UpdateSessionInput): Promise<Session>;
  delete(ref: SessionRef): Promise<void>;
  /** @throws InvalidSessionStatus unless Active, InvalidArgument without session isolation */
  pause(ref: SessionRef): Promise<Session>;
  /** When the caller leaves before the instance is ready, the session is Paused again. @throws InvalidSessionStatus unless Paused */
  resume(ref: SessionRef, options?: CallOptions & { readonly fileSystemOnly?: boolean }): Promise<Session>;
}

export interface InvocationInput {
  readonly body?: Uint8Array | undefined;
  /** As `x-fc-invocation-type`, and what names the session. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The reply of InvokeFunction. A function that has failed has one too, with `x-fc-error-type`. */
export interface InvocationReply {
  /** 200, or 202 of an asynchronous invocation. */
  readonly status: number;
  readonly reason: string;
  /** Flat: the header lines. */
  readonly lines: readonly string[];
  /** The first value of a header. */
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface InstanceService {
  /**
   * @param ref without a qualifier: of all qualifiers
   * @param options `ended`: adds the instances that ended lately, after the running ones
   */
  list(ref?: FunctionRef, options?: { readonly ended?: boolean }): Promise<readonly InstanceInfo[]>;
  /** Resolves when the process is gone. @throws InstanceNotFound */
  kill(instanceId: string): Promise<void>;
  /** What it has printed so far; also of instances that ended lately. @throws InstanceNotFound */
  logs(instanceId: string): Promise<readonly LogLine[]>;
  /** The lines so far and then each as it comes, until the instance ends or `signal` is aborted. @throws InstanceNotFound */
  followLogs(instanceId: string, signal: AbortSignal): AsyncIterable<LogLine>;
}

/** How far something has come, and why it failed. */
export interface Progress<State extends string> {
  readonly state: State;
  readonly reason?: string;
  /** An error code of the API. */
  readonly reasonCode?: string;
  /** What the user can do about it. */
  readonly fix?: string;
}

/** A function as it is served: its configuration and where it listens (spec U42: no URL without a trigger). */
export interface ServedFunction {
  readonly config: FunctionConfig;
  readonly functionId: string;
  readonly url: string | undefined;
  /** Milliseconds on the session clock. */
  readonly createdAt: number;
  readonly lastModifiedAt: number;
  /** Its requests wait while it is Pending, and are refused when it is Failed. */
  readonly progress: Progress<'Pending' | 'Active' | 'Failed'>;
  readonly lastUpdate: Progress<'InProgress' | 'Successful' | 'Failed'>;
  /** Fields of the API that the emulator does not use, and repeats in replies. */
  readonly echo: Readonly<Record<string, unknown>>;
  /** Absent while the function may be invoked. */
  readonly restriction?: InvocationRestriction;
}

/** Why a function may not be invoked. */
export interface InvocationRestriction {
  readonly reason: string;
  readonly lastModifiedAt: number;
}

/** A body of the API, as JSON. */
export type JsonBody = Readonly<Record<string, unknown>>;

/** Every operation on one function throws FunctionNotFound. */
export interface FunctionService {
  list(): Promise<readonly ServedFunction[]>;
  /** @throws VersionNotFound, AliasNotFound */
  get(ref: FunctionRef): Promise<ServedFunction>;
  /**
   * The function is Pending until its code is unpacked and its command is found.
   * @param body of CreateFunction
   * @throws InvalidArgument, FunctionAlreadyExists
   */
  create(body: JsonBody): Promise<ServedFunction>;
  /**
   * Changes what the body says, by a new revision (spec U24): old sessions stay on their instances.
   * @throws InvalidArgument, ConcurrentUpdateError while an earlier change is under way
   */
  update(functionName: string, body: JsonBody): Promise<ServedFunction>;
  /** Resolves at once; requests in flight may end within the drain timeout. */
  delete(functionName: string): Promise<void>;
}

/** What PutScalingConfig says, as JSON: `minInstances` is used. */
export interface ScalingConfig extends JsonBody {
  readonly minInstances: number;
}

export interface ScalingStatus extends ScalingConfig {
  readonly currentInstances: number;
  readonly targetInstances: number;
}

/** What is set beside the configuration of a function. Every operation throws FunctionNotFound. */
export interface FunctionSettings {
  /** The ceiling of instances, over all qualifiers; undefined where none is set. */
  concurrency(functionName: string): Promise<number | undefined>;
  /** @param reservedConcurrency undefined: the function's own ceiling holds again @throws InvalidArgument */
  setConcurrency(functionName: string, reservedConcurrency: number | undefined): Promise<void>;
  /** @throws VersionNotFound, AliasNotFound */
  scaling(ref: FunctionRef): Promise<ScalingStatus | undefined>;
  /** @param config undefined: the function's own minimum holds again @throws InvalidArgument, VersionNotFound, AliasNotFound */
  setScaling(ref: FunctionRef, config: ScalingConfig | undefined): Promise<void>;
  /** Refuses every invocation. If asked to, also ends the invocations in flight. */
  disable(
    functionName: string,
    options: { readonly reason: string; readonly abortOngoingRequest: boolean },
  ): Promise<void>;
  enable(functionName: string): Promise<void>;
}

export interface TriggerRef {
  readonly functionName: string;
  readonly triggerName: string;
}

export interface ListTriggersQuery {
  readonly functionName: string;
  readonly prefix?: string;
  /** 1–100; 20 when left out. */
  readonly limit?: number;
  readonly nextToken?: string;
}

export interface TriggerPage {
  readonly triggers: readonly Trigger[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

/** The HTTP triggers of all functions. Every operation throws FunctionNotFound; with the name of a trigger also TriggerNotFound. */
export interface TriggerService {
  /**
   * The trigger listens before it resolves.
   * @throws TriggerAlreadyExists, InvalidArgument, VersionNotFound, AliasNotFound
   */
  create(ref: { readonly functionName: string }, input: CreateTriggerInput): Promise<Trigger>;
  get(ref: TriggerRef): Promise<Trigger>;
  /** By name. */
  list(query: ListTriggersQuery): Promise<TriggerPage>;
  /** Holds from the next request on; the address stays. @throws TriggerAlreadyExists, InvalidArgument, VersionNotFound, AliasNotFound */
  update(ref: TriggerRef, input: UpdateTriggerInput): Promise<Trigger>;
  /** Its port is free when it resolves. Requests in flight end as if it were there. */
  delete(ref: TriggerRef): Promise<void>;
}

export type NamedFunction = Pick<FunctionRef, 'functionName'>;

export interface VersionRef extends NamedFunction {
  readonly versionId: string;
}

export interface ListVersionsQuery extends NamedFunction {
  /** `BACKWARD`, the newest first, when left out. */
  readonly direction?: VersionDirection;
  /** 1–100; 20 when left out. */
  readonly limit?: number;
  readonly nextToken?: string;
}

/** Every operation throws FunctionNotFound. */
export interface VersionService {
  /** Keeps LATEST as it is now under the next number. */
  publish(ref: NamedFunction, input?: { readonly description?: string }): Promise<Version>;
  list(query: ListVersionsQuery): Promise<VersionPage>;
  /**
   * Ends the sessions of the version. Requests in flight may finish.
   * @throws VersionNotFound, PreconditionFailed while an alias names it
   */
  delete(ref: VersionRef): Promise<void>;
}

export interface AliasRef extends NamedFunction {
  readonly aliasName: string;
}

export interface UpdateAliasInput {
  readonly versionId?: string;
  readonly description?: string;
}

export interface CreateAliasInput extends UpdateAliasInput {
  readonly aliasName: string;
  readonly versionId: string;
}

export interface ListAliasesQuery extends NamedFunction {
  /** 1–100; 20 when left out. */
  readonly limit?: number;
  readonly nextToken?: string;
  readonly prefix?: string;
}

/** Every operation throws FunctionNotFound; with a name also AliasNotFound. */
export interface AliasService {
  /** @throws AliasAlreadyExists, VersionNotFound */
  create(ref: NamedFunction, input: CreateAliasInput): Promise<Alias>;
  get(ref: AliasRef): Promise<Alias>;
  /**
   * Changes what is given. When the version changes, the sessions of the alias stay on their instances until they end, and new ones go
   * to instances of the new version.
   * @throws VersionNotFound
   */
  update(ref: AliasRef, input: UpdateAliasInput): Promise<Alias>;
  /** Ends the sessions of the alias. Requests in flight may finish. */
  delete(ref: AliasRef): Promise<void>;
  /** By name. */
  list(query: ListAliasesQuery): Promise<AliasPage>;
}

export interface ClockState {
  /** UTC with milliseconds. */
  readonly now: string;
  /** The difference to a clock that nobody has moved, in milliseconds. */
  readonly offsetMs: number;
  readonly frozen: boolean;
}

export interface ClockService {
  show(): Promise<ClockState>;
  /** Resolves when all that fell due has happened. */
  advance(milliseconds: number): Promise<ClockState>;
  freeze(): Promise<ClockState>;
  resume(): Promise<ClockState>;
}

/** Which requests: all when nothing is said. */
export interface RequestQuery {
  readonly functionName?: string | undefined;
  /** The session that served the request. */
  readonly sessionId?: string | undefined;
  /** An instance on which the request was tried. */
  readonly instanceId?: string | undefined;
  /** `429`, or all of a class: `4xx`. */
  readonly status?: string | undefined;
  /** The newest so many. */
  readonly limit?: number | undefined;
  /** Only requests that ended before this one. */
  readonly before?: string | undefined;
}

/** The last 10,000 requests that ended, newest last. */
export interface RequestLog {
  /** @throws RequestNotFound for a `before` that is not kept */
  list(query?: RequestQuery): Promise<readonly RequestRecord[]>;
  /** @throws RequestNotFound */
  get(requestId: string): Promise<RequestRecord>;
}

export interface Health {
  readonly status: 'ok' | 'stopping';
  readonly version: string;
  readonly pid: number;
}

/** Everything that the control plane serves and its client speaks. */
export interface ControlPlane {
  readonly sessions: SessionService;
  readonly instances: InstanceService;
  readonly functions: FunctionService;
  readonly triggers: TriggerService;
  readonly versions: VersionService;
  readonly aliases: AliasService;
  readonly requests: RequestLog;
  readonly clock: ClockService;
  health(): Promise<Health>;
}
