import { command } from '../../command.js';
import { CONNECTION, FUNCTION_REF, functionRef, withControl } from '../../connect.js';
import { UsageError } from '../../errors.js';
import { toggle } from '../../options/option-kinds.js';
import { SESSION_TERMS, sessionTerms } from '../../options/session-terms.js';
import { OUTPUT, outputForm } from '../../output/print-result.js';
import { printSession } from '../../output/session-view.js';
import { fullSessionId } from '../../resolve-id.js';

export const update = command({
  operands: '<id>',
  options: {
    ...FUNCTION_REF,
    ...SESSION_TERMS,
    disableSessionIdReuse: toggle('--disable-session-id-reuse', 'refuse the ID once the session has ended'),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, given, operands: [id = ''] }, context) {
    const { disableSessionIdReuse } = values;
    const input = {
      ...sessionTerms(values),
      ...(disableSessionIdReuse !== undefined && { disableSessionIdReuse }),
    };
    if (Object.keys(input).length === 0)
      throw new UsageError('no option to change is given', { fix: 'for example --ttl 2h' });
    await withControl({ values, given }, context, async (control) => {
      const ref = await functionRef(control, values);
      const sessionId = await fullSessionId(control, ref, id);
      const session = await control.sessions.update({ ...ref, sessionId }, input);
      await printSession(session, control, outputForm(values), context);
    });
  },
});
