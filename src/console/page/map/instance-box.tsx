import type { SessionState } from '../../../model/console-events.js';
import { shortInstanceId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { sessionKey } from '../store/session-key.js';
import { LastRequest } from './last-request.js';
import { SessionChip } from './session-chip.js';

/** With at most this many slots, each free slot is drawn. */
const FEW_SLOTS = 4;

interface InstanceBoxProps {
  readonly instanceId: string;
  /** Shows a bar in place of the slots. */
  readonly isFolded: boolean;
}

/** An instance: its state, its requests in flight and its slots. Drawn again only when the instance changes. */
export function InstanceBox({ instanceId, isFolded }: InstanceBoxProps) {
  const { store } = usePage();
  const box = store.box(instanceId).value;
  if (box === undefined) return undefined;
  const { instance, places, last } = box;
  const { state = 'ready', slots = 0, slotsTaken = 0, inFlight = 0, revision = 1, pid } = instance;
  const isFull = slots > 0 && slotsTaken >= slots;
  const slotsLabel = `slots of ${shortInstanceId(instanceId)}`;
  return (
    <li class={`instance ${state}${isFull ? ' full' : ''}`}>
      <div class="instance-head">
        <h3 title={`${instanceId}${pid == null ? '' : `, process ${pid}`}`}>{shortInstanceId(instanceId)}</h3>
        <span class="state">{isFull && state === 'ready' ? 'ready, full' : state}</span>
        <span class="counts">
          {revision > 1 ? `revision ${revision} · ` : ''}
          {slots === 0 ? '' : `${slotsTaken}/${slots} slots · `}
          {inFlight} in flight
        </span>
      </div>
      {slots > 0 && isFolded ? (
        <meter min={0} max={slots} value={slotsTaken} aria-label={slotsLabel} />
      ) : undefined}
      {slots > 0 && !isFolded ? (
        <ul class="slots" aria-label={slotsLabel}>
          {shownPlaces(places).map(({ session, free }, at) => (
            <li key={session === undefined ? `free ${at}` : sessionKey(session)}>
              {session === undefined ? (
                <span class="free">{free === 1 ? 'free' : `${free} free`}</span>
              ) : (
                <SessionChip session={session} />
              )}
            </li>
          ))}
        </ul>
      ) : undefined}
      {isFolded ? undefined : <LastRequest key={last?.requestId} record={last} />}
    </li>
  );
}

/** With many slots, the free slots are one group after the sessions. */
function shownPlaces(
  places: readonly (SessionState | undefined)[],
): readonly { readonly session?: SessionState; readonly free: number }[] {
  if (places.length <= FEW_SLOTS)
    return places.map((session) => (session ? { session, free: 0 } : { free: 1 }));
  const taken = places.flatMap((session) => (session ? [{ session, free: 0 }] : []));
  const free = places.length - taken.length;
  return free === 0 ? taken : [...taken, { free }];
}
