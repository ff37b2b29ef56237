import { explain } from '../../../model/explain-request.js';
import { hintText } from '../../../model/hint-text.js';
import { timeOfDay } from '../../../model/human-time.js';
import type { RequestRecord } from '../../../model/request-record.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';

const WORDS = { session: shortSessionId, instance: shortInstanceId, time: timeOfDay, hint: hintText };

/** Why the selected request went where it went, in the words of `explain`. */
export function RequestPanel() {
  const { store, go } = usePage();
  const requestId = store.selectedRequest.value;
  if (requestId === undefined) return undefined;
  const records = store.requests.value;
  const record = records.find((one) => one.requestId === requestId);
  return (
    <section class="request-panel" aria-labelledby="request-title">
      <h2 id="request-title">
        Request <code>{requestId}</code>
      </h2>
      <p class="buttons">
        <button type="button" onClick={() => go({ screen: 'requests', request: undefined })}>
          Close
        </button>
      </p>
      {record === undefined ? (
        <p>The request is not among those that the page has kept.</p>
      ) : (
        <Explanation record={record} records={records} />
      )}
    </section>
  );
}

interface ExplanationProps {
  readonly record: RequestRecord;
  /** Newest first. */
  readonly records: readonly RequestRecord[];
}

function Explanation({ record, records }: ExplanationProps) {
  const sessionId = record.decision?.sessionId;
  const sameSession =
    sessionId === undefined
      ? []
      : records
          .filter((one) => one.decision?.sessionId === sessionId && one.functionName === record.functionName)
          .reverse();
  return (
    <dl class="explanation">
      {explain({ record, sameSession, session: undefined }, WORDS).map(({ label, lines }) => (
        <div key={label}>
          <dt>{label}</dt>
          {lines.map((line) => (
            <dd key={line}>{line}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
