import { usePage } from '../page-context.js';
import { HeatMap } from './heat-map.js';
import { InstanceBox } from './instance-box.js';

/** Above this the instances fold, and the sessions are cells of a heat map. */
const MOST_CHIPS = 2000;

/** The instances with their slots, and the sessions that hold them. */
export function MapView() {
  const { store } = usePage();
  const instances = store.instances.value;
  const isFolded = store.sessions.value.length > MOST_CHIPS;
  const url = store.shown.value?.url;
  return (
    <section class="map" aria-labelledby="map-title">
      <h2 id="map-title">Map</h2>
      {instances.length === 0 ? (
        <p>No instance runs yet. A first request starts one{url == null ? '' : `: curl ${url}/`}</p>
      ) : undefined}
      {isFolded ? <HeatMap /> : undefined}
      <ul class="instances">
        {instances.map(({ instanceId }) => (
          <InstanceBox key={instanceId} instanceId={instanceId} isFolded={isFolded} />
        ))}
      </ul>
    </section>
  );
}
