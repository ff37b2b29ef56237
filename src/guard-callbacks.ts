import type { EmulatorOptions } from './emulator-options.js';
import { messageOf } from './model/errors.js';

/**
 * The caller's callbacks, made safe: a callback that throws has no effect on the emulator. `onNotice` receives the first failure
 * of each.
 */
export function guardCallbacks(
  options: EmulatorOptions,
): Required<Pick<EmulatorOptions, 'onNotice' | 'onRecord'>> & Pick<EmulatorOptions, 'onEvent' | 'onLine'> {
  const guard = <T extends unknown[]>(
    callback: (...args: T) => void,
    onFailure: (error: unknown) => void,
  ) => {
    let failed = false;
    return (...args: T): void => {
      try {
        callback(...args);
      } catch (error) {
        if (!failed) onFailure(error);
        failed = true;
      }
    };
  };
  const onNotice = guard(options.onNotice ?? (() => {}), () => {});
  const tellOf = (name: string) => (error: unknown) => onNotice(`${name} threw: ${messageOf(error)}`);
  return {
    onNotice,
    onRecord: guard(options.onRecord ?? (() => {}), tellOf('onRecord')),
    ...(options.onEvent !== undefined && { onEvent: guard(options.onEvent, tellOf('onEvent')) }),
    ...(options.onLine !== undefined && { onLine: guard(options.onLine, tellOf('onLine')) }),
  };
}
