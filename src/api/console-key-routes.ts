import type { ConsoleKeys } from './console-keys.js';
import { json, type OperationTable } from './operation.js';

/** `POST /_emulator/v1/console/keys`: the token of the printed address becomes the page's key. Needs no signature. */
export function consoleKeyRoutes(keys: ConsoleKeys): OperationTable {
  return {
    '/_emulator/v1/console/keys': {
      async POST(call) {
        const { checkBody, CONSOLE_KEY_BODY } = await import('../schema/index.js');
        const { token } = checkBody(CONSOLE_KEY_BODY, call.body ?? {});
        return json({ key: keys.exchange(token) });
      },
    },
  };
}
