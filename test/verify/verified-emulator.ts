import { startEmulator } from '../../src/emulator.js';
import type { Emulator } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { InstanceIsolationMode, SessionAffinityType } from '../../src/model/function.js';
import { completeFunction } from '../../src/model/function-config.js';
import { inProcessDriver } from '../support/in-process-driver.js';

export interface VerifiedFunction {
  readonly type?: SessionAffinityType;
  readonly limit?: number;
  readonly isolation?: InstanceIsolationMode;
  readonly maxInstances?: number;
}

/** The emulator with one function, instances in this process, and a frozen session clock. */
export function startVerified({
  type = 'GENERATED_COOKIE',
  limit = 2,
  isolation = 'SHARE',
  maxInstances = 4,
}: VerifiedFunction = {}): Promise<Emulator> {
  const config = completeFunction({
    functionName: 'hello',
    command: ['in-process'],
    sessionAffinity: type,
    instanceIsolationMode: isolation,
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: isolation === 'SHARE' ? limit : 1,
      ...(type === 'HEADER_FIELD' && { affinityHeaderFieldName: 'mySessionId' }),
    },
    timeout: 60,
    maxInstances,
  });
  return startEmulator({
    functions: [{ config }],
    driver: inProcessDriver(),
    clock: new MovableClock({ frozen: true }),
  });
}
