import { useComputed } from '@preact/signals';
import type { SessionState } from '../../../model/console-events.js';
import { shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { sessionTag } from '../store/session-key.js';
import { SOON_MS, timeLeft, timeLeftText } from '../store/time-left.js';
import { TimeRing } from './time-ring.js';

/** With more sessions than this, the chips have no rings, because each ring costs drawing time. */
const MOST_RINGS = 200;

/** A session in its slot, with its time left. */
export function SessionChip({ session }: { readonly session: SessionState }) {
  const { store, go } = usePage();
  const { sessionId, inFlight = 0, status } = session;
  const left = useComputed(() => timeLeft(session, store.now.value));
  const text = useComputed(() => (left.value === undefined ? '' : timeLeftText(left.value.ms))).value;
  const endsSoon = useComputed(() => left.value !== undefined && left.value.ms < SOON_MS).value;
  const share = useComputed(() => Math.round((left.value?.share ?? 0) * 50) / 50).value;
  const hasRing = useComputed(() => store.sessions.value.length <= MOST_RINGS).value;
  const isSelected = useComputed(() => store.selectedTag.value === sessionTag(session)).value;
  const marks = `${isSelected ? ' selected' : ''}${inFlight > 0 ? ' busy' : ''}${endsSoon ? ' soon' : ''}`;
  return (
    <button
      type="button"
      class={`chip${marks}`}
      aria-pressed={isSelected}
      title={sessionId}
      onClick={() => go({ session: isSelected ? undefined : session })}
    >
      <span class="hidden">session </span>
      <span class="chip-id">{shortSessionId(sessionId)}</span>
      {inFlight > 0 ? <span class="in-flight">▸ {inFlight}</span> : undefined}{' '}
      <span class="left">
        {status === 'Active' || status === undefined ? '' : `${status} `}
        {text}
        {endsSoon ? (
          <>
            {' '}
            !<span class="hidden"> ends soon</span>
          </>
        ) : undefined}
      </span>
      {hasRing ? <TimeRing share={share} /> : undefined}
    </button>
  );
}
