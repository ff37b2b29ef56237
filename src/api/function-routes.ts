import { LATEST } from '../model/function.js';
import type { InstanceInfo } from '../model/instance.js';
import type { ControlPlane } from '../model/services.js';
import { json, type OperationTable } from './operation.js';
import { toApiFunction } from './wire-function.js';

const FUNCTIONS = '/2023-03-30/functions';
const FUNCTIONS_PER_PAGE = 20;

/** GetFunction, ListFunctions and ListInstances (spec §9). */
export function functionRoutes({ functions, instances }: ControlPlane): OperationTable {
  return {
    [FUNCTIONS]: {
      async GET(call) {
        const { checkQuery, LIST_FUNCTIONS_QUERY } = await import('../schema/index.js');
        const {
          limit = FUNCTIONS_PER_PAGE,
          nextToken,
          prefix = '',
        } = checkQuery(LIST_FUNCTIONS_QUERY, call.query);
        const after = nextToken === undefined ? '' : Buffer.from(nextToken, 'base64').toString();
        const rest = (await functions.list())
          .map(toApiFunction)
          .filter(({ functionName }) => functionName.startsWith(prefix) && functionName > after)
          .sort((one, other) => (one.functionName < other.functionName ? -1 : 1));
        const page = rest.slice(0, limit);
        const last = page.at(-1);
        if (last === undefined || page.length === rest.length) return json({ functions: page });
        return json({ functions: page, nextToken: Buffer.from(last.functionName).toString('base64') });
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
