import type { ListSessionsQuery, SessionPage } from '../../../model/services.js';
import type { Session } from '../../../model/session.js';
import { command } from '../../command.js';
import {
  CONNECTION,
  type Connected,
  emulatorNow,
  FUNCTION_REF,
  functionRef,
  withControl,
} from '../../connect.js';
import type { Context } from '../../context.js';
import { choice, flag, integer, text } from '../../options/option-kinds.js';
import { OUTPUT, type OutputForm, outputForm, type Result } from '../../output/print-result.js';
import { sessionTable } from '../../output/session-view.js';
import { showOrWatch, WATCH } from '../../output/watch.js';
import { everySession } from '../../resolve-id.js';
import { type ListedSessions, sessionsForPeople } from './sessions-for-people.js';

const MOST_ON_A_PAGE = 100;

export const list = command({
  options: {
    ...FUNCTION_REF,
    status: choice<'Active' | 'Expired', undefined>('--status <status>', 'Active or Expired; default: both', {
      words: { Active: 'Active', Expired: 'Expired' },
      byDefault: undefined,
      flagOnly: true,
    }),
    sessionId: text('--session-id <id>', 'only sessions with this ID, also ended ones', { flagOnly: true }),
    limit: integer('--limit <n>', 'sessions a page, 1 to 100 (default: 20)', { flagOnly: true }),
    nextToken: text('--next-token <token>', 'the token of the page before', { flagOnly: true }),
    all: flag('--all', 'show all pages', { flagOnly: true }),
    ...WATCH,
    ...OUTPUT,
    ...CONNECTION,
  },
  run: ({ values, given }, context) =>
    withControl({ values, given }, context, async (control) => {
      const { all, watch } = values;
      const form = outputForm(values);
      const query: ListSessionsQuery = {
        ...(await functionRef(control, values)),
        limit: values.limit ?? (all ? MOST_ON_A_PAGE : undefined),
        nextToken: values.nextToken,
        sessionId: values.sessionId,
        sessionStatus: values.status,
      };
      let after: string | undefined;
      const look = async (): Promise<Result> => {
        const listed = isForPeople(form)
          ? await sessionsForPeople(control.sessions, query, { all })
          : inOrder(await page(control, query, all));
        after = listed.after;
        return resultOf(listed, control, context);
      };
      await showOrWatch(look, { watch, form, none: 'no sessions' }, context);
      if (after !== undefined) context.stderr.write(`${after}\n`);
    }),
});

function isForPeople(form: OutputForm): boolean {
  return form === 'table' || form === 'wide';
}

function resultOf({ page, sessions }: ListedSessions, control: Connected, context: Context): Result {
  const now = emulatorNow(control, context);
  return {
    json: page,
    names: sessions.map(({ sessionId }) => sessionId),
    table: ({ wide }) => sessionTable(sessions, { now, wide, screen: context.stdout }),
  };
}

async function page(control: Connected, query: ListSessionsQuery, all: boolean): Promise<SessionPage> {
  if (!all) return control.sessions.list(query);
  const sessions: Session[] = [];
  for await (const session of everySession(control, query)) sessions.push(session);
  return { sessions };
}

/** One page in the order of the API. */
function inOrder(page: SessionPage): ListedSessions {
  const hasMore = page.nextToken !== undefined && page.nextToken !== '';
  const after = hasMore ? 'there are more: --all, or --next-token with the token of -o json' : undefined;
  return { page, sessions: page.sessions, after };
}
