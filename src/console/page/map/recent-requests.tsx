import { usePage } from '../page-context.js';
import { RequestRow } from '../requests/request-row.js';

const MOST = 8;

/** The latest ended requests, below the map. */
export function RecentRequests() {
  const { store, go } = usePage();
  const requests = store.requests.value.slice(0, MOST);
  if (requests.length === 0) return undefined;
  return (
    <section class="recent" aria-labelledby="recent-title">
      <h3 id="recent-title">Latest requests</h3>
      <div class="recent-table">
        <table aria-labelledby="recent-title">
          <tbody>
            {requests.map((record, at) => (
              <RequestRow
                key={record.requestId}
                record={record}
                row={at + 1}
                isSelected={record.requestId === store.selectedRequest.value}
                onShow={() => go({ request: record.requestId })}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
