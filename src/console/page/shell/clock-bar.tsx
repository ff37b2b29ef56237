import { useState } from 'preact/hooks';
import { humanDuration, timeOfDay } from '../../../model/human-time.js';
import { usePage } from '../page-context.js';

const STEPS = [
  ['1 minute', 60],
  ['10 minutes', 600],
  ['30 minutes', 1800],
  ['1 hour', 3600],
  ['6 hours', 21_600],
] as const;

/** The session clock: shows its offset, freezes it, and advances it. */
export function ClockBar() {
  const { store, api } = usePage();
  const [failure, setFailure] = useState('');
  const { frozen, offsetMs } = store.clock.value;
  const move = (path: string, body?: object): void => {
    setFailure('');
    api.post(`_emulator/v1/clock/${path}`, body).catch((error: Error) => setFailure(error.message));
  };
  return (
    <fieldset class="clock">
      <legend class="hidden">session clock</legend>
      <span>
        clock {timeOfDay(store.now.value)}
        {movedText(offsetMs)}
        {frozen ? ', frozen' : ''}
      </span>
      <button type="button" onClick={() => move(frozen ? 'resume' : 'freeze')}>
        {frozen ? 'Unfreeze' : 'Freeze'}
      </button>
      <label>
        <span class="hidden">Advance</span>
        <select
          id="advance"
          value=""
          onChange={(event) => {
            move('advance', { milliseconds: Number(event.currentTarget.value) * 1000 });
            event.currentTarget.value = '';
          }}
        >
          <option value="" disabled>
            Advance
          </option>
          {STEPS.map(([text, seconds]) => (
            <option key={text} value={seconds}>
              {text}
            </option>
          ))}
        </select>
      </label>
      {failure === '' ? undefined : <span role="alert">{failure}</span>}
    </fieldset>
  );
}

function movedText(offsetMs: number): string {
  if (Math.abs(offsetMs) < 1000) return '';
  return ` (${offsetMs < 0 ? '−' : '+'}${humanDuration(Math.abs(offsetMs) / 1000)})`;
}
