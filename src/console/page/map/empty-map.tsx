import { writeAddress } from '../address.js';
import { usePage } from '../page-context.js';

/** The text of the map when there is no instance. */
export function EmptyMap() {
  const { store } = usePage();
  const url = store.shown.value?.url;
  return (
    <div class="empty">
      <p>
        <strong>No instance runs yet.</strong> The first request starts one.
      </p>
      {url == null ? undefined : (
        <>
          <pre>curl -i {url}/</pre>
          <p>
            Or let the{' '}
            <a href={writeAddress({ screen: 'walkthrough', on: store.shownKey.value })}>walkthrough</a> send
            the four documented requests.
          </p>
        </>
      )}
    </div>
  );
}
