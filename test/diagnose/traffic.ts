import { onTestFinished } from 'vitest';
import { diagnose } from '../../src/diagnose/doctor.js';
import { factsOf } from '../../src/diagnose/function-facts.js';
import { startEmulator } from '../../src/emulator.js';
import type { Emulator, EmulatorOptions, FunctionOptions } from '../../src/emulator-options.js';
import { MovableClock } from '../../src/model/clock.js';
import type { Finding } from '../../src/model/doctor-report.js';
import type { RequestRecord } from '../../src/model/request-record.js';
import { inProcessDriver } from '../support/in-process-driver.js';

interface Traffic {
  readonly emulator: Emulator;
  readonly clock: MovableClock;
  readonly url: string;
  readonly records: readonly RequestRecord[];
  /** @returns the findings of the doctor after that many requests */
  findings(requests: number): Promise<readonly Finding[]>;
}

/** An emulator whose requests the doctor reads. With a driver, its instances run in this process. */
export async function startTraffic(
  functions: readonly FunctionOptions[],
  options: Partial<EmulatorOptions> = { driver: inProcessDriver() },
): Promise<Traffic> {
  const records: RequestRecord[] = [];
  const waiting = new Set<() => void>();
  const clock = new MovableClock();
  const emulator = await startEmulator({
    ...options,
    functions,
    clock,
    onRecord(record) {
      records.push(record);
      for (const look of waiting) look();
    },
  });
  onTestFinished(() => emulator.stopNow());
  return {
    emulator,
    clock,
    url: emulator.url,
    records,
    async findings(requests) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (records.length >= requests) resolve();
        };
        waiting.add(look);
        look();
      });
      const [kept, served] = await Promise.all([
        emulator.control.requests.list(),
        emulator.control.functions.list(),
      ]);
      return diagnose(
        kept,
        served.map(({ config }) => factsOf(config)),
      );
    },
  };
}
