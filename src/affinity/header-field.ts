import type { RequestHead, SessionAffinity } from '../model/affinity.js';
import { FcError } from '../model/errors.js';
import { checkAffinityHeaderFieldName, checkSessionId } from '../model/limits.js';

/**
 * HEADER_FIELD: the client may choose its session ID and send it in a header of the configured name. If it sends none, the gateway
 * generates one and returns it in a response header of the same name (spec §3.1).
 * @param fieldName compared without regard to letter case; returned in lower case, as FC stores it
 * @throws InvalidArgument for a name that cannot carry a session ID
 */
export function headerField(fieldName: string): SessionAffinity {
  checkAffinityHeaderFieldName(fieldName);
  const name = fieldName.toLowerCase();
  return {
    type: 'HEADER_FIELD',

    identify({ headers }: RequestHead) {
      const values = headers.all(name);
      if (values.length > 1)
        throw new FcError('InvalidArgument', `header "${name}" must be sent once, got ${values.length}`);
      const sessionId = values[0] ?? '';
      if (sessionId === '') return { kind: 'gateway-issued' };
      checkSessionId(sessionId);
      return { kind: 'session', sessionId, whenUnknown: 'create' };
    },

    addedRequestLines({ session, generated }) {
      return generated && session !== undefined ? [[name, session.sessionId]] : [];
    },

    onResponse({ session, generated }, { headers }) {
      if (!generated || session === undefined) return undefined;
      headers.remove(name);
      headers.add(name, session.sessionId);
      return undefined;
    },
  };
}
