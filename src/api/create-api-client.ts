import { HeaderLines } from '../model/headers.js';
import type { LogLine } from '../model/instance.js';
import type { RequestRecord } from '../model/request-record.js';
import type {
  AliasRef,
  AliasService,
  ClockState,
  ControlPlane,
  FunctionRef,
  FunctionService,
  Health,
  InstanceService,
  InvocationInput,
  InvocationReply,
  ListSessionsQuery,
  NamedFunction,
  SessionPage,
  SessionRef,
  SessionService,
  TriggerPage,
  TriggerRef,
  TriggerService,
  VersionService,
} from '../model/services.js';
import type { Session } from '../model/session.js';
import type { Trigger } from '../model/trigger.js';
import type { Alias, AliasPage, Version, VersionPage } from '../model/version.js';
import { type ConnectionOptions, ControlConnection, type WireCall } from './client/control-connection.js';
import { type ApiFunction, fromServedFunctionJson, type ServedFunctionJson } from './wire-function.js';

export interface ApiClient extends ControlPlane {
  /**
   * The emulator's session clock, as the last reply showed it.
   * @returns milliseconds since 1970, to the second; undefined before the first answer
   */
  toldTime(): number | undefined;
  /** GetFunction, which every control API of the vendor answers. */
  describeFunction(ref: FunctionRef): Promise<FunctionDescription>;
  /** InvokeFunction. @throws the refusal of the emulator, not a failure of the function */
  invoke(ref: FunctionRef, input?: InvocationInput): Promise<InvocationReply>;
}

/** The part of GetFunction's reply that says whether affinity is configured and deployed. */
export interface FunctionDescription {
  readonly functionName: string;
  readonly sessionAffinity?: string;
  /** JSON. */
  readonly sessionAffinityConfig?: string;
  readonly instanceIsolationMode?: string;
  readonly state?: string;
  readonly lastUpdateStatus?: string;
  readonly lastUpdateStatusReason?: string;
}

/**
 * The control plane of a running emulator, over HTTP. No connection stays open between two calls, so a short program ends at once.
 * Every operation throws the errors of the emulator's own operation, and UnreachableError when no emulator answers.
 * @throws InvalidArgument for a malformed endpoint
 */
export function createApiClient(options: ConnectionOptions): ApiClient {
  const connection = new ControlConnection(options);
  const own = (...parts: string[]): string[] => ['_emulator', 'v1', ...parts];

  return {
    toldTime: () => connection.toldTime,
    describeFunction: ({ functionName, qualifier }) =>
      connection.ask<FunctionDescription>(
        {
          action: 'GetFunction',
          method: 'GET',
          path: ['2023-03-30', 'functions', functionName],
          query: query({ qualifier }),
        },
        'functionName',
      ),
    invoke: (ref, input) => invoke(connection, ref, input),
    sessions: sessionService(connection),
    instances: instanceService(connection),
    functions: functionService(connection),
    triggers: triggerService(connection),
    versions: versionService(connection),
    aliases: aliasService(connection),
    requests: {
      async list(which) {
        const call = { method: 'GET', path: own('requests'), query: query(which) } as const;
        return (await connection.ask<{ requests: RequestRecord[] }>(call, 'requests')).requests;
      },
      get: (requestId) => connection.ask({ method: 'GET', path: own('requests', requestId) }, 'requestId'),
    },
    clock: {
      show: () => connection.ask<ClockState>({ method: 'GET', path: own('clock') }, 'offsetMs'),
      advance: (milliseconds) =>
        connection.ask<ClockState>(
          { method: 'POST', path: own('clock', 'advance'), body: { milliseconds }, patient: true },
          'offsetMs',
        ),
      freeze: () => connection.ask<ClockState>({ method: 'POST', path: own('clock', 'freeze') }, 'offsetMs'),
      resume: () => connection.ask<ClockState>({ method: 'POST', path: own('clock', 'resume') }, 'offsetMs'),
    },
    // An emulator that is stopping answers 503.
    health: () => connection.ask<Health>({ method: 'GET', path: own('health'), alsoFine: 503 }, 'status'),
  };
}

