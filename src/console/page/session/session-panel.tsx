import { useEffect, useRef } from 'preact/hooks';
import type { FunctionState, SessionState } from '../../../model/console-events.js';
import { timeOfDay } from '../../../model/human-time.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { sessionKey } from '../store/session-key.js';
import { timeLeft, timeLeftText } from '../store/time-left.js';
import { CopyButton } from './copy-button.js';
import { SessionActions } from './session-actions.js';
import { curlLine, sessionLine } from './session-commands.js';
import { SessionHistoryList } from './session-history-list.js';

/** The selected session: its instance, its end, its history and its actions. */
export function SessionPanel() {
  const { store } = usePage();
  const session = store.selectedSession.value;
  return session === undefined ? undefined : <Panel key={sessionKey(session)} session={session} />;
}

function Panel({ session }: { readonly session: SessionState }) {
  const { store, go } = usePage();
  const title = useRef<HTMLHeadingElement>(null);
  const hasEnded = session.status === 'Expired';
  const hadEnded = useRef(hasEnded);
  useEffect(() => {
    // The focused button was removed with the session.
    if (hasEnded && !hadEnded.current && document.activeElement === document.body) title.current?.focus();
    hadEnded.current = hasEnded;
  }, [hasEnded]);
  const served = store.functions.value.find(
    ({ functionName, qualifier }) => functionName === session.functionName && qualifier === session.qualifier,
  );
  return (
    <section class="panel session-panel" aria-labelledby="session-title">
      <div class="panel-head">
        <h2 id="session-title" ref={title} tabIndex={-1}>
          Session <code title={session.sessionId}>{shortSessionId(session.sessionId)}</code>
        </h2>
        <span class={`badge ${session.status.toLowerCase()}`}>{session.status}</span>
        <button type="button" onClick={() => go({ session: undefined })}>
          Close
        </button>
      </div>
      <dl class="facts">
        {factsOf(session, store.now.value).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {served === undefined ? undefined : <CopyButtons session={session} served={served} />}
      {hasEnded ? undefined : <SessionActions session={session} served={served} />}
      <SessionHistoryList session={session} />
    </section>
  );
}

function CopyButtons({
  session,
  served,
}: {
  readonly session: SessionState;
  readonly served: FunctionState;
}) {
  const { kind, text } = sessionLine(session, served);
  const curl = curlLine(session, served);
  return (
    <p class="buttons">
      <CopyButton label={`Copy ${kind}`} text={text} />
      {curl === undefined ? undefined : <CopyButton label="Copy curl" text={curl} />}
    </p>
  );
}

function factsOf(session: SessionState, now: number): [name: string, value: string][] {
  const { sessionId, functionName, qualifier, instanceId, createdAt, requests, inFlight } = session;
  const left = timeLeft(session, now);
  return [
    ['ID', sessionId],
    ['function', `${functionName} (${qualifier})`],
    ['instance', instanceId === '' ? 'none' : shortInstanceId(instanceId)],
    ['opened', timeOfDay(createdAt)],
    [
      'ends in',
      left === undefined ? '–' : `${timeLeftText(left.ms)}, by ${left.by === 'ttl' ? 'TTL' : 'idle time'}`,
    ],
    ['requests', `${requests ?? 0}, ${inFlight ?? 0} in flight`],
  ];
}
