import type { Placement } from './admission.js';
import type { SessionState } from './console-events.js';

/** What is kept of a session: `GET /_emulator/v1/sessions/<id>/history`. */
export interface SessionHistory {
  readonly sessionId: string;
  readonly functionName: string;
  readonly qualifier: string;
  /** As it is now, or was when it expired; null when it is not known any more. */
  readonly session: SessionState | null;
  /** Oldest first. Requests older than the last 10,000 of the emulator are missing. */
  readonly steps: readonly HistoryStep[];
}

export type HistoryStep =
  /** It was created by the API, or its first request is not kept any more. */
  | { readonly kind: 'created'; readonly at: number }
  /** A request of it, counted from 1 among those that are kept. */
  | {
      readonly kind: 'request';
      readonly at: number;
      readonly n: number;
      readonly requestId: string;
      readonly method: string;
      readonly target: string;
      readonly status: number;
      readonly instanceId: string;
      readonly placement: Placement;
      readonly session: 'known' | 'opened' | 'reopened';
    }
  | { readonly kind: 'expired'; readonly at: number };
