import { ModalDialog } from './modal-dialog.js';

interface TerminateDialogProps {
  readonly sessionId: string;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks before a session is ended. The focus is on Cancel, so a second Enter does not end the session. */
export function TerminateDialog({ sessionId, onAnswer }: TerminateDialogProps) {
  return (
    <ModalDialog titleId="terminate-title" onCancel={() => onAnswer(false)}>
      <h2 id="terminate-title">Terminate this session?</h2>
      <p>
        Session <code>{sessionId}</code> ends at once and its slot becomes free. What the handler keeps of the
        session may be lost.
      </p>
      <p class="buttons">
        <button type="button" autofocus onClick={() => onAnswer(false)}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={() => onAnswer(true)}>
          Yes, terminate
        </button>
      </p>
    </ModalDialog>
  );
}
