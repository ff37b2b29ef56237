import { useComputed } from '@preact/signals';
import { usePage } from '../page-context.js';
import { EmptyMap } from './empty-map.js';
import { EndedInstances } from './ended-instances.js';
import { HeatMap } from './heat-map.js';
import { InstanceBox } from './instance-box.js';
import { RecentRequests } from './recent-requests.js';

/** Above this the instances fold, and the sessions are cells of a heat map. */
const MOST_CHIPS = 2000;

/** The instances with their slots, and the sessions that hold them. */
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
