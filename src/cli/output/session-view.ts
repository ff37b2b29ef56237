import { humanDuration } from '../../model/human-time.js';
import type { Session } from '../../model/session.js';
import { shortInstanceId, shortSessionId } from '../../model/short-id.js';
import { type Connected, emulatorNow } from '../connect.js';
import type { Context } from '../context.js';
import type { Column } from './fit-columns.js';
import { type OutputForm, printResult, type Result } from './print-result.js';
import type { Screen } from './screen.js';
import type { Paint } from './style.js';
import { formatDetails, formatTable, type Row } from './table.js';

/** Prints the session that an operation returned. */
export async function printSession(
  session: Session,
  control: Connected,
  form: OutputForm,
  context: Context,
): Promise<void> {
  await printResult(context, form, sessionResult(session, emulatorNow(control, context), context));
}

function sessionResult(session: Session, now: number, { stdout }: Context): Result {
  return {
    json: session,
    names: [session.sessionId],
    table: ({ wide }) => {
      const { style } = stdout;
      const rows: [string, string, Paint?][] = [
        ['session', session.sessionId, style.id(session.sessionId)],
        ['status', session.sessionStatus],
        ['function', `${session.functionName} (${session.qualifier})`],
        ['affinity', session.sessionAffinityType],
        ['instance', session.containerId || '-', style.id(session.containerId)],
        ['created', `${session.createdTime} (${humanDuration(age(session, now))} ago)`],
        ['TTL', `${humanDuration(session.sessionTTLInSeconds)}${left(session, now)}`],
        ['idle', humanDuration(session.sessionIdleTimeoutInSeconds)],
      ];
      if (wide) {
        rows.push(['modified', session.lastModifiedTime]);
        rows.push(['ID reuse', session.disableSessionIdReuse ? 'disabled' : 'allowed']);
      }
      return formatDetails(rows, style);
    },
  };
}

const COLUMNS: readonly Column[] = [
  { head: 'SESSION', short: shortSessionId, least: 12 },
  { head: 'STATUS' },
  { head: 'INSTANCE', least: 8, dropped: 5 },
  { head: 'AGE', dropped: 1 },
  { head: 'ENDS IN', dropped: 3 },
  { head: 'IDLE', dropped: 2 },
];
const MORE_COLUMNS = ['FUNCTION', 'QUALIFIER', 'AFFINITY', 'CREATED', 'MODIFIED'].map((head) => ({ head }));

/** Sessions as a table, in the order given; sessions that are not Active are dim. */
export function sessionTable(
  sessions: readonly Session[],
  { now, wide, screen }: { readonly now: number; readonly wide: boolean; readonly screen: Screen },
): Promise<string> | string {
  if (sessions.length === 0) return '';
  const { style, columns } = screen;
  const rows = sessions.map((session): Row => {
    const { sessionId, containerId } = session;
    return {
      cells: [
        sessionId,
        session.sessionStatus,
        (wide ? containerId : shortInstanceId(containerId)) || '-',
        humanDuration(age(session, now)),
        endsIn(session, now) ?? '-',
        humanDuration(session.sessionIdleTimeoutInSeconds),
        session.functionName,
        session.qualifier,
        session.sessionAffinityType,
        session.createdTime,
        session.lastModifiedTime,
      ].slice(0, wide ? undefined : COLUMNS.length),
      paints: { SESSION: style.id(sessionId), INSTANCE: style.id(containerId) },
      dim: session.sessionStatus !== 'Active',
    };
  });
  return formatTable(wide ? [...COLUMNS, ...MORE_COLUMNS] : COLUMNS, rows, { style, columns, wide });
}

function age(session: Session, now: number): number {
  return (now - Date.parse(session.createdTime)) / 1000;
}

function left(session: Session, now: number): string {
  const rest = endsIn(session, now);
  return rest === undefined ? '' : `, ends in ${rest} at the latest`;
}

function endsIn(session: Session, now: number): string | undefined {
  if (session.sessionStatus !== 'Active') return undefined;
  return humanDuration(session.sessionTTLInSeconds - age(session, now));
}
