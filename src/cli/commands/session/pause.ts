import { command } from '../../command.js';
import { CONNECTION, FUNCTION_REF, functionRef, withControl } from '../../connect.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printSession } from '../../output/session-view.js';
import { fullSessionId } from '../../resolve-id.js';

export const pause = command({
  operands: '<id>',
  options: { ...FUNCTION_REF, ...OUTPUT, ...CONNECTION },
  async run({ values, operands: [id = ''] }, context) {
    await withControl({ values }, context, async (control) => {
      const ref = await functionRef(control, values);
      const sessionId = await fullSessionId(control, ref, id);
      const session = await control.sessions.pause({ ...ref, sessionId });
      context.stderr.write(
        'note: the memory of the handler is lost. FC restores it, but here the session resumes on a new instance\n',
      );
      await printSession(session, control, outputForm(values), context);
    });
  },
});
