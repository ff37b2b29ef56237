import type { SessionState } from '../../../model/console-events.js';

/** The time until a session ends if it is not used. */
export interface TimeLeft {
  readonly ms: number;
  /** The cause of the end. */
  readonly by: 'ttl' | 'idle';
  /** The part that is left, from 1 down to 0 at the end. */
  readonly share: number;
}

/** With less time left than this, a session "ends soon". */
export const SOON_MS = 60_000;

/** @returns undefined for a session without TTL and idle time, or an ended session */
export function timeLeft(session: SessionState, now: number): TimeLeft | undefined {
  const { expiresAt, idleExpiresAt, idle, createdAt, status } = session;
  if (status === 'Expired') return undefined;
  if (idleExpiresAt != null && (expiresAt == null || idleExpiresAt < expiresAt)) {
    return left(idleExpiresAt - now, 'idle', (idle ?? 0) * 1000);
  }
  return expiresAt == null ? undefined : left(expiresAt - now, 'ttl', expiresAt - createdAt);
}

/** @returns `5h59m`, `29m`, `59s`, `3d2h`: a short text whose width changes little */
export function timeLeftText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 100) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d${hours % 24}h`;
}

function left(ms: number, by: TimeLeft['by'], whole: number): TimeLeft {
  return { ms: Math.max(0, ms), by, share: whole > 0 ? Math.min(1, Math.max(0, ms / whole)) : 0 };
}
