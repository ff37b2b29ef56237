import { shortInstanceId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { sessionKey } from '../store/session-key.js';
import { SessionChip } from './session-chip.js';

interface InstanceBoxProps {
  readonly instanceId: string;
  /** Shows a bar in place of the slots. */
  readonly isFolded: boolean;
}

/** An instance: its state, its requests in flight and its slots. Drawn again only when it changes. */
export function InstanceBox({ instanceId, isFolded }: InstanceBoxProps) {
  const { store } = usePage();
  const box = store.box(instanceId).value;
  if (box === undefined) return undefined;
  const { instance, places } = box;
  const { state, slots = 0, slotsTaken = 0, inFlight = 0, revision } = instance;
  const slotsLabel = `slots of ${shortInstanceId(instanceId)}`;
  return (
    <li class={`instance ${state}`}>
      <h3>
        <span title={instanceId}>{shortInstanceId(instanceId)}</span> {state}
      </h3>
      <p>
        {slots === 0 ? '' : `${slotsTaken}/${slots} slots, `}
        {inFlight} in flight{revision > 1 ? `, revision ${revision}` : ''}
      </p>
      {slots > 0 && isFolded ? (
        <meter min={0} max={slots} value={slotsTaken} aria-label={slotsLabel} />
      ) : undefined}
      {slots > 0 && !isFolded ? (
        <ul class="slots" aria-label={slotsLabel}>
          {places.map((session, at) => (
            <li key={session === undefined ? `free ${at}` : sessionKey(session)}>
              {session === undefined ? (
                <span class="free">free</span>
              ) : (
                <SessionChip key={sessionKey(session)} session={session} />
              )}
            </li>
          ))}
        </ul>
      ) : undefined}
    </li>
  );
}
