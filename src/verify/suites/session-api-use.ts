import type { Session } from '../../model/session.js';
import type { Step } from '../report.js';
import { plantedCookies, SESSION_COOKIE } from '../session-cookie.js';
import { type Finding, judge, skip } from '../suite.js';
import type { Control, Trial } from '../trial.js';
import { type Witness, whoServed } from '../witness.js';
import { isRefused, type Subject } from './session-probe.js';

/** A request that carries the session's ID goes to the session's instance and is given no other. */
export async function* use(trial: Trial, control: Control, session: Session): AsyncGenerator<Step> {
  const answer = await trial.send(carrying(control, session.sessionId));
  const witness = await whoServed(trial, answer, session.sessionId);
  yield trial.step('session-api.use.instance', isBoundTo(session, witness), answer);
  const planted = plantedCookies(answer.headers).map(({ line }) => line);
  const { affinityHeaderFieldName } = control.served.config.sessionAffinityConfig;
  if (affinityHeaderFieldName !== undefined) planted.push(...answer.headers.all(affinityHeaderFieldName));
  yield trial.step(
    'session-api.use.nothing-planted',
    judge(planted.length === 0, planted.join(' and ') || 'none'),
    answer,
  );
}

/** A deleted session is gone, and its ID opens a new one. */
export async function* deletion(
  trial: Trial,
  control: Control,
  { probe, session }: Subject,
): AsyncGenerator<Step> {
  const { sessionId } = session;
  await probe.sessions.delete({ ...probe.ref, sessionId });
  const refusal = await probe.refusal(probe.sessions.get({ ...probe.ref, sessionId }));
  yield trial.step('session-api.delete.gone', isRefused(refusal, [404, 404]));
  const { sessions } = await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, sessionId }));
  yield trial.step(
    'session-api.delete.unlisted',
    judge(sessions.length === 0, sessions.map(({ sessionStatus }) => sessionStatus).join(', ') || 'none'),
  );
  const answer = await trial.send(carrying(control, sessionId));
  const [cookie] = plantedCookies(answer.headers);
  if (cookie !== undefined) trial.made(cookie.sessionId);
  if (control.served.config.sessionAffinity === 'GENERATED_COOKIE') {
    const renamed = cookie !== undefined && cookie.sessionId !== sessionId;
    yield trial.step(
      'session-api.delete.used-again',
      judge(renamed, cookie?.line ?? 'no session cookie'),
      answer,
    );
    return;
  }
  trial.made(sessionId);
  const page = await probe.answer('ListSessions', probe.sessions.list({ ...probe.ref, sessionId }));
  const statuses = page.sessions.map(({ sessionStatus }) => sessionStatus).join(', ') || 'none';
  yield trial.step('session-api.delete.used-again', judge(statuses === 'Active', statuses), answer);
}

function carrying({ served }: Control, sessionId: string): Record<string, string> {
  const { affinityHeaderFieldName } = served.config.sessionAffinityConfig;
  if (affinityHeaderFieldName !== undefined) return { [affinityHeaderFieldName]: sessionId };
  return { Cookie: `${SESSION_COOKIE}=${sessionId}` };
}

function isBoundTo({ containerId }: Session, witness: Witness): Finding {
  if (witness.kind === 'unknown') return skip(witness.reason);
  if (witness.kind === 'contradiction') return judge(false, witness.says);
  const by = witness.by === 'control' ? ', as the control API alone says' : '';
  return judge(
    witness.instanceId === containerId,
    `instance ${witness.instanceId}, bound to ${containerId}${by}`,
  );
}
