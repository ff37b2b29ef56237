import { servedFunction } from '../../src/functions/served-function.js';
import { TriggerRegistry } from '../../src/functions/trigger-registry.js';
import { checkIdleTimeout } from '../../src/model/affinity-rules.js';
import { MovableClock } from '../../src/model/clock.js';
import { FcError } from '../../src/model/errors.js';
import type { EmulatorEvent, EventFeed } from '../../src/model/events.js';
import { completeFunction } from '../../src/model/function-config.js';
import { createIds, type Ids } from '../../src/model/ids.js';
import type { InstanceInfo, LogLine } from '../../src/model/instance.js';
import type { LiveState } from '../../src/model/live-state.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import type {
  ClockState,
  ControlPlane,
  FunctionRef,
  InstanceService,
  ListSessionsQuery,
  ServedFunction,
  SessionRef,
  SessionService,
} from '../../src/model/services.js';
import { apiTime, type Session, type SessionStatus } from '../../src/model/session.js';
import { fixedFunctions } from './fixed-functions.js';
import { noVersions } from './no-versions.js';

interface Held {
  readonly createdAt: number;
  readonly session: Session;
}

interface HeldInstance {
  info: InstanceInfo;
  readonly lines: LogLine[];
  readonly listeners: Set<(line: LogLine | undefined) => void>;
}

const START = Date.UTC(2025, 3, 1, 8, 15, 27);

/**
 * A control plane with enough truth in it to test the wire: sessions that end, pages, statuses, instances with logs; no processes.
 * Its functions: `cookie`, `header`, `isolated` (header, session isolation), `sse`, `streamable`, `none`.
 */
export class MemoryControlPlane implements ControlPlane {
  readonly clockMoved = new MovableClock({ frozen: true, startAt: START });
  readonly ids: Ids = createIds(this.clockMoved);
  readonly served: ServedFunction[];
  readonly records: RequestRecord[] = [];
  /** Every call of an operation that changes something, for tests that expect none. */
  readonly changes: string[] = [];
  /** Thrown by the next call of a session operation. */
  failure: unknown;
  stopping = false;
  #held: Held[] = [];
  readonly #instances = new Map<string, HeldInstance>();
  readonly #listeners = new Set<(event: EmulatorEvent) => void>();
  readonly #told: EmulatorEvent[] = [];

  constructor() {
    const command = ['node', 'app.js'];
    const functions = [
      completeFunction({ functionName: 'cookie', command, sessionAffinity: 'GENERATED_COOKIE' }),
      completeFunction({
        functionName: 'header',
        command,
        sessionAffinity: 'HEADER_FIELD',
        sessionAffinityConfig: { affinityHeaderFieldName: 'x-my-session', sessionTTLInSeconds: 3600 },
        environmentVariables: { GREETING: 'hi' },
      }),
      completeFunction({
        functionName: 'isolated',
        command,
        sessionAffinity: 'HEADER_FIELD',
        sessionAffinityConfig: { affinityHeaderFieldName: 'x-my-session' },
        instanceIsolationMode: 'SESSION_EXCLUSIVE',
      }),
      completeFunction({ functionName: 'sse', command, sessionAffinity: 'MCP_SSE' }),
      completeFunction({ functionName: 'streamable', command, sessionAffinity: 'MCP_STREAMABLE' }),
      completeFunction({ functionName: 'none', command }),
    ];
    this.served = functions.map((config, index) =>
      servedFunction(config, {
        functionId: `id-${config.functionName}`,
        url: config.functionName === 'none' ? undefined : `http://127.0.0.1:${9000 + index}`,
        createdAt: START,
        lastModifiedAt: START + 1500,
      }),
    );
  }

  readonly events = this.#feed();
  /** There is nothing to read in it. */
  readonly live: LiveState = {
    functions: () => [],
    instances: () => [],
    instance: () => undefined,
    sessions: () => [],
    session: () => undefined,
    sessionCount: 0,
  };

  get subscribers(): number {
    return this.#listeners.size;
  }

