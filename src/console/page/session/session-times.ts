import type { SessionState } from '../../../model/console-events.js';
import { parseDuration } from '../../../model/duration.js';
import type { UpdateSessionInput } from '../../../model/session.js';

/** The times of a session that a person changes. */
export type SessionTimes = Pick<UpdateSessionInput, 'sessionTTLInSeconds' | 'sessionIdleTimeoutInSeconds'>;

/** @returns the times of a session as they are; without those that it does not have */
export function timesOf({ createdAt, expiresAt, idle }: SessionState): SessionTimes {
  return {
    ...(typeof expiresAt === 'number' && { sessionTTLInSeconds: Math.round((expiresAt - createdAt) / 1000) }),
    ...(typeof idle === 'number' && { sessionIdleTimeoutInSeconds: idle }),
  };
}

/** @returns what is to change, or why a text is no duration; an empty text leaves a time as it is. The API judges the ranges. */
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
