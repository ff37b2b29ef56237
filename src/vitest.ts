import { type TestAPI, test } from 'vitest';
import type {
  ConfiguredOptions,
  SeveralFunctionsOptions,
  SingleFunctionOptions,
} from './emulator-options.js';
import { startTestEmulator, type TestEmulator } from './test-emulator.js';

/** What `startEmulator` takes, and who shares the emulator: the tests of a file (the default), or each test has its own. */
export type EmulatorTestOptions = (SingleFunctionOptions | SeveralFunctionsOptions | ConfiguredOptions) & {
  readonly scope?: 'file' | 'test';
};

/**
 * A `test` whose tests find an `emulator`: on free ports, with a clock that is frozen until the test advances it. It is started for
 * the first test that asks for it. What the handler printed during a test is shown when the test fails, and only then.
 */
export function emulatorTest({ scope = 'file', ...options }: EmulatorTestOptions = {}): TestAPI<{
  emulator: TestEmulator;
}> {
  return test.extend<{
    emulatorOptions: typeof options;
    startedEmulator: TestEmulator;
    emulator: TestEmulator;
  }>({
    emulatorOptions: [options, { scope }],
    startedEmulator: [
      async ({ emulatorOptions }, use) => {
        const emulator = await startTestEmulator(emulatorOptions);
        try {
          await use(emulator);
        } finally {
          await emulator.stopNow();
        }
      },
      { scope },
    ],
    emulator: async ({ startedEmulator, onTestFailed }, use) => {
      startedEmulator.takeOutput();
      onTestFailed(() => {
        const output = startedEmulator.takeOutput();
        if (output !== '') console.error(output);
      });
      await use(startedEmulator);
    },
  });
}
