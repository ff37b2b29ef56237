interface SessionName {
  readonly functionName: string;
  readonly qualifier: string;
  readonly sessionId: string;
}

/** @returns a unique key for a session, because its ID alone is not unique */
export function sessionKey({ functionName, qualifier, sessionId }: SessionName): string {
  return `${functionName}\n${qualifier}\n${sessionId}`;
}

/** @returns a name for the address of the page. The address must not contain the session ID, because with the ID anybody can use the session. */
export function sessionTag(session: SessionName): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const unit of sessionKey(session)) {
    const code = unit.codePointAt(0) ?? 0;
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
