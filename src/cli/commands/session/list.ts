import type { ControlPlane, ListSessionsQuery } from '../../../model/services.js';
import type { Session } from '../../../model/session.js';
import { command } from '../../command.js';
import { CONNECTION, connect, emulatorNow, FUNCTION_REF, functionRef } from '../../connect.js';
import { choice, flag, integer, text } from '../../options/option-kinds.js';
import { OUTPUT, outputForm, type Result } from '../../output/print-result.js';
import { sessionsResult } from '../../output/session-view.js';
import { showOrWatch, WATCH } from '../../output/watch.js';
import { everySession } from '../../resolve-id.js';

export const list = command({
  options: {
    ...FUNCTION_REF,
    status: choice<'Active' | 'Expired', undefined>('--status <status>', 'Active or Expired; default: both', {
      words: { Active: 'Active', Expired: 'Expired' },
      byDefault: undefined,
      here: true,
    }),
    sessionId: text('--session-id <id>', 'only this ID, every generation of it', { here: true }),
    limit: integer('--limit <n>', 'sessions a page, 1 to 100 (20)', {
      range: [1, 100],
      byDefault: undefined,
      here: true,
    }),
    nextToken: text('--next-token <token>', 'where the page before ended', { here: true }),
    all: flag('--all', 'follow the pages to the end', { here: true }),
    ...WATCH,
    ...OUTPUT,
    ...CONNECTION,
  },
  async run({ values }, context) {
    const control = await connect(values, context);
    const query = {
      ...(await functionRef(control, values)),
      limit: values.limit ?? (values.all ? 100 : undefined),
      nextToken: values.nextToken,
      sessionId: values.sessionId,
      sessionStatus: values.status,
    };
    const form = outputForm(values);
    let more = false;
    const look = async (): Promise<Result> => {
      const page = await sessions(control, query, values.all);
      more = page.nextToken !== undefined && page.nextToken !== '';
      const now = emulatorNow(control, context);
      return sessionsResult({ json: page, sessions: page.sessions }, now, context);
    };
    await showOrWatch(look, { watch: values.watch, form, none: 'no sessions' }, context);
    if (more) context.stderr.write('there are more: --all, or --next-token with the token of -o json\n');
  },
});

async function sessions(
  control: ControlPlane,
  query: ListSessionsQuery,
  all: boolean,
): Promise<{ readonly sessions: readonly Session[]; readonly nextToken?: string }> {
  if (!all) return control.sessions.list(query);
  const found: Session[] = [];
  for await (const session of everySession(control, query)) found.push(session);
  return { sessions: found };
}
