import type { FunctionAlias, FunctionVersion } from './function.js';
import type { FunctionInput } from './function-input.js';
import type { InvocationRestriction, JsonBody, ScalingConfig } from './services.js';
import type { TriggerRecord } from './trigger.js';

/** A function as it is kept across restarts: plain JSON. Instants are milliseconds of the session clock. */
export interface StoredFunction {
  readonly functionName: string;
  readonly functionId: string;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
  /** Made from options or a configuration, which say it again at the next start. */
  readonly isDeclared: boolean;
  /** What its body says. */
  readonly said: FunctionInput;
  readonly echo: JsonBody;
  readonly versions: readonly FunctionVersion[];
  readonly lastVersionId: number;
  readonly aliases: readonly FunctionAlias[];
  readonly triggers: readonly TriggerRecord[];
  readonly reservedConcurrency?: number;
  /** By qualifier. */
  readonly scaling: Readonly<Record<string, ScalingConfig>>;
  readonly restriction?: InvocationRestriction;
}

/** Where functions outlast the emulator. Synchronous, as a SessionStore is. */
export interface FunctionStore {
  all(): readonly StoredFunction[];
  /** Stores the present state of a function in place of its earlier state. */
  save(stored: StoredFunction): void;
  /** Forgets the function and its sessions. */
  delete(functionName: string): void;
}
