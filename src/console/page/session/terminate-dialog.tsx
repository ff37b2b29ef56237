import { useEffect, useRef } from 'preact/hooks';

interface TerminateDialogProps {
  readonly sessionId: string;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks before a session is ended. */
export function TerminateDialog({ sessionId, onAnswer }: TerminateDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="terminate-title" onCancel={() => onAnswer(false)}>
      <h2 id="terminate-title">Terminate this session?</h2>
      <p>
        Session <code>{sessionId}</code> ends at once. Its slot is free again, and what the handler keeps of
        it is lost.
      </p>
      <p class="buttons">
        <button type="button" onClick={() => onAnswer(true)}>
          Yes, terminate
        </button>
        <button type="button" onClick={() => onAnswer(false)}>
          No
        </button>
      </p>
    </dialog>
  );
}
