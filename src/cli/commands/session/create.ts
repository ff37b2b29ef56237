import { command } from '../../command.js';
import { CONNECTION, FUNCTION_REF, functionRef, withControl } from '../../connect.js';
import { flag, text } from '../../options/option-kinds.js';
import { SESSION_TERMS, sessionTerms } from '../../options/session-terms.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printSession } from '../../output/session-view.js';

export const create = command({
  options: {
    ...FUNCTION_REF,
    sessionId: text('--session-id <id>', 'with header affinity: your own ID', { flagOnly: true }),
    ...SESSION_TERMS,
    disableSessionIdReuse: flag('--disable-session-id-reuse', 'refuse the ID once the session has ended', {
      flagOnly: true,
    }),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, given }, context) {
    const input = {
      ...(values.sessionId !== undefined && { sessionId: values.sessionId }),
      ...sessionTerms(values),
      ...(values.disableSessionIdReuse && { disableSessionIdReuse: true }),
    };
    await withControl({ values, given }, context, async (control) => {
      const session = await control.sessions.create(await functionRef(control, values), input);
      await printSession(session, control, outputForm(values), context);
    });
  },
});
