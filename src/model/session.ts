import type { SessionAffinityType } from './function.js';

/** The cookie of GENERATED_COOKIE (spec §2.1). */
export const SESSION_COOKIE = 'x-fc-cookie-session-id';

export const SESSION_STATUSES = ['Active', 'Expired', 'Pausing', 'Paused', 'Resuming'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** Storage that FC would mount into the session's instance. Kept and echoed; nothing is mounted here. */
export interface SessionMounts {
  readonly nasConfig?: unknown;
  readonly ossMountConfig?: unknown;
  readonly polarFsConfig?: unknown;
  readonly juiceFsConfig?: unknown;
}

export const MOUNT_FIELDS = ['nasConfig', 'ossMountConfig', 'polarFsConfig', 'juiceFsConfig'] as const;

/** A Session as the API returns it (struct Session, SDK 4.7.6). Times are UTC in whole seconds, `2025-04-01T08:15:27Z`. */
export interface Session extends SessionMounts {
  readonly sessionId: string;
  readonly functionName: string;
  readonly qualifier: string;
  readonly sessionAffinityType: SessionAffinityType;
  readonly sessionTTLInSeconds: number;
  readonly sessionIdleTimeoutInSeconds: number;
  readonly disableSessionIdReuse: boolean;
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly sessionStatus: SessionStatus;
  /** The instance that serves it. */
  readonly containerId: string;
}

/** The terms of a session: one object for all sessions opened under the same terms, replaced when updated. */
export interface SessionTerms extends SessionMounts {
  readonly functionName: string;
  readonly qualifier: string;
  readonly sessionAffinityType: SessionAffinityType;
  readonly sessionTTLInSeconds: number;
  /** As given or by default; a TTL shorter than it cuts it (spec U2), see {@link idleTimeoutInForce}. */
  readonly sessionIdleTimeoutInSeconds: number;
  readonly disableSessionIdReuse: boolean;
}

export interface UpdateSessionInput extends SessionMounts {
  readonly sessionTTLInSeconds?: number;
  readonly sessionIdleTimeoutInSeconds?: number;
  readonly disableSessionIdReuse?: boolean;
}

export interface CreateSessionInput extends UpdateSessionInput {
  /** Only with HEADER_FIELD. Empty or absent: the emulator names the session. */
  readonly sessionId?: string;
}

/** @returns the instant in the API's form: UTC, whole seconds */
export function apiTime(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** After how many seconds without use a session expires: never more than its TTL. */
export function idleTimeoutInForce(terms: SessionTerms): number {
  return Math.min(terms.sessionIdleTimeoutInSeconds, terms.sessionTTLInSeconds);
}
