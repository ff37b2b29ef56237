import type { Assignment } from './admission.js';
import type { SessionAffinityType } from './function.js';
import type { HeaderLines } from './headers.js';
import type { Identity } from './identity.js';

/** The head of a request as the client sent it. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, unchanged. */
  readonly target: string;
  readonly headers: Pick<HeaderLines, 'get' | 'all' | 'has'>;
}

/** The head of the function's reply. A strategy may amend `headers` before it goes to the client. */
export interface ReplyHead {
  /** Of the request that it answers. */
  readonly requestMethod: string;
  readonly status: number;
  readonly headers: HeaderLines;
}

/** Sees each piece of a reply's body before the client does. Must not change or keep it. */
export type BodyWatcher = (chunk: Uint8Array) => void;

/** One strategy for each value of `sessionAffinity`. Sees lines of head, never sockets. */
export interface SessionAffinity {
  readonly type: SessionAffinityType;
  /** @throws InvalidArgument for an ID that breaks the grammar, where the client may choose it */
  identify(head: RequestHead): Identity;
  /**
   * What the instance receives beside the client's own lines.
   * @returns lines to add, or nothing
   */
  addedRequestLines?(assignment: Assignment): readonly (readonly [name: string, value: string])[];
  /**
   * Tells the client its ID, or learns it from the reply. Not called for an upgrade's 101.
   * @returns what must see the body of the reply, if anything
   */
  onResponse(assignment: Assignment, reply: ReplyHead): BodyWatcher | undefined;
}
