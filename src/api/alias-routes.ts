import type { AliasRef, AliasService } from '../model/services.js';
import { type Call, json, type OperationTable } from './operation.js';

const COLLECTION = '/2023-03-30/functions/:functionName/aliases';

/** CreateAlias, GetAlias, UpdateAlias, DeleteAlias and ListAliases. */
export function aliasRoutes(aliases: AliasService): OperationTable {
  return {
    [COLLECTION]: {
      async GET(call) {
        const { checkQuery, LIST_QUERY } = await import('../schema/index.js');
        const query = checkQuery(LIST_QUERY, call.query);
        return json(await aliases.list({ functionName: call.param('functionName'), ...query }));
      },
      async POST(call) {
        const { parseCreateAlias } = await import('../schema/index.js');
        const input = parseCreateAlias(call.body);
        return json(await aliases.create({ functionName: call.param('functionName') }, input));
      },
    },
    [`${COLLECTION}/:aliasName`]: {
      GET: async (call) => json(await aliases.get(aliasRef(call))),
      async PUT(call) {
        const { parseUpdateAlias } = await import('../schema/index.js');
        const input = parseUpdateAlias(call.body);
        return json(await aliases.update(aliasRef(call), input));
      },
      async DELETE(call) {
        await aliases.delete(aliasRef(call));
        return { kind: 'empty' };
      },
    },
  };
}

function aliasRef(call: Call): AliasRef {
  return { functionName: call.param('functionName'), aliasName: call.param('aliasName') };
}
