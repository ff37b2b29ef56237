export type { ConnectionOptions } from './api/client/control-connection.js';
export { createApiClient } from './api/create-api-client.js';
export { startEmulator } from './emulator.js';
export type {
  ConfiguredOptions,
  Emulator,
  EmulatorOptions,
  FunctionOptions,
  ListeningFunction,
  ListeningTrigger,
  ServeFunction,
  ServeTrigger,
  SeveralFunctionsOptions,
  SingleFunctionOptions,
} from './emulator-options.js';
export { MovableClock } from './model/clock.js';
export type { ConsoleEvent, ConsoleEventType } from './model/console-events.js';
export type { DoctorReport } from './model/doctor-report.js';
export type { Duration } from './model/duration.js';
export { type ErrorCode, FcError, PortInUseError, UnreachableError } from './model/errors.js';
export type { EmulatorEvent, EventType } from './model/events.js';
export type { FunctionConfig, SessionAffinityConfig, SessionAffinityType } from './model/function.js';
export { completeFunction } from './model/function-config.js';
export type { FunctionInput } from './model/function-input.js';
export type { InstanceInfo, LogLine } from './model/instance.js';
export type { RequestRecord } from './model/request-record.js';
export type {
  ClockState,
  ControlPlane,
  Health,
  InvocationInput,
  InvocationReply,
  ServedFunction,
  SessionPage,
} from './model/services.js';
export type { CreateSessionInput, Session, SessionStatus, UpdateSessionInput } from './model/session.js';
export type { SessionHistory } from './model/session-history.js';
export {
  type CreateSessionOptions,
  type FunctionChoice,
  type ListSessionsOptions,
  SessionClient,
  type TermsOptions,
} from './session-client.js';
export { startTestEmulator, type TestEmulator } from './test-emulator.js';
