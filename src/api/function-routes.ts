import { pathToFileURL } from 'node:url';
import { LATEST } from '../model/function.js';
import type { InstanceInfo } from '../model/instance.js';
import { pageByName } from '../model/page-by-name.js';
import type { ControlPlane, ServedFunction } from '../model/services.js';
import { bodyOf, json, type OperationTable } from './operation.js';
import { toApiFunction } from './wire-function.js';

const FUNCTIONS = '/2023-03-30/functions';
/** A body holds the code, in base64. */
const MAX_BODY_BYTES = 40 * 1024 * 1024;

/** CreateFunction, GetFunction, UpdateFunction, DeleteFunction, ListFunctions, GetFunctionCode and ListInstances. */
export function functionRoutes({ functions, instances }: ControlPlane): OperationTable {
  return {
    [FUNCTIONS]: {
      maxBodyBytes: MAX_BODY_BYTES,
      async GET(call) {
        const { checkQuery, LIST_FUNCTIONS_QUERY } = await schemas();
        const query = checkQuery(LIST_FUNCTIONS_QUERY, call.query);
        const all = (await functions.list()).filter((one) => isWanted(one, query)).map(toApiFunction);
        const { page, ...next } = pageByName(all, ({ functionName }) => functionName, query);
        return json({ functions: page, ...next });
      },
      POST: async (call) => json(toApiFunction(await functions.create(bodyOf(call)))),
    },
    [`${FUNCTIONS}/:functionName`]: {
      maxBodyBytes: MAX_BODY_BYTES,
      async GET(call) {
        const { checkQuery, QUALIFIER_QUERY } = await schemas();
        const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
        const served = await functions.get({ functionName: call.param('functionName'), qualifier });
        return json(toApiFunction(served));
      },
      PUT: async (call) =>
        json(toApiFunction(await functions.update(call.param('functionName'), bodyOf(call)))),
      async DELETE(call) {
        await functions.delete(call.param('functionName'));
        return { kind: 'empty' };
      },
    },
    [`${FUNCTIONS}/:functionName/code`]: {
      async GET(call) {
        const { checkQuery, QUALIFIER_QUERY } = await schemas();
        const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
        const { config } = await functions.get({ functionName: call.param('functionName'), qualifier });
        const { checksum, path } = config.code ?? { checksum: '0', path: config.codeDirectory };
        return json({ checksum, url: pathToFileURL(path).href });
      },
    },
    [`${FUNCTIONS}/:functionName/instances`]: {
      async GET(call) {
        const { checkQuery, LIST_INSTANCES_QUERY } = await schemas();
        const query = checkQuery(LIST_INSTANCES_QUERY, call.query);
        const { qualifier, withAllActive, startKey, limit } = query;
        const functionName = call.param('functionName');
        // Throws FunctionNotFound, which the list does not.
        await functions.get({ functionName, qualifier });
        const named = withAllActive === 'true' ? {} : { qualifier: qualifier ?? LATEST };
        const all = await instances.list({ functionName, ...named }, { ended: asksForEnded(query) });
        const found = all.filter((one) => isAmong(one, query));
        const begin = startKey === undefined ? 0 : found.findIndex((one) => one.instanceId === startKey) + 1;
        const page = found.slice(begin, limit === undefined ? undefined : begin + limit);
        return json({ instances: page.map(toApiInstance), requestId: call.requestId });
      },
    },
  };
}

interface FunctionFilters {
  readonly functionName?: string | undefined;
  readonly description?: string | undefined;
  readonly runtime?: string | undefined;
  readonly tags?: readonly { readonly Key: string; readonly Value?: string | undefined }[] | undefined;
}

function isWanted(
  { config, echo }: ServedFunction,
  { functionName = '', description = '', runtime, tags = [] }: FunctionFilters,
): boolean {
  const own: readonly unknown[] = Array.isArray(echo.tags) ? echo.tags : [];
  const hasTag = ({ Key, Value }: { Key: string; Value?: string | undefined }): boolean =>
    own.some((tag) => {
      if (typeof tag !== 'object' || tag === null) return false;
      const { Key: key, Value: value }: { Key?: unknown; Value?: unknown } = tag;
      return key === Key && (Value === undefined || value === Value);
    });
  return (
    config.functionName.includes(functionName) &&
    config.description.includes(description) &&
    (runtime === undefined || config.runtime === runtime) &&
    tags.every(hasTag)
  );
}

interface InstanceFilters {
  readonly instanceIds?: readonly string[] | undefined;
  readonly instanceStatus?: readonly string[] | undefined;
  readonly startTimeMs?: number | undefined;
  readonly endTimeMs?: number | undefined;
}

/** Instances that have ended are listed where a time or their status is asked for. */
function asksForEnded({ instanceStatus = [], startTimeMs, endTimeMs }: InstanceFilters): boolean {
  return instanceStatus.includes('Destroyed') || startTimeMs !== undefined || endTimeMs !== undefined;
}

/** A time is for the instances that were there at some moment of it. */
function isAmong(
  { instanceId, status, createdTimeMs, destroyedTimeMs = Infinity }: InstanceInfo,
  { instanceIds, instanceStatus, startTimeMs = 0, endTimeMs = Infinity }: InstanceFilters,
): boolean {
  return (
    (instanceIds?.includes(instanceId) ?? true) &&
    (instanceStatus?.includes(status) ?? true) &&
    createdTimeMs <= endTimeMs &&
    destroyedTimeMs >= startTimeMs
  );
}

/** The fields of FC's ListInstances. The emulator's own route has all fields. */
function toApiInstance(info: InstanceInfo) {
  const { instanceId, versionId, qualifier, status, createdTimeMs, destroyedTimeMs, resourceType } = info;
  return { instanceId, versionId, qualifier, status, createdTimeMs, destroyedTimeMs, resourceType };
}

function schemas() {
  return import('../schema/index.js');
}
