import { useComputed } from '@preact/signals';
import { usePage } from '../page-context.js';
import { EmptyMap } from './empty-map.js';
import { EndedInstances } from './ended-instances.js';
import { HeatMap } from './heat-map.js';
import { InstanceBox } from './instance-box.js';
import { RecentRequests } from './recent-requests.js';

/** With more sessions than this, the map shows instances without slots, and the sessions as a heat map. */
const MOST_CHIPS = 2000;

/** The instances, their slots, and the sessions in the slots. */
export function MapView() {
  const { store } = usePage();
  const instances = store.instances.value;
  const isFolded = useComputed(() => store.sessions.value.length > MOST_CHIPS).value;
  return (
    <section class="map" aria-labelledby="map-title">
      <h2 id="map-title" class="hidden">
        Map
      </h2>
      {instances.length === 0 ? <EmptyMap /> : undefined}
      {isFolded ? <HeatMap /> : undefined}
      <ul class={`instances${isFolded ? ' folded' : ''}`}>
        {instances.map(({ instanceId }) => (
          <InstanceBox key={instanceId} instanceId={instanceId} isFolded={isFolded} />
        ))}
      </ul>
      <EndedInstances />
      <RecentRequests />
    </section>
  );
}
