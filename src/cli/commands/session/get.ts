import { command } from '../../command.js';
import { CONNECTION, connect, FUNCTION_REF, functionRef } from '../../connect.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printSession } from '../../output/session-view.js';
import { fullSessionId } from '../../resolve-id.js';

export const get = command({
  operands: '<id>',
  options: { ...FUNCTION_REF, ...OUTPUT, ...CONNECTION },
  async run({ values, operands: [id = ''] }, context) {
    const control = await connect(values, context);
    const ref = await functionRef(control, values);
    const sessionId = await fullSessionId(control, ref, id);
    const session = await control.sessions.get({ ...ref, sessionId });
    await printSession(session, control, outputForm(values), context);
  },
});
