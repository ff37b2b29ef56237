import type { TriggerRef, TriggerService } from '../model/services.js';
import { type Call, json, type OperationTable } from './operation.js';

const COLLECTION = '/2023-03-30/functions/:functionName/triggers';

/** CreateTrigger, GetTrigger, UpdateTrigger, DeleteTrigger and ListTriggers. */
export function triggerRoutes(triggers: TriggerService): OperationTable {
  return {
    [COLLECTION]: {
      async GET(call) {
        const { checkQuery, LIST_QUERY } = await schemas();
        const query = checkQuery(LIST_QUERY, call.query);
        return json(await triggers.list({ functionName: call.param('functionName'), ...query }));
      },
      async POST(call) {
        const { parseCreateTrigger } = await schemas();
        const input = parseCreateTrigger(call.body);
        return json(await triggers.create({ functionName: call.param('functionName') }, input));
      },
    },
    [`${COLLECTION}/:triggerName`]: {
      GET: async (call) => json(await triggers.get(triggerRef(call))),
      async PUT(call) {
        const { parseUpdateTrigger } = await schemas();
        return json(await triggers.update(triggerRef(call), parseUpdateTrigger(call.body)));
      },
      async DELETE(call) {
        await triggers.delete(triggerRef(call));
        return { kind: 'empty' };
      },
    },
  };
}

function triggerRef(call: Call): TriggerRef {
  return { functionName: call.param('functionName'), triggerName: call.param('triggerName') };
}

function schemas() {
  return import('../schema/index.js');
}
