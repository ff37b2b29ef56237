const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INSTANCE_ID = /^c-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/;

/** @returns the end of an instance ID: its beginning is the time, which neighbours share */
export function shortInstanceId(instanceId: string): string {
  return isGeneratedInstanceId(instanceId) ? instanceId.slice(-8) : instanceId;
}

/** @returns the first part of a UUID; an ID that a client chose is never cut */
export function shortSessionId(sessionId: string): string {
  return isUuid(sessionId) ? sessionId.slice(0, 8) : sessionId;
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function isGeneratedInstanceId(text: string): boolean {
  return INSTANCE_ID.test(text);
}
