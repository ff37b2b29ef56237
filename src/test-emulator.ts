import { startEmulator } from './emulator.js';
import type {
  ConfiguredOptions,
  Emulator,
  SeveralFunctionsOptions,
  SingleFunctionOptions,
} from './emulator-options.js';
import { MovableClock } from './model/clock.js';
import type { LogLine } from './model/instance.js';

/** An emulator for tests, and what its handlers print. */
export interface TestEmulator extends Emulator {
  /** @returns what handlers have printed since the last call, a line each behind the end of the instance's ID; the last 1,000 lines */
  takeOutput(): string;
}

const MOST_LINES = 1000;

/**
 * Starts an emulator on free ports whose session clock is frozen until the test advances it. Prints nothing.
 * @throws what {@link startEmulator} throws
 */
export async function startTestEmulator(
  options: SingleFunctionOptions | SeveralFunctionsOptions | ConfiguredOptions = {},
): Promise<TestEmulator> {
  let lines: string[] = [];
  const emulator = await startEmulator({
    clock: new MovableClock({ frozen: true }),
    ...options,
    onLine(instanceId, line) {
      options.onLine?.(instanceId, line);
      if (line.source === 'platform' && !line.warning) return;
      lines.push(shown(instanceId, line));
      if (lines.length > MOST_LINES) lines.shift();
    },
  });
  return Object.assign(emulator, {
    takeOutput() {
      const taken = lines.join('\n');
      lines = [];
      return taken;
    },
  });
}

function shown(instanceId: string, { text }: LogLine): string {
  return `${instanceId.slice(-8)} │ ${text}`;
}
