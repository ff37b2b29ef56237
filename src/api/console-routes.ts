import type { ConsoleService } from '../model/console-service.js';
import { json, type OperationTable } from './operation.js';

const OWN = '/_emulator/v1';

/** What the console asks for: the history of a session, the doctor's findings, and the four documented requests. */
export function consoleRoutes(service: ConsoleService): OperationTable {
  return {
    [`${OWN}/sessions/:sessionId/history`]: {
      async GET(call) {
        const { checkQuery, FUNCTION_QUERY } = await import('../schema/index.js');
        const ref = checkQuery(FUNCTION_QUERY, call.query);
        return json(await service.history({ ...ref, sessionId: call.param('sessionId') }));
      },
    },
    [`${OWN}/doctor`]: {
      GET: async () => json(await service.doctor()),
    },
    [`${OWN}/walkthrough`]: {
      async POST(call) {
        const { checkBody, WALKTHROUGH_BODY } = await import('../schema/index.js');
        return json(await service.walk(checkBody(WALKTHROUGH_BODY, call.body ?? {})));
      },
      async DELETE() {
        await service.endWalk();
        return { kind: 'empty' };
      },
    },
  };
}