async function invoke(
  connection: ControlConnection,
  { functionName, qualifier }: FunctionRef,
  { body, headers = {}, signal }: InvocationInput = {},
): Promise<InvocationReply> {
  const path = ['2023-03-30', 'functions', functionName, 'invocations'];
  const call = { method: 'POST', action: 'InvokeFunction', path, query: query({ qualifier }) } as const;
  const end = signal ?? new AbortController().signal;
  try {
    const response = await connection.open({ ...call, body, headers, alsoFine: 202 }, end);
    const { statusCode = 0, statusMessage = '', rawHeaders } = response;
    const lines = new HeaderLines(rawHeaders);
    return {
      status: statusCode,
      reason: statusMessage,
      lines: rawHeaders,
      header: (name) => lines.get(name),
      body: explained(response, connection),
    };
  } catch (error) {
    throw connection.explain(error);
  }
}

async function* explained(
  body: AsyncIterable<Uint8Array>,
  connection: ControlConnection,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw connection.explain(error);
  }
}

function functionService(connection: ControlConnection): FunctionService {
  const own = ['_emulator', 'v1', 'functions'];
  const api = (...name: string[]): string[] => ['2023-03-30', 'functions', ...name];
  const get: FunctionService['get'] = async (ref) => {
    const call = { method: 'GET', path: own, query: query(ref) } as const;
    const reply = await connection.ask<{ functions: [ServedFunctionJson] }>(call, 'functions');
    return fromServedFunctionJson(reply.functions[0]);
  };
  return {
    get,
    async list() {
      const call = { method: 'GET', path: own } as const;
      const reply = await connection.ask<{ functions: ServedFunctionJson[] }>(call, 'functions');
      return reply.functions.map(fromServedFunctionJson);
    },
    async create(body) {
      const call = { method: 'POST', path: api(), body, action: 'CreateFunction', patient: true } as const;
      const { functionName } = await connection.ask<ApiFunction>(call, 'functionName');
      return get({ functionName });
    },
    async update(functionName, body) {
      const path = api(functionName);
      const call = { method: 'PUT', path, body, action: 'UpdateFunction', patient: true } as const;
      await connection.ask<ApiFunction>(call, 'functionName');
      return get({ functionName });
    },
    delete: (functionName) =>
      connection.tell({ method: 'DELETE', path: api(functionName), action: 'DeleteFunction' }),
  };
}

function sessionService(connection: ControlConnection): SessionService {
  const all = ({ functionName }: FunctionRef): string[] => [
    '2023-03-30',
    'functions',
    functionName,
    'sessions',
  ];
  const one = (ref: SessionRef, ...rest: string[]): string[] => [...all(ref), ref.sessionId, ...rest];
  const session = (call: Parameters<ControlConnection['ask']>[0]): Promise<Session> =>
    connection.ask<Session>(call, 'sessionId');
  const qualified = ({ qualifier }: FunctionRef): URLSearchParams => query({ qualifier });

  return {
    create: (ref, body, { signal } = {}) =>
      session({
        signal,
        action: 'CreateSession',
        method: 'POST',
        path: all(ref),
        query: qualified(ref),
        body,
        patient: true,
      }),
    get: (ref) => session({ action: 'GetSession', method: 'GET', path: one(ref), query: qualified(ref) }),
    async list({ functionName, ...filters }: ListSessionsQuery) {
      const path = all({ functionName });
      const page = await connection.ask<SessionPage>(
        { action: 'ListSessions', method: 'GET', path, query: query(filters) },
        'sessions',
      );
      return page.nextToken ? page : { sessions: page.sessions };
    },
    update: (ref, body) =>
      session({ action: 'UpdateSession', method: 'PUT', path: one(ref), query: qualified(ref), body }),
    delete: (ref) =>
      connection.tell({
        action: 'DeleteSession',
        method: 'DELETE',
        path: one(ref),
        query: qualified(ref),
        patient: true,
      }),
    pause: (ref) =>
      session({
        action: 'PauseSession',
        method: 'PUT',
        path: one(ref, 'pause'),
        query: qualified(ref),
        patient: true,
      }),
    resume: (ref, { fileSystemOnly, signal } = {}) =>
      session({
        signal,
        action: 'ResumeSession',
        method: 'PUT',
        path: one(ref, 'resume'),
        query: query({ qualifier: ref.qualifier, fileSystemOnly: fileSystemOnly || undefined }),
        patient: true,
      }),
  };
}

