import type { SessionState } from '../../../model/console-events.js';
import { timeOfDay } from '../../../model/human-time.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { timeLeft, timeLeftText } from '../store/time-left.js';
import { CopyButton } from './copy-button.js';
import { SessionActions } from './session-actions.js';
import { curlLine, sessionLine } from './session-commands.js';
import { SessionHistoryList } from './session-history-list.js';

/** The selected session: where it is bound, until when, what happened to it, and what can be done. */
export function SessionPanel() {
  const { store, go } = usePage();
  const session = store.selectedSession.value;
  if (session === undefined) return undefined;
  const served = store.functions.value.find(
    ({ functionName, qualifier }) => functionName === session.functionName && qualifier === session.qualifier,
  );
  return (
    <section class="session-panel" aria-labelledby="session-title">
      <h2 id="session-title">
        Session <code title={session.sessionId}>{shortSessionId(session.sessionId)}</code>
      </h2>
      <p class="buttons">
        <button type="button" onClick={() => go({ session: undefined })}>
          Close
        </button>
      </p>
      <dl>
        {factsOf(session, store.now.value).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {served === undefined ? undefined : (
        <p class="buttons">
          <CopyButton
            label={served.affinity === 'GENERATED_COOKIE' ? 'Copy cookie' : 'Copy header'}
            text={sessionLine(session, served)}
          />
          <CopyButton label="Copy curl" text={curlLine(session, served)} />
        </p>
      )}
      {session.status === 'Expired' ? undefined : <SessionActions session={session} />}
      <SessionHistoryList session={session} />
    </section>
  );
}

function factsOf(session: SessionState, now: number): [name: string, value: string][] {
  const { sessionId, functionName, qualifier, status, instanceId, createdAt, requests, inFlight } = session;
  const left = timeLeft(session, now);
  return [
    ['ID', sessionId],
    ['function', `${functionName} (${qualifier})`],
    ['status', status],
    ['instance', instanceId === '' ? 'none' : shortInstanceId(instanceId)],
    ['opened', timeOfDay(createdAt)],
    [
      'ends in',
      left === undefined ? '–' : `${timeLeftText(left.ms)}, by ${left.by === 'ttl' ? 'TTL' : 'idle time'}`,
    ],
    ['requests', `${requests ?? 0}, ${inFlight ?? 0} in flight`],
  ];
}
