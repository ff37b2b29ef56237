import type { SessionRef, SessionService } from '../model/services.js';
import { type Call, json, type OperationTable } from './operation.js';

const COLLECTION = '/2023-03-30/functions/:functionName/sessions';

/** The seven operations of the Session API (spec §5.1). */
export function sessionRoutes(sessions: SessionService, maxTTL: number | undefined): OperationTable {
  return {
    [COLLECTION]: {
      async GET(call) {
        const { checkQuery, LIST_SESSIONS_QUERY } = await schemas();
        const query = checkQuery(LIST_SESSIONS_QUERY, call.query);
        return json(await sessions.list({ functionName: call.param('functionName'), ...query }));
      },
      async POST(call) {
        const { checkQuery, parseCreateSession, QUALIFIER_QUERY } = await schemas();
        const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
        const input = parseCreateSession(call.body, maxTTL);
        const ref = { functionName: call.param('functionName'), qualifier };
        return json(await sessions.create(ref, input, { signal: call.signal }));
      },
    },
    [`${COLLECTION}/:sessionId`]: {
      GET: async (call) => json(await sessions.get(await sessionRef(call))),
      async PUT(call) {
        const { parseUpdateSession } = await schemas();
        const input = parseUpdateSession(call.body, maxTTL);
        return json(await sessions.update(await sessionRef(call), input));
      },
      async DELETE(call) {
        await sessions.delete(await sessionRef(call));
        return { kind: 'empty' };
      },
    },
    [`${COLLECTION}/:sessionId/pause`]: {
      PUT: async (call) => json(await sessions.pause(await sessionRef(call))),
    },
    [`${COLLECTION}/:sessionId/resume`]: {
      async PUT(call) {
        const { checkQuery, RESUME_SESSION_QUERY } = await schemas();
        const { fileSystemOnly } = checkQuery(RESUME_SESSION_QUERY, call.query);
        const options = { fileSystemOnly: fileSystemOnly === 'true', signal: call.signal };
        return json(await sessions.resume(await sessionRef(call), options));
      },
    },
  };
}

async function sessionRef(call: Call): Promise<SessionRef> {
  const { checkQuery, QUALIFIER_QUERY } = await schemas();
  const { qualifier } = checkQuery(QUALIFIER_QUERY, call.query);
  return { functionName: call.param('functionName'), sessionId: call.param('sessionId'), qualifier };
}

function schemas() {
  return import('../schema/index.js');
}
