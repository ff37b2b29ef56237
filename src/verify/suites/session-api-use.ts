import type { Session } from '../../model/session.js';
import { SESSION_COOKIE } from '../../model/session.js';
import { judge, type StepResult } from '../check.js';
import type { Step } from '../report.js';
import { notKnown, type ServedBy, whoServed } from '../served-by.js';
import { sessionSetCookies } from '../session-cookie.js';
import type { Control, SuiteRun } from '../suite-run.js';
import { isRefused, type Subject } from './session-probe.js';

/** A request with the session's ID goes to the session's instance, and its answer names no other session. */
export async function* use(run: SuiteRun, control: Control, session: Session): AsyncGenerator<Step> {
  const answer = await run.send(carrying(control, session.sessionId));
  const servedBy = await whoServed(run, answer, session.sessionId);
  yield run.step('session-api.use.instance', isBoundTo(session, servedBy), answer);
  const sessionLines = sessionSetCookies(answer.headers).map(({ line }) => line);
  const { affinityHeaderFieldName } = control.served.config.sessionAffinityConfig;
  if (affinityHeaderFieldName !== undefined)
    sessionLines.push(...answer.headers.all(affinityHeaderFieldName));
  yield run.step(
    'session-api.use.nothing-planted',
    judge(sessionLines.length === 0, sessionLines.join(' and ') || 'none'),
    answer,
  );
}

/** A deleted session is gone, and its ID opens a new one. */
export async function* deletion(
  run: SuiteRun,
  control: Control,
  { probe, session }: Subject,
): AsyncGenerator<Step> {
  const { sessionId } = session;
  await probe.sessions.delete({ ...probe.ref, sessionId });
  const refusal = await probe.refusal(probe.sessions.get({ ...probe.ref, sessionId }));
  yield run.step('session-api.delete.gone', isRefused(refusal, [404, 404]));
  const { sessions } = await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, sessionId }));
  yield run.step(
    'session-api.delete.unlisted',
    judge(sessions.length === 0, sessions.map(({ sessionStatus }) => sessionStatus).join(', ') || 'none'),
  );
  const answer = await run.send(carrying(control, sessionId));
  const [cookie] = sessionSetCookies(answer.headers);
  if (cookie !== undefined) run.addSession(cookie.sessionId);
  if (control.served.config.sessionAffinity === 'GENERATED_COOKIE') {
    const renamed = cookie !== undefined && cookie.sessionId !== sessionId;
    yield run.step(
      'session-api.delete.used-again',
      judge(renamed, cookie?.line ?? 'no session cookie'),
      answer,
    );
    return;
  }
  run.addSession(sessionId);
  const page = await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, sessionId }));
  const statuses = page.sessions.map(({ sessionStatus }) => sessionStatus).join(', ') || 'none';
  yield run.step('session-api.delete.used-again', judge(statuses === 'Active', statuses), answer);
}

function carrying({ served }: Control, sessionId: string): Record<string, string> {
  const { affinityHeaderFieldName } = served.config.sessionAffinityConfig;
  if (affinityHeaderFieldName !== undefined) return { [affinityHeaderFieldName]: sessionId };
  return { Cookie: `${SESSION_COOKIE}=${sessionId}` };
}

function isBoundTo({ containerId }: Session, servedBy: ServedBy): StepResult {
  if (servedBy.kind !== 'known') return notKnown(servedBy);
  const { instanceId, source } = servedBy;
  const actual = `instance ${instanceId}, bound to ${containerId}`;
  return { ...judge(instanceId === containerId, actual), byControlAlone: source === 'control' };
}
