import type { ControlPlane, FunctionRef } from '../model/services.js';
import type { Session } from '../model/session.js';
import { everySession } from './every-session.js';
import { UsageError } from './usage-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_BEGIN = /^[0-9a-f][0-9a-f-]{3,34}$/;
const INSTANCE_ID = /^c-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/;

/** @returns the end of an instance ID: its beginning is the time, which neighbours share */
export function shortInstanceId(instanceId: string): string {
  return INSTANCE_ID.test(instanceId) ? instanceId.slice(-8) : instanceId;
}

/** @returns the first part of a UUID; an ID that a client chose is never cut */
export function shortSessionId(sessionId: string): string {
  return UUID.test(sessionId) ? sessionId.slice(0, 8) : sessionId;
}

/**
 * Completes the beginning of a UUID. An ID that a client chose must be written whole: the beginning of one may be another.
 * @returns the text itself when it begins no session's ID
 * @throws UsageError when it begins several
 */
export async function fullSessionId(control: ControlPlane, ref: FunctionRef, text: string): Promise<string> {
  if (!UUID_BEGIN.test(text)) return text;
  const meant = new Set<string>();
  for await (const { sessionId } of sessions(control, ref)) {
    if (sessionId === text) return text;
    if (UUID.test(sessionId) && sessionId.startsWith(text)) meant.add(sessionId);
  }
  return onlyOne(text, [...meant], 'sessions');
}

/**
 * @param text the beginning of an instance ID or its end, as {@link shortInstanceId} shows it; at least 4 characters
 * @throws UsageError when it fits several
 */
export async function fullInstanceId(control: ControlPlane, text: string): Promise<string> {
  if (INSTANCE_ID.test(text) || text.length < 4) return text;
  const ids = (await control.instances.list()).map(({ instanceId }) => instanceId);
  if (ids.includes(text)) return text;
  const meant = ids.filter(
    (id) => id.startsWith(text) || id.endsWith(text) || shortInstanceId(id).startsWith(text),
  );
  return onlyOne(text, meant, 'instances');
}

function sessions(control: ControlPlane, ref: FunctionRef): AsyncIterable<Session> {
  return everySession(control, { ...ref, limit: 100 });
}

function onlyOne(text: string, meant: readonly string[], kind: string): string {
  const [only] = meant;
  if (only === undefined) return text;
  if (meant.length === 1) return only;
  throw new UsageError(`"${text}" may be ${meant.length} ${kind}: ${meant.slice(0, 5).join(', ')}`, {
    fix: 'write more of the ID',
  });
}