function triggerService(connection: ControlConnection): TriggerService {
  const all = (functionName: string, ...rest: string[]): string[] => [
    ...['2023-03-30', 'functions', functionName, 'triggers'],
    ...rest,
  ];
  const one = ({ functionName, triggerName }: TriggerRef): string[] => all(functionName, triggerName);
  const trigger = (call: WireCall): Promise<Trigger> => connection.ask<Trigger>(call, 'triggerName');
  return {
    create: ({ functionName }, body) => trigger({ method: 'POST', path: all(functionName), body }),
    get: (ref) => trigger({ method: 'GET', path: one(ref) }),
    list: ({ functionName, ...filters }) =>
      connection.ask<TriggerPage>(
        { method: 'GET', path: all(functionName), query: query(filters) },
        'triggers',
      ),
    update: (ref, body) => trigger({ method: 'PUT', path: one(ref), body }),
    delete: (ref) => connection.tell({ method: 'DELETE', path: one(ref) }),
  };
}

function instanceService(connection: ControlConnection): InstanceService {
  const path = (...parts: string[]): string[] => ['_emulator', 'v1', 'instances', ...parts];
  return {
    async list(ref, { ended } = {}) {
      const reply = await connection.ask<{ instances: Awaited<ReturnType<InstanceService['list']>> }>(
        { method: 'GET', path: path(), query: query({ ...ref, ended: ended || undefined }) },
        'instances',
      );
      return reply.instances;
    },
    kill: (instanceId) => connection.tell({ method: 'DELETE', path: path(instanceId), patient: true }),
    async logs(instanceId) {
      const call = { method: 'GET', path: path(instanceId, 'logs') } as const;
      return (await connection.ask<{ lines: LogLine[] }>(call, 'lines')).lines;
    },
    followLogs: (instanceId, signal) =>
      followLines<LogLine>(
        connection,
        { method: 'GET', path: path(instanceId, 'logs'), query: query({ follow: true }) },
        signal,
      ),
  };
}

function versionService(connection: ControlConnection): VersionService {
  const path = ({ functionName }: NamedFunction, ...rest: string[]): string[] => [
    ...['2023-03-30', 'functions', functionName, 'versions'],
    ...rest,
  ];
  return {
    publish: (ref, body = {}) =>
      connection.ask<Version>(
        { action: 'PublishFunctionVersion', method: 'POST', path: path(ref), body },
        'versionId',
      ),
    list: ({ functionName, ...filters }) =>
      connection.ask<VersionPage>(
        {
          action: 'ListFunctionVersions',
          method: 'GET',
          path: path({ functionName }),
          query: query(filters),
        },
        'versions',
      ),
    delete: (ref) =>
      connection.tell({ action: 'DeleteFunctionVersion', method: 'DELETE', path: path(ref, ref.versionId) }),
  };
}

function aliasService(connection: ControlConnection): AliasService {
  const path = ({ functionName }: NamedFunction, ...rest: string[]): string[] => [
    ...['2023-03-30', 'functions', functionName, 'aliases'],
    ...rest,
  ];
  const one = (ref: AliasRef): string[] => path(ref, ref.aliasName);
  return {
    create: (ref, body) =>
      connection.ask<Alias>({ action: 'CreateAlias', method: 'POST', path: path(ref), body }, 'aliasName'),
    get: (ref) => connection.ask<Alias>({ action: 'GetAlias', method: 'GET', path: one(ref) }, 'aliasName'),
    update: (ref, body) =>
      connection.ask<Alias>({ action: 'UpdateAlias', method: 'PUT', path: one(ref), body }, 'aliasName'),
    delete: (ref) => connection.tell({ action: 'DeleteAlias', method: 'DELETE', path: one(ref) }),
    list: ({ functionName, ...filters }) =>
      connection.ask<AliasPage>(
        { action: 'ListAliases', method: 'GET', path: path({ functionName }), query: query(filters) },
        'aliases',
      ),
  };
}

/**
 * Reads newline-delimited JSON line by line. Ends with the reply, or without an error when `signal` is aborted.
 * @throws the FcError of the reply, UnreachableError when the connection breaks
 */
async function* followLines<T>(
  connection: ControlConnection,
  call: WireCall,
  signal: AbortSignal,
): AsyncGenerator<T> {
  try {
    const response = await connection.open(call, signal);
    response.setEncoding('utf8');
    let rest = '';
    for await (const chunk of response) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as T;
    }
  } catch (error) {
    if (!signal.aborted) throw connection.explain(error);
  }
}

/** The values that are not undefined, as a query. */
function query(values: object = {}): URLSearchParams {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]));
}
