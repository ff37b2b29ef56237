import type { Emulator } from '../../emulator-options.js';
import type { ServedFunctions } from '../options/served-functions.js';
import type { Ready } from './serve-log.js';

/** The functions of the ready line, with those of an earlier run. */
export async function readyOf(emulator: Emulator, { bundled }: ServedFunctions): Promise<Ready> {
  const { readyMs, api, certificate, functions } = emulator;
  const configs = new Map(
    (await emulator.control.functions.list()).map(({ config }) => [config.functionName, config]),
  );
  return {
    readyMs,
    functions: functions.flatMap((one) => {
      const config = configs.get(one.functionName);
      return config === undefined ? [] : [{ ...one, config }];
    }),
    api,
    console: emulator.console,
    isSecure: certificate !== undefined,
    bundled,
  };
}

/** The longest drain timeout of any function, in seconds. */
export function drainTimeoutOf({ functions }: ServedFunctions): number {
  return Math.max(...functions.map(({ config }) => config.drainTimeoutInSeconds), 0);
}
