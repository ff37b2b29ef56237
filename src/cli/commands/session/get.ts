import { FcError } from '../../../model/errors.js';
import type { SessionRef } from '../../../model/services.js';
import type { Session } from '../../../model/session.js';
import { command } from '../../command.js';
import { CONNECTION, type Connected, FUNCTION_REF, functionRef, withControl } from '../../connect.js';
import { ExplainedError } from '../../errors.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printSession } from '../../output/session-view.js';
import { fullSessionId } from '../../resolve-id.js';

export const get = command({
  operands: '<id>',
  options: { ...FUNCTION_REF, ...OUTPUT, ...CONNECTION },
  run: ({ values, operands: [id = ''] }, context) =>
    withControl({ values }, context, async (control) => {
      const ref = await functionRef(control, values);
      const sessionId = await fullSessionId(control, ref, id);
      const session = await found(control, { ...ref, sessionId });
      await printSession(session, control, outputForm(values), context);
    }),
});

/** GetSession does not find an ended session, but the list has it for three days. */
async function found(control: Connected, ref: SessionRef): Promise<Session> {
  try {
    return await control.sessions.get(ref);
  } catch (error) {
    if (!(error instanceof FcError) || error.code !== 'SessionNotFound') throw error;
    const { sessions } = await control.sessions.list({ ...ref, sessionStatus: 'Expired', limit: 1 });
    if (sessions.length === 0) throw error;
    throw new ExplainedError(error, {
      details: 'a session of this ID has expired',
      fix: `fc-affinity session list --session-id ${ref.sessionId} shows it`,
    });
  }
}
