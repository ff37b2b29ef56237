import type { Session } from '../../model/session.js';
import { type Connected, emulatorNow } from '../connect.js';
import type { Context } from '../context.js';
import { humanDuration } from './human-time.js';
import { type OutputForm, printResult, type Result } from './print-result.js';
import { shortInstanceId } from './short-id.js';
import { formatDetails, formatTable } from './table.js';

/** What every operation on one session tells of it in the end. */
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
      const rows: [string, string][] = [
        ['session', session.sessionId],
        ['status', session.sessionStatus],
        ['function', `${session.functionName} (${session.qualifier})`],
        ['affinity', session.sessionAffinityType],
        ['instance', session.containerId],
        ['created', `${session.createdTime} (${humanDuration(age(session, now))} ago)`],
        ['TTL', `${humanDuration(session.sessionTTLInSeconds)}${left(session, now)}`],
        ['idle', humanDuration(session.sessionIdleTimeoutInSeconds)],
      ];
      if (wide) {
        rows.push(['modified', session.lastModifiedTime]);
        rows.push(['ID reuse', session.disableSessionIdReuse ? 'disabled' : 'allowed']);
      }
      return formatDetails(rows, stdout.style);
    },
  };
}

/** @param json the answer as it came, for `-o json` */
export function sessionsResult(
  { json, sessions }: { readonly json: unknown; readonly sessions: readonly Session[] },
  now: number,
  { stdout }: Context,
): Result {
  return {
    json,
    names: sessions.map(({ sessionId }) => sessionId),
    table: ({ wide }) => {
      if (sessions.length === 0) return '';
      const head = ['SESSION', 'STATUS', 'INSTANCE', 'AGE', 'ENDS IN', 'IDLE'];
      const more = wide ? ['FUNCTION', 'QUALIFIER', 'AFFINITY', 'CREATED', 'MODIFIED'] : [];
      const rows = sessions.map((session) => [
        session.sessionId,
        session.sessionStatus,
        wide ? session.containerId : shortInstanceId(session.containerId) || '-',
        humanDuration(age(session, now)),
        endsIn(session, now) ?? '-',
        humanDuration(session.sessionIdleTimeoutInSeconds),
        ...(wide
          ? [
              session.functionName,
              session.qualifier,
              session.sessionAffinityType,
              session.createdTime,
              session.lastModifiedTime,
            ]
          : []),
      ]);
      return formatTable([...head, ...more], rows, stdout.style);
    },
  };
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
