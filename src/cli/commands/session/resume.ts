import { command } from '../../command.js';
import { CONNECTION, FUNCTION_REF, functionRef, withControl } from '../../connect.js';
import { flag } from '../../options/option-kinds.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printSession } from '../../output/session-view.js';
import { fullSessionId } from '../../resolve-id.js';

export const resume = command({
  operands: '<id>',
  options: {
    ...FUNCTION_REF,
    fileSystemOnly: flag('--file-system-only', 'restore the files but not the memory', { flagOnly: true }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands: [id = ''] }, context) {
    const { fileSystemOnly } = values;
    await withControl({ values }, context, async (control) => {
      const ref = await functionRef(control, values);
      const sessionId = await fullSessionId(control, ref, id);
      const session = await control.sessions.resume({ ...ref, sessionId }, { fileSystemOnly });
      await printSession(session, control, outputForm(values), context);
    });
  },
});
