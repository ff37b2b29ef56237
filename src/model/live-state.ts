import type { FunctionState, InstanceState, SessionState } from './console-events.js';

/** The functions, instances and sessions as they are now. */
export interface LiveState {
  /** @param functionName all functions when left out */
  functions(functionName?: string): readonly FunctionState[];
  instances(): readonly InstanceState[];
  instance(instanceId: string): InstanceState | undefined;
  /** Those that have not ended. May be read while sessions begin and end. */
  sessions(): Iterable<SessionState>;
  /** The latest session of that ID as it is recorded. */
  session(ref: {
    readonly functionName: string;
    readonly qualifier: string;
    readonly sessionId: string;
  }): SessionState | undefined;
  readonly sessionCount: number;
}