  record(requestId: string): RequestRecord {
    const record: RequestRecord = {
      requestId,
      functionName: 'cookie',
      qualifier: 'LATEST',
      entrance: 'trigger',
      method: 'GET',
      target: '/',
      upgrade: false,
      at: this.clockMoved.now(),
      outcome: 'completed',
      status: 200,
      attempts: [],
      evidence: {},
      durationMs: 1.5,
    };
    this.records.push(record);
    const event: EmulatorEvent = { seq: this.#told.length + 1, at: record.at, type: 'request.end', record };
    this.#told.push(event);
    for (const listener of this.#listeners) listener(event);
    return record;
  }

  #feed(): EventFeed {
    const told = this.#told;
    const listeners = this.#listeners;
    return {
      runId: 'run1',
      get seq() {
        return told.length;
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
  }

  /** A handler's line, or the end of the instance. */
  print(instanceId: string, text: string | undefined): void {
    const instance = this.#instance(instanceId);
    const line =
      text === undefined ? undefined : ({ at: this.clockMoved.now(), source: 'stdout', text } as const);
    if (line !== undefined) instance.lines.push(line);
    for (const listener of instance.listeners) listener(line);
  }

  followers(instanceId: string): number {
    return this.#instance(instanceId).listeners.size;
  }

  readonly sessions: SessionService = {
    create: async (ref, input) => {
      this.#fail();
      this.changes.push('create');
      const { config } = this.#withSessions(ref);
      const qualifier = ref.qualifier ?? 'LATEST';
      if (input.sessionId !== undefined && config.sessionAffinity !== 'HEADER_FIELD') {
        throw new FcError('InvalidArgument', 'sessionId can be chosen only with HEADER_FIELD');
      }
      const sessionId = input.sessionId ?? this.ids.sessionId();
      const there = this.#find({ ...ref, sessionId });
      if (there !== undefined && there.session.sessionStatus !== 'Expired') {
        throw new FcError('SessionAlreadyExists', `session '${sessionId}' already exists`);
      }
      const defaults = config.sessionAffinityConfig;
      const sessionTTLInSeconds = input.sessionTTLInSeconds ?? defaults.sessionTTLInSeconds;
      const idle = input.sessionIdleTimeoutInSeconds;
      if (idle !== undefined) checkIdleTimeout(idle, sessionTTLInSeconds, 21600);
      const now = this.clockMoved.now();
      const session: Session = {
        ...input,
        sessionId,
        functionName: config.functionName,
        qualifier,
        sessionAffinityType: config.sessionAffinity,
        sessionTTLInSeconds,
        sessionIdleTimeoutInSeconds:
          idle ?? Math.min(defaults.sessionIdleTimeoutInSeconds, sessionTTLInSeconds),
        disableSessionIdReuse: input.disableSessionIdReuse ?? defaults.disableSessionIdReuse,
        createdTime: apiTime(now),
        lastModifiedTime: apiTime(now),
        sessionStatus: 'Active',
        containerId: this.#startInstance(config.functionName, qualifier),
      };
      this.#held.push({ createdAt: now, session });
      return session;
    },
    get: async (ref) => {
      this.#fail();
      const { session } = this.#existing(ref);
      if (session.sessionStatus === 'Expired') throw notFound(ref);
      return session;
    },
    list: async (query) => {
      this.#fail();
      return this.#page(query);
    },
    update: async (ref, input) => {
      this.#fail();
      this.changes.push('update');
      return this.#become(ref, ['Active'], { ...input });
    },
    delete: async (ref) => {
      this.#fail();
      this.changes.push('delete');
      const held = this.#existing(ref);
      this.#held = this.#held.filter((other) => other !== held);
    },
    pause: async (ref) => {
      this.#fail();
      this.changes.push('pause');
      if (this.#function(ref).config.instanceIsolationMode !== 'SESSION_EXCLUSIVE') {
        throw new FcError('InvalidArgument', 'a session can be paused only with session isolation');
      }
      const paused = this.#become(ref, ['Active'], { sessionStatus: 'Paused' });
      this.#instances.delete(paused.containerId);
      return paused;
    },
    resume: async (ref, options) => {
      this.#fail();
      this.changes.push(`resume ${options?.fileSystemOnly ?? false}`);
      const containerId = this.#startInstance(ref.functionName, ref.qualifier ?? 'LATEST');
      return this.#become(ref, ['Paused'], { sessionStatus: 'Active', containerId });
    },
  };

  readonly instances: InstanceService = {
    list: async (ref) =>
      [...this.#instances.values()]
        .map(({ info }) => info)
        .filter((info) => ref === undefined || info.functionName === ref.functionName)
        .filter((info) => ref?.qualifier === undefined || info.qualifier === ref.qualifier),
    kill: async (instanceId) => {
      this.changes.push('kill');
      this.print(instanceId, undefined);
      this.#instances.delete(instanceId);
    },
    logs: async (instanceId) => this.#instance(instanceId).lines,
    followLogs: (instanceId, signal) => this.#follow(instanceId, signal),
  };

  readonly functions = fixedFunctions({
    list: async () => this.served,
    get: async (ref: FunctionRef) => this.#function(ref),
  });

  readonly triggers = new TriggerRegistry({
    newTriggerId: () => this.ids.triggerId(),
    now: () => this.clockMoved.now(),
    emit: (build) => this.changes.push(build().type),
    checkFunction: (ref) => this.#function(ref),
    open: async () => ({
      url: 'http://127.0.0.1:9002',
      drain: async () => {},
      cutOff: () => {},
      closeNow: () => {},
    }),
    onChange: () => {},
  });
  readonly versions = noVersions.versions;
  readonly aliases = noVersions.aliases;

  readonly requests = {
    list: async () => this.records,
    get: async (requestId: string) => {
      const found = this.records.find((record) => record.requestId === requestId);
      if (found === undefined) throw new FcError('RequestNotFound', `request '${requestId}' is not known`);
      return found;
    },
  };

  readonly clock = {
    show: async (): Promise<ClockState> => ({
      now: this.clockMoved.wallTime().toISOString(),
      offsetMs: Math.round(this.clockMoved.now() - START),
      frozen: this.clockMoved.frozen,
    }),
    advance: async (milliseconds: number) => {
      this.changes.push('advance');
      await this.clockMoved.advance(milliseconds);
      return this.clock.show();
    },
    freeze: async () => {
      this.changes.push('freeze');
      this.clockMoved.freeze();
      return this.clock.show();
    },
    resume: async () => {
      this.changes.push('clock resume');
      this.clockMoved.resume();
      return this.clock.show();
    },
  };

  health = async () => ({ status: this.stopping ? 'stopping' : 'ok', version: '0.1.0', pid: 4711 }) as const;

  async *#follow(instanceId: string, signal: AbortSignal): AsyncGenerator<LogLine> {
    const instance = this.#instance(instanceId);
    const waiting: (LogLine | undefined)[] = [...instance.lines];
    let wake = (): void => {};
    const listener = (line: LogLine | undefined): void => {
      waiting.push(line);
      wake();
    };
    instance.listeners.add(listener);
    signal.addEventListener('abort', () => listener(undefined));
    try {
      for (;;) {
        while (waiting.length > 0) {
          const line = waiting.shift();
          if (line === undefined) return;
          yield line;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      instance.listeners.delete(listener);
    }
  }

  #fail(): void {
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #function({ functionName, qualifier = 'LATEST' }: FunctionRef): ServedFunction {
    const served = this.served.find(({ config }) => config.functionName === functionName);
    if (served === undefined)
      throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
    if (qualifier !== 'LATEST' && qualifier !== 'prod') {
      throw new FcError('AliasNotFound', `alias '${qualifier}' does not exist`);
    }
    return served;
  }

  #withSessions(ref: FunctionRef): ServedFunction {
    const served = this.#function(ref);
    const { sessionAffinity } = served.config;
    if (sessionAffinity === 'GENERATED_COOKIE' || sessionAffinity === 'HEADER_FIELD') return served;
    throw new FcError('InvalidArgument', `sessionAffinity ${sessionAffinity} has no Session API`);
  }

  #startInstance(functionName: string, qualifier: string): string {
    const instanceId = this.ids.instanceId();
    const info: InstanceInfo = {
      instanceId,
      functionName,
      versionId: '0',
      revision: 1,
      qualifier,
      status: 'Running',
      createdTimeMs: this.clockMoved.now(),
      resourceType: 'FC',
      pid: 4242,
      url: 'http://127.0.0.1:40000',
      sessions: 1,
      slots: 20,
      inFlight: 0,
    };
    this.#instances.set(instanceId, { info, lines: [], listeners: new Set() });
    return instanceId;
  }

  #instance(instanceId: string): HeldInstance {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined)
      throw new FcError('InstanceNotFound', `instance '${instanceId}' does not exist`);
    return instance;
  }

