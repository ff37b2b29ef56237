import { useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import { usePage } from '../page-context.js';
import { TerminateDialog } from './terminate-dialog.js';

/** The longest TTL of a session. */
const LONGEST_TTL = 21_600;

/** Extends, pauses, resumes and ends a session, by the API that the command line uses. */
export function SessionActions({ session }: { readonly session: SessionState }) {
  const { api } = usePage();
  const [failure, setFailure] = useState('');
  const [asks, setAsks] = useState(false);
  const { functionName, qualifier, sessionId, status, createdAt, expiresAt } = session;
  const path = `2023-03-30/functions/${encodeURIComponent(functionName)}/sessions/${encodeURIComponent(sessionId)}`;
  const query = `?qualifier=${encodeURIComponent(qualifier)}`;

  async function act(call: () => Promise<unknown>): Promise<void> {
    setFailure('');
    await call().catch((error: unknown) =>
      setFailure(error instanceof Error ? error.message : String(error)),
    );
  }
  const ttl = expiresAt == null ? LONGEST_TTL : Math.round((expiresAt - createdAt) / 1000);
  const longer = Math.min(LONGEST_TTL, ttl + 3600);
  const isActive = status === 'Active';

  return (
    <div class="session-actions">
      <p class="buttons">
        <button
          type="button"
          disabled={!isActive || longer <= ttl}
          onClick={() => void act(() => api.put(`${path}${query}`, { sessionTTLInSeconds: longer }))}
        >
          Extend
        </button>
        {status === 'Paused' ? (
          <button type="button" onClick={() => void act(() => api.put(`${path}/resume${query}`))}>
            Resume
          </button>
        ) : (
          <button
            type="button"
            disabled={!isActive}
            onClick={() => void act(() => api.put(`${path}/pause${query}`))}
          >
            Pause
          </button>
        )}
        <button type="button" class="danger" onClick={() => setAsks(true)}>
          Terminate
        </button>
      </p>
      {failure === '' ? undefined : <p role="alert">{failure}</p>}
      {asks ? (
        <TerminateDialog
          sessionId={sessionId}
          onAnswer={(yes) => {
            setAsks(false);
            if (yes) void act(() => api.delete(`${path}${query}`));
          }}
        />
      ) : undefined}
    </div>
  );
}
