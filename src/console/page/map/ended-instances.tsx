import { timeOfDay } from '../../../model/human-time.js';
import { shortInstanceId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import type { EndedInstance } from '../store/world.js';

const MOST = 4;

/** The instances that ended last, with their reasons, for example a crash. */
export function EndedInstances() {
  const { store } = usePage();
  const ended = store.endedInstances.value.slice(0, MOST);
  if (ended.length === 0) return undefined;
  return (
    <section class="ended" aria-labelledby="ended-title">
      <h3 id="ended-title">Ended</h3>
      <ul>
        {ended.map((one) => (
          <li key={one.instance.instanceId} class={one.reason}>
            <span class="when">{one.at === undefined ? '' : timeOfDay(one.at)}</span>
            <span class="who">{shortInstanceId(one.instance.instanceId)}</span>
            <span>{endText(one)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function endText({ reason, exit, failure }: EndedInstance): string {
  const how =
    exit?.signal != null ? `, signal ${exit.signal}` : exit?.code != null ? `, exit code ${exit.code}` : '';
  const why = failure?.message ?? (reason === 'crashed' ? exit?.lastLines?.at(-1) : undefined);
  return `${reason}${how}${why === undefined ? '' : `: ${why}`}`;
}
