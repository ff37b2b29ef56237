import type { InstanceIsolationMode, SessionAffinityConfig, SessionAffinityType } from '../model/function.js';
import { completeFunction } from '../model/function-config.js';
import type { InstanceInfo } from '../model/instance.js';
import type { FunctionRef, SessionService } from '../model/services.js';
import { type ConnectionOptions, ControlConnection, type WireCall } from './client/control-connection.js';
import { createApiClient } from './create-api-client.js';

type InstanceReply = Pick<InstanceInfo, 'instanceId' | 'status' | 'createdTimeMs'>;

/**
 * The API of Function Compute itself, as far as it concerns affinity: no clock, no record of requests, no count of requests in flight,
 * and no ceiling of instances.
 * @throws InvalidArgument for a malformed endpoint
 */
export function createCloudClient(options: ConnectionOptions) {
  const connection = new ControlConnection(options);
  const { sessions, describeFunction } = createApiClient(options);
  return {
    sessions,
    functions: {
      /** Functions that the caller does not name are none of its business. */
      list: async () => [],
      async get(ref: FunctionRef) {
        const described = await describeFunction(ref);
        const { functionName, sessionAffinityConfig: text } = described;
        const { maxInstances: _, ...config } = completeFunction({
          functionName,
          sessionAffinity: (described.sessionAffinity ?? 'NONE') as SessionAffinityType,
          instanceIsolationMode: (described.instanceIsolationMode ?? 'SHARE') as InstanceIsolationMode,
          ...(text && { sessionAffinityConfig: JSON.parse(text) as Partial<SessionAffinityConfig> }),
        });
        return { config };
      },
    },
    instances: {
      async list(ref: FunctionRef) {
        const { functionName, qualifier } = ref;
        const listed: WireCall = {
          action: 'ListInstances',
          method: 'GET',
          path: ['2023-03-30', 'functions', functionName, 'instances'],
          ...(qualifier !== undefined && { query: new URLSearchParams({ qualifier }) }),
        };
        const { instances } = await connection.ask<{ instances: InstanceReply[] }>(listed, 'instances');
        const counts = await sessionsOnInstances(sessions, ref);
        return instances.map((one) => ({ ...one, sessions: counts.get(one.instanceId) ?? 0 }));
      },
    },
  };
}

/** Counts the Active sessions of each instance. */
async function sessionsOnInstances(
  sessions: SessionService,
  ref: FunctionRef,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let nextToken: string | undefined;
  do {
    const page = await sessions.list({
      ...ref,
      sessionStatus: 'Active',
      limit: 100,
      ...(nextToken !== undefined && { nextToken }),
    });
    for (const { containerId } of page.sessions) counts.set(containerId, (counts.get(containerId) ?? 0) + 1);
    nextToken = page.nextToken || undefined;
  } while (nextToken !== undefined);
  return counts;
}
