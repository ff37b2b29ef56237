import { useEffect, useRef, useState } from 'preact/hooks';
import { shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';

/** A screen reader gets at most one message a second. */
const LEAST_WAIT_MS = 1000;

/** Announces refusals and the state of the selected session to a screen reader. */
export function Announcer() {
  const { store } = usePage();
  const [text, setText] = useState('');
  const next = useRef('');
  const refused = store.refused.value;
  const session = store.selectedSession.value;
  const state =
    session === undefined ? '' : `session ${shortSessionId(session.sessionId)} is ${session.status}`;

  const announce = (message: string): void => {
    if (next.current === '')
      setTimeout(() => {
        setText(next.current);
        next.current = '';
      }, LEAST_WAIT_MS);
    next.current = message;
  };
  useEffect(() => {
    if (refused > 0) announce(`${refused} requests refused with 429`);
  }, [refused]);
  useEffect(() => {
    if (state !== '') announce(state);
  }, [state]);
  return (
    <div class="hidden" aria-live="polite">
      {text}
    </div>
  );
}