  /** The newest of that ID, its status as of now. */
  #find(ref: SessionRef): Held | undefined {
    this.#expire();
    return this.#held.findLast(
      ({ session }) =>
        session.functionName === ref.functionName &&
        session.qualifier === (ref.qualifier ?? 'LATEST') &&
        session.sessionId === ref.sessionId,
    );
  }

  #existing(ref: SessionRef): Held {
    this.#withSessions(ref);
    const held = this.#find(ref);
    if (held === undefined) throw notFound(ref);
    return held;
  }

  #become(ref: SessionRef, from: readonly SessionStatus[], change: Partial<Session>): Session {
    const held = this.#existing(ref);
    const { sessionStatus } = held.session;
    if (!from.includes(sessionStatus)) {
      throw new FcError('InvalidSessionStatus', `session '${ref.sessionId}' is ${sessionStatus}`);
    }
    const session = { ...held.session, ...change, lastModifiedTime: apiTime(this.clockMoved.now()) };
    this.#held = this.#held.map((other) => (other === held ? { ...held, session } : other));
    this.#expire();
    return session;
  }

  #expire(): void {
    const now = this.clockMoved.now();
    this.#held = this.#held.map((held) =>
      held.createdAt + held.session.sessionTTLInSeconds * 1000 <= now
        ? { ...held, session: { ...held.session, sessionStatus: 'Expired' } }
        : held,
    );
  }

  #page({ functionName, qualifier, limit = 20, nextToken, sessionId, sessionStatus }: ListSessionsQuery) {
    this.#withSessions({ functionName, qualifier });
    this.#expire();
    const from = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
    if (!Number.isInteger(from)) throw new FcError('InvalidArgument', 'nextToken is not one of ours');
    const all = this.#held
      .map(({ session }) => session)
      .filter((session) => session.functionName === functionName)
      .filter((session) => session.qualifier === (qualifier ?? 'LATEST'))
      .filter((session) => sessionId === undefined || session.sessionId === sessionId)
      .filter((session) => sessionStatus === undefined || session.sessionStatus === sessionStatus);
    const sessions = all.slice(from, from + limit);
    if (from + limit >= all.length) return { sessions };
    return { sessions, nextToken: Buffer.from(String(from + limit)).toString('base64') };
  }
}

function notFound({ sessionId }: SessionRef): FcError {
  return new FcError('SessionNotFound', `session '${sessionId}' does not exist`);
}
