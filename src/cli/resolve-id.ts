import type { ControlPlane, FunctionRef, ListSessionsQuery } from '../model/services.js';
import type { Session } from '../model/session.js';
import { isGeneratedInstanceId, isUuid, shortInstanceId } from '../model/short-id.js';
import { UsageError } from './errors.js';

const UUID_BEGIN = /^[0-9a-f][0-9a-f-]{3,34}$/;

/**
 * Completes the start of a UUID. An ID that a client chose must be complete, because its start may be another ID.
 * @returns the text itself when no session ID starts with it
 * @throws UsageError when several session IDs start with it
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
 * Completes the ID of a running or recently ended instance.
 * @param text the beginning of an instance ID or its end, as {@link shortInstanceId} shows it; at least 4 characters
 * @throws UsageError when it fits several instances
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
    fix: 'give more characters of the ID',
  });
}

/** Reads all pages of a list. */
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
