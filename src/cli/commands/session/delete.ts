import { FcError } from '../../../model/errors.js';
import { sanitize } from '../../../model/sanitize.js';
import type { ControlPlane, SessionRef } from '../../../model/services.js';
import { command } from '../../command.js';
import { CONNECTION, FUNCTION_REF, functionRef, withControl } from '../../connect.js';
import { flag } from '../../options/option-kinds.js';
import { OUTPUT, outputForm, printResult } from '../../output/print-result.js';
import { fullSessionId } from '../../resolve-id.js';

export const remove = command({
  operands: '<id...>',
  options: {
    ...FUNCTION_REF,
    ignoreNotFound: flag('--ignore-not-found', 'exit with 0 for an unknown ID', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands }, context) {
    await withControl({ values }, context, async (control) => {
      const ref = await functionRef(control, values);
      const deleted: string[] = [];
      let failure: unknown;
      for (const id of operands) {
        try {
          const sessionId = await fullSessionId(control, ref, id);
          if (await end(control, { ...ref, sessionId }, values.ignoreNotFound)) deleted.push(sessionId);
        } catch (error) {
          failure = error;
          break;
        }
      }
      // Prints the deleted IDs, also when a later ID failed.
      if (deleted.length > 0 || failure === undefined) {
        await printResult(context, outputForm(values), {
          json: { deleted },
          names: deleted,
          table: () => deleted.map((sessionId) => `deleted ${sanitize(sessionId)}\n`).join(''),
        });
      }
      if (failure !== undefined) throw failure;
    });
  },
});

/** @returns whether there was a session */
async function end(control: ControlPlane, ref: SessionRef, ignoreNotFound: boolean): Promise<boolean> {
  try {
    await control.sessions.delete(ref);
    return true;
  } catch (error) {
    if (ignoreNotFound && error instanceof FcError && error.code === 'SessionNotFound') return false;
    throw error;
  }
}
