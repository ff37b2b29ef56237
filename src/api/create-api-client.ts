import type { RequestRecord } from '../model/request-record.js';
import type {
  ClockState,
  ControlPlane,
  FunctionRef,
  Health,
  InvocationInput,
  InvocationReply,
} from '../model/services.js';
import { type ConnectionOptions, ControlConnection } from './client/control-connection.js';
import { functionService } from './client/function-service.js';
import { instanceService } from './client/instance-service.js';
import { invoke } from './client/invoke.js';
import { query } from './client/query.js';
import { sessionService } from './client/session-service.js';
import { triggerService } from './client/trigger-service.js';
import { aliasService, versionService } from './client/version-services.js';

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
