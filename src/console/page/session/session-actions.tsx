import { useState } from 'preact/hooks';
import type { FunctionState, SessionState } from '../../../model/console-events.js';
import { usePage } from '../page-context.js';
import { ExtendDialog } from './extend-dialog.js';
import { TerminateDialog } from './terminate-dialog.js';

interface SessionActionsProps {
  readonly session: SessionState;
  readonly served: FunctionState | undefined;
}

/** Buttons to extend, pause, resume and end a session. They call the same API as the command line. */
export function SessionActions({ session, served }: SessionActionsProps) {
  const { api } = usePage();
  const [failure, setFailure] = useState('');
  const [asks, setAsks] = useState<'extend' | 'terminate'>();
  const { functionName, qualifier, sessionId, status } = session;
  const path = `2023-03-30/functions/${encodeURIComponent(functionName)}/sessions/${encodeURIComponent(sessionId)}`;
  const query = `?qualifier=${encodeURIComponent(qualifier)}`;

  async function act(call: Promise<unknown>): Promise<void> {
    setFailure('');
    await call.catch((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)));
  }

  return (
    <div class="session-actions">
      <p class="buttons">
        {status === 'Active' ? (
          <button type="button" onClick={() => setAsks('extend')}>
            Extend
          </button>
        ) : undefined}
        {status === 'Active' && served?.isolation === 'SESSION_EXCLUSIVE' ? (
          <button type="button" onClick={() => void act(api.put(`${path}/pause${query}`))}>
            Pause
          </button>
        ) : undefined}
        {status === 'Paused' ? (
          <button type="button" onClick={() => void act(api.put(`${path}/resume${query}`))}>
            Resume
          </button>
        ) : undefined}
        <button type="button" class="danger" onClick={() => setAsks('terminate')}>
          Terminate
        </button>
      </p>
      {failure === '' ? undefined : <p role="alert">{failure}</p>}
      {asks === 'extend' ? (
        <ExtendDialog
          session={session}
          onAnswer={(times) => {
            setAsks(undefined);
            if (times !== undefined) void act(api.put(`${path}${query}`, times));
          }}
        />
      ) : undefined}
      {asks === 'terminate' ? (
        <TerminateDialog
          sessionId={sessionId}
          onAnswer={(yes) => {
            setAsks(undefined);
            if (yes) void act(api.delete(`${path}${query}`));
          }}
        />
      ) : undefined}
    </div>
  );
}
