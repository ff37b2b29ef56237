import type { ControlPlane, ListSessionsQuery } from '../model/services.js';
import type { Session } from '../model/session.js';

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
