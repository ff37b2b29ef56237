import { useComputed } from '@preact/signals';
import type { SessionState } from '../../../model/console-events.js';
import { shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { sessionTag } from '../store/session-key.js';
import { SOON_MS, timeLeft, timeLeftText } from '../store/time-left.js';

/** A session in its slot, with the time it has left. */
export function SessionChip({ session }: { readonly session: SessionState }) {
  const { store, go } = usePage();
  const left = useComputed(() => {
    const time = timeLeft(session, store.now.value);
    if (time === undefined) return '';
    return `${timeLeftText(time.ms)}${time.ms < SOON_MS ? ' ends soon' : ''}`;
  });
  const isSelected = useComputed(() => store.selectedTag.value === sessionTag(session)).value;
  const { sessionId, inFlight = 0 } = session;
  return (
    <button
      type="button"
      class={`chip${isSelected ? ' selected' : ''}${inFlight > 0 ? ' busy' : ''}`}
      aria-pressed={isSelected}
      onClick={() => go({ session })}
    >
      <span class="hidden">session </span>
      {shortSessionId(sessionId)} <span class="left">{left.value}</span>
      {inFlight > 0 ? ` ▸ ${inFlight}` : ''}
    </button>
  );
}
