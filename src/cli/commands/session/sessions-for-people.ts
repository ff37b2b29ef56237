import type { ListSessionsQuery, SessionPage, SessionService } from '../../../model/services.js';
import type { Session } from '../../../model/session.js';

/** A list of sessions to show. */
export interface ListedSessions {
  /** The answer of the API. */
  readonly page: SessionPage;
  readonly sessions: readonly Session[];
  /** A sentence about the sessions that the list leaves out. */
  readonly after: string | undefined;
}

const SHOWN = 20;
const PAGE = 100;
/** The most pages to read for counting sessions that are not Active. */
const PAGES_COUNTED = 10;

/**
 * Lists Active sessions first, then paused and expired sessions up to the limit, and counts the rest. A page from a token keeps the
 * sessions of the API.
 */
export async function sessionsForPeople(
  service: SessionService,
  query: ListSessionsQuery,
  { all }: { readonly all: boolean },
): Promise<ListedSessions> {
  if (query.nextToken !== undefined) return own(await service.list(query));
  const { limit = SHOWN } = query;
  const { sessions, isWhole } = await firstPages(service, query, all ? Infinity : PAGES_COUNTED);
  let active = sessions.filter(isActive);
  const others = sessions.filter((session) => !isActive(session)).sort(latestFirst);
  // Later pages may have more Active sessions.
  if (!isWhole && active.length < limit && query.sessionStatus === undefined)
    active = [...(await service.list({ ...query, limit, sessionStatus: 'Active' })).sessions];
  if (all) return { page: { sessions }, sessions: [...active, ...others], after: undefined };
  const shown = [...active, ...others].slice(0, limit);
  return { page: { sessions }, sessions: shown, after: leftOut({ active, others, shown, isWhole }) };
}

async function firstPages(
  service: SessionService,
  query: ListSessionsQuery,
  most: number,
): Promise<{ readonly sessions: readonly Session[]; readonly isWhole: boolean }> {
  const sessions: Session[] = [];
  let nextToken: string | undefined;
  for (let count = 0; count < most; count++) {
    const page = await service.list({ ...query, limit: PAGE, nextToken });
    sessions.push(...page.sessions);
    nextToken = page.nextToken || undefined;
    if (nextToken === undefined) return { sessions, isWhole: true };
  }
  return { sessions, isWhole: false };
}

function leftOut({
  active,
  others,
  shown,
  isWhole,
}: {
  readonly active: readonly Session[];
  readonly others: readonly Session[];
  readonly shown: readonly Session[];
  readonly isWhole: boolean;
}): string | undefined {
  const left = active.length + others.length - shown.length;
  if (others.length === 0 && left === 0 && isWhole) return undefined;
  const counted = [`${active.length} Active`, ...countsOf(others)].join(', ');
  const more = isWhole ? '' : ' in the first 1000';
  return left > 0 || !isWhole ? `${counted}${more}; ${left} not shown: --all` : counted;
}

/** `2 Paused`, `23 Expired` */
function countsOf(sessions: readonly Session[]): string[] {
  const counts = new Map<string, number>();
  for (const { sessionStatus } of sessions) counts.set(sessionStatus, (counts.get(sessionStatus) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`);
}

function own(page: SessionPage): ListedSessions {
  const active = page.sessions.filter(isActive);
  const others = page.sessions.filter((session) => !isActive(session));
  const after = page.nextToken
    ? 'there are more: --all, or --next-token with the token of -o json'
    : undefined;
  return { page, sessions: [...active, ...others], after };
}

function isActive({ sessionStatus }: Session): boolean {
  return sessionStatus === 'Active';
}

/** Paused sessions come before expired ones, because they can be resumed. */
function latestFirst(one: Session, other: Session): number {
  const ended = Number(one.sessionStatus === 'Expired') - Number(other.sessionStatus === 'Expired');
  return ended || Date.parse(other.lastModifiedTime) - Date.parse(one.lastModifiedTime);
}
