import { FcError } from '../model/errors.js';
import { checkRange, LIMITS } from '../model/limits.js';
import type { ListSessionsQuery, SessionPage } from '../model/services.js';
import type { Session } from '../model/session.js';
import type { SessionEntry } from './session-entry.js';

const DEFAULT_LIMIT = 20;

/**
 * One page of ListSessions. The token holds the order of the last session listed, so that deleting and creating between two pages
 * neither skips nor repeats another session.
 * @throws InvalidArgument for a limit out of 1–100 (spec U27) or a token that ListSessions did not return
 */
export function pageOf(
  query: ListSessionsQuery,
  after: (order: number) => Iterable<SessionEntry>,
): SessionPage {
  const limit = query.limit ?? DEFAULT_LIMIT;
  checkRange('limit', limit, LIMITS.limit);
  const sessions: Session[] = [];
  let last = 0;
  for (const entry of after(orderOf(query.nextToken))) {
    if (query.sessionId !== undefined && entry.sessionId !== query.sessionId) continue;
    if (query.sessionStatus !== undefined && entry.sessionStatus !== query.sessionStatus) continue;
    if (sessions.length === limit) return { sessions, nextToken: tokenOf(last) };
    sessions.push(entry.toSession());
    last = entry.order;
  }
  return { sessions };
}

function tokenOf(order: number): string {
  return Buffer.from(`${order}#session`).toString('base64');
}

function orderOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const [, order] = /^(\d{1,15})#session$/.exec(Buffer.from(token, 'base64').toString('latin1')) ?? [];
  if (order === undefined)
    throw new FcError(
      'InvalidArgument',
      `nextToken is not one that ListSessions gave, got ${JSON.stringify(token)}`,
    );
  return Number(order);
}
