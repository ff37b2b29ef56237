import { useEffect, useRef, useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import type { SessionHistory } from '../../../model/session-history.js';
import { usePage } from '../page-context.js';
import { historyText } from './history-text.js';

/** Shown of a longer history: the last ones. */
const MOST_SHOWN = 50;
/** How often the history is asked at most, while its requests come. */
const LEAST_WAIT_MS = 1000;

/** What happened to a session: who opened it, its requests, its end. Asked anew when the session changes. */
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
      // Where nothing answers, the header of the page shows it.
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
