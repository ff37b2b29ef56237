import { command } from '../../command.js';
import { CONNECTION, connect, FUNCTION_REF, functionRef } from '../../connect.js';
import { toggle } from '../../option-kinds.js';
import { OUTPUT, outputForm } from '../../print-result.js';
import { SESSION_TERMS, sessionTerms } from '../../session-terms.js';
import { printSession } from '../../session-view.js';
import { fullSessionId } from '../../short-id.js';
import { UsageError } from '../../usage-error.js';

export const update = command({
  operands: '<id>',
  options: {
    ...FUNCTION_REF,
    ...SESSION_TERMS,
    disableSessionIdReuse: toggle('--disable-session-id-reuse', 'refuse the ID once the session has ended'),
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values, operands: [id = ''] }, context) {
    const { disableSessionIdReuse } = values;
    const input = {
      ...sessionTerms(values),
      ...(disableSessionIdReuse !== undefined && { disableSessionIdReuse }),
    };
    if (Object.keys(input).length === 0)
      throw new UsageError('nothing to change was named', { fix: 'as --ttl 2h' });
    const control = await connect(values, context);
    const ref = await functionRef(control, values);
    const sessionId = await fullSessionId(control, ref, id);
    const session = await control.sessions.update({ ...ref, sessionId }, input);
    await printSession(session, control, outputForm(values), context);
  },
});
