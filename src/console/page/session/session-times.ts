import type { SessionState } from '../../../model/console-events.js';
import { parseDuration } from '../../../model/duration.js';
import type { UpdateSessionInput } from '../../../model/session.js';

/** The times of a session that the user can change. */
export type SessionTimes = Pick<UpdateSessionInput, 'sessionTTLInSeconds' | 'sessionIdleTimeoutInSeconds'>;

/** @returns the current times of a session, without missing ones */
export function timesOf({ createdAt, expiresAt, idle }: SessionState): SessionTimes {
  return {
    ...(typeof expiresAt === 'number' && { sessionTTLInSeconds: Math.round((expiresAt - createdAt) / 1000) }),
    ...(typeof idle === 'number' && { sessionIdleTimeoutInSeconds: idle }),
  };
}

/** @returns the changed times, or an error for a text that is not a duration. An empty text does not change a time. The API checks the ranges. */
export function timesFrom(
  { ttl, idle }: { readonly ttl: string; readonly idle: string },
  before: SessionTimes,
): SessionTimes | string {
  const wanted = { sessionTTLInSeconds: ttl, sessionIdleTimeoutInSeconds: idle };
  const changes: Record<string, number> = {};
  for (const [name, text] of Object.entries(wanted)) {
    const bare = text.replaceAll(/\s/g, '');
    if (bare === '') continue;
    try {
      const seconds = parseDuration(bare);
      if (seconds !== before[name as keyof SessionTimes]) changes[name] = seconds;
    } catch (error) {
      return `${NAMES[name as keyof SessionTimes]}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return changes;
}

const NAMES: Readonly<Record<keyof SessionTimes, string>> = {
  sessionTTLInSeconds: 'TTL',
  sessionIdleTimeoutInSeconds: 'Idle time',
};
