import type { Emulator } from '../../emulator-options.js';
import type { ServedFunctions } from '../options/served-functions.js';
import type { Ready } from './serve-log.js';

/** What the ready line says of each function. */
export function readyFunctions(emulator: Emulator, { functions }: ServedFunctions): Ready['functions'] {
  return emulator.functions.flatMap((one) => {
    const found = functions.find(({ config }) => config.functionName === one.functionName);
    return found === undefined ? [] : [{ ...one, config: found.config }];
  });
}

/** The longest drain timeout of any function, in seconds. */
export function drainTimeoutOf({ functions }: ServedFunctions): number {
  return Math.max(...functions.map(({ config }) => config.drainTimeoutInSeconds), 0);
}
