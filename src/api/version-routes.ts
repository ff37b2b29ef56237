import type { VersionService } from '../model/services.js';
import { json, type OperationTable } from './operation.js';

const COLLECTION = '/2023-03-30/functions/:functionName/versions';

/** PublishFunctionVersion, ListFunctionVersions and DeleteFunctionVersion. */
export function versionRoutes(versions: VersionService): OperationTable {
  return {
    [COLLECTION]: {
      async GET(call) {
        const { checkQuery, LIST_VERSIONS_QUERY } = await import('../schema/index.js');
        const query = checkQuery(LIST_VERSIONS_QUERY, call.query);
        return json(await versions.list({ functionName: call.param('functionName'), ...query }));
      },
      async POST(call) {
        const { checkBody, PUBLISH_VERSION_BODY } = await import('../schema/index.js');
        const input = checkBody(PUBLISH_VERSION_BODY, call.body ?? {});
        return json(await versions.publish({ functionName: call.param('functionName') }, input));
      },
    },
    [`${COLLECTION}/:versionId`]: {
      async DELETE(call) {
        await versions.delete({
          functionName: call.param('functionName'),
          versionId: call.param('versionId'),
        });
        return { kind: 'empty' };
      },
    },
  };
}
