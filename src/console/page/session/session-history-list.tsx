import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import type { SessionHistory } from '../../../model/session-history.js';
import { usePage } from '../page-context.js';
import { historyText } from './history-text.js';

/** The most steps to show. Earlier steps are left out. */
const MOST_SHOWN = 50;
/** The shortest time between two reads of the history. */
const LEAST_WAIT_MS = 1000;

/** The history of a session: its creation, its requests and its end. Read again when the session changes. */
export function SessionHistoryList({ session }: { readonly session: SessionState }) {
  const { api, go } = usePage();
  const [history, setHistory] = useState<SessionHistory>();
  const askedAt = useRef(Number.NEGATIVE_INFINITY);
  const { functionName, qualifier, sessionId, requests, status, instanceId } = session;

  useEffect(() => {
    const names = new URLSearchParams({ functionName, qualifier });
    const path = `_emulator/v1/sessions/${encodeURIComponent(sessionId)}/history?${names}`;
    const wait = Math.max(0, askedAt.current + LEAST_WAIT_MS - performance.now());
    const timer = setTimeout(() => {
      askedAt.current = performance.now();
      // The header of the page shows when the emulator does not answer.
      api.get<SessionHistory>(path).then(setHistory, () => {});
    }, wait);
    return () => clearTimeout(timer);
  }, [functionName, qualifier, sessionId, requests, status, instanceId]);

  const steps = history?.sessionId === sessionId ? history.steps : [];
  const shown = steps.slice(-MOST_SHOWN);
  return (
    <>
      <h3>History</h3>
      {steps.length > shown.length ? (
        <p>{steps.length - shown.length} earlier steps are not shown</p>
      ) : undefined}
      <ol class="history">
        {shown.map((step) => {
          const text = historyText(step);
          if (step.kind !== 'request') return <li key={text}>{text}</li>;
          const { requestId } = step;
          return (
            <li key={requestId}>
              <button
                type="button"
                class="link"
                onClick={() => go({ screen: 'requests', request: requestId })}
              >
                {text}
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}
