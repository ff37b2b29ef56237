/** The instances of a pool as they were when a request was placed or refused, before it took its slot. */
export interface PoolView {
  /** How many there were. */
  readonly size: number;
  /** 0 for a function without sessions. */
  readonly sessionsPerInstance: number;
  /** How many requests an instance takes at once. Of a refusal only. */
  readonly requestsPerInstance?: number;
  /** The first of them, oldest first: of a decision at most eight, of a refusal at most 32. */
  readonly oldest: readonly InstanceView[];
  /** The instance of the session, which has all its requests in flight. Of a refusal for this reason only. */
  readonly boundTo?: string;
}

interface InstanceView {
  readonly instanceId: string;
  /** Slots taken. */
  readonly sessions: number;
  readonly inFlight: number;
  /** The sessions that hold the slots, oldest first, at most eight. Of a refusal only, while there are at most 1,000 sessions. */
  readonly heldBy?: readonly SlotHolder[];
}

export interface SlotHolder {
  readonly sessionId: string;
  /** For how long it has not been used; absent while one of its requests is in flight. */
  readonly unusedMs?: number;
}
