import type { ControlPlane, FunctionRef, ListSessionsQuery } from '../model/services.js';
import type { Session } from '../model/session.js';
import { isGeneratedInstanceId, isUuid, shortInstanceId } from '../model/short-id.js';
import { UsageError } from './errors.js';

const UUID_BEGIN = /^[0-9a-f][0-9a-f-]{3,34}$/;

/**
 * Completes the beginning of a UUID. An ID that a client chose must be written whole: the beginning of one may be another.
 * @returns the text itself when it begins no session's ID
 * @throws UsageError when it begins several
 */
export async function fullSessionId(control: ControlPlane, ref: FunctionRef, text: string): Promise<string> {
  if (!UUID_BEGIN.test(text)) return text;
  const meant = new Set<string>();
  for await (const { sessionId } of everySession(control, { ...ref, limit: 100 })) {
    if (sessionId === text) return text;
    if (isUuid(sessionId) && sessionId.startsWith(text)) meant.add(sessionId);
  }
  return onlyOne(text, [...meant], 'sessions');
}

/**
 * Completes the ID of an instance that runs or that ended lately.
 * @param text the beginning of an instance ID or its end, as {@link shortInstanceId} shows it; at least 4 characters
 * @throws UsageError when it fits several
 */
export async function fullInstanceId(control: ControlPlane, text: string): Promise<string> {
  if (isGeneratedInstanceId(text) || text.length < 4) return text;
  const instances = await control.instances.list(undefined, { ended: true });
  const ids = instances.map(({ instanceId }) => instanceId);
  if (ids.includes(text)) return text;
  const meant = ids.filter(
    (id) => id.startsWith(text) || id.endsWith(text) || shortInstanceId(id).startsWith(text),
  );
  return onlyOne(text, meant, 'instances');
}

function onlyOne(text: string, meant: readonly string[], kind: string): string {
  const [only] = meant;
  if (only === undefined) return text;
  if (meant.length === 1) return only;
  throw new UsageError(`"${text}" may be ${meant.length} ${kind}: ${meant.slice(0, 5).join(', ')}`, {
    fix: 'write more of the ID',
  });
}

/** Follows the pages of a list to its end. */
export async function* everySession(
  control: ControlPlane,
  query: ListSessionsQuery,
): AsyncGenerator<Session> {
  let { nextToken } = query;
  do {
    const page = await control.sessions.list({ ...query, nextToken });
    yield* page.sessions;
    nextToken = page.nextToken;
  } while (nextToken !== undefined && nextToken !== '');
}
