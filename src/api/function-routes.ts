import { LATEST } from '../model/function.js';
import type { InstanceInfo } from '../model/instance.js';
import { pageByName } from '../model/page-by-name.js';
import type { ControlPlane } from '../model/services.js';
import { json, type OperationTable } from './operation.js';
import { toApiFunction } from './wire-function.js';

const FUNCTIONS = '/2023-03-30/functions';

/** GetFunction, ListFunctions and ListInstances (spec §9). */
export function functionRoutes({ functions, instances }: ControlPlane): OperationTable {
  return {
    [FUNCTIONS]: {
      async GET(call) {
        const { checkQuery, LIST_QUERY } = await import('../schema/index.js');
        const query = checkQuery(LIST_QUERY, call.query);
        const all = (await functions.list()).map(toApiFunction);
        const { page, ...next } = pageByName(all, ({ functionName }) => functionName, query);
        return json({ functions: page, ...next });
      },
    },
    [`${FUNCTIONS}/:functionName`]: {
      async GET(call) {
        const { checkQuery, QUALIFIER_QUERY } = await import('../schema/index.js');
        const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
        const served = await functions.get({ functionName: call.param('functionName'), qualifier });
        return json(toApiFunction(served));
      },
    },
    [`${FUNCTIONS}/:functionName/instances`]: {
      async GET(call) {
        const { checkQuery, LIST_INSTANCES_QUERY } = await import('../schema/index.js');
        const { qualifier, withAllActive, instanceIds, instanceStatus, limit } = checkQuery(
          LIST_INSTANCES_QUERY,
          call.query,
        );
        const functionName = call.param('functionName');
        // Throws FunctionNotFound, which the list does not.
        await functions.get({ functionName, qualifier });
        const named = withAllActive === 'true' ? {} : { qualifier: qualifier ?? LATEST };
        const found = (await instances.list({ functionName, ...named }))
          .filter(({ instanceId }) => instanceIds?.includes(instanceId) ?? true)
          .filter(({ status }) => instanceStatus?.includes(status) ?? true)
          .slice(0, limit);
        return json({ instances: found.map(toApiInstance), requestId: call.requestId });
      },
    },
  };
}

/** The fields of FC's ListInstances. The emulator's own route has all fields. */
function toApiInstance(info: InstanceInfo) {
  const { instanceId, versionId, qualifier, status, createdTimeMs, resourceType } = info;
  return { instanceId, versionId, qualifier, status, createdTimeMs, resourceType };
}
