import { useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import { humanDuration } from '../../../model/human-time.js';
import { ModalDialog } from './modal-dialog.js';
import { type SessionTimes, timesFrom, timesOf } from './session-times.js';

interface ExtendDialogProps {
  readonly session: SessionState;
  /** Called with undefined to cancel. */
  readonly onAnswer: (times: SessionTimes | undefined) => void;
}

/** Asks for a new TTL and a new idle time of a session. */
export function ExtendDialog({ session, onAnswer }: ExtendDialogProps) {
  const before = timesOf(session);
  const [ttl, setTTL] = useState(() => shown(before.sessionTTLInSeconds));
  const [idle, setIdle] = useState(() => shown(before.sessionIdleTimeoutInSeconds));
  const [fault, setFault] = useState('');

  const submit = (event: Event): void => {
    event.preventDefault();
    const times = timesFrom({ ttl, idle }, before);
    if (typeof times === 'string') setFault(times);
    else onAnswer(times);
  };

  return (
    <ModalDialog titleId="extend-title" onCancel={() => onAnswer(undefined)}>
      <form onSubmit={submit} noValidate>
        <h2 id="extend-title">Extend the session</h2>
        <p id="extend-help">
          A duration has units, as 90s, 30m, 6h. The TTL counts from the opening of the session.
        </p>
        <p class="fields">
          <label for="extend-ttl">TTL</label>
          <input
            id="extend-ttl"
            aria-describedby="extend-help"
            value={ttl}
            onInput={(event) => setTTL(event.currentTarget.value)}
          />
          <label for="extend-idle">Idle time</label>
          <input
            id="extend-idle"
            aria-describedby="extend-help"
            value={idle}
            onInput={(event) => setIdle(event.currentTarget.value)}
          />
        </p>
        {fault === '' ? undefined : <p role="alert">{fault}</p>}
        <p class="buttons">
          <button type="submit" class="primary">
            Save
          </button>
          <button type="button" onClick={() => onAnswer(undefined)}>
            Cancel
          </button>
        </p>
      </form>
    </ModalDialog>
  );
}

function shown(seconds: number | undefined): string {
  return seconds === undefined ? '' : humanDuration(seconds).replaceAll(' ', '');
}
