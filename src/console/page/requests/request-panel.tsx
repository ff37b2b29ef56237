import { explain } from '../../../model/explain-request.js';
import { hintText } from '../../../model/hint-text.js';
import { timeOfDay } from '../../../model/human-time.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { CopyButton } from '../session/copy-button.js';
import { sessionKey } from '../store/session-key.js';
import { type FoundRequest, useRequest } from './use-request.js';

const WORDS = { session: shortSessionId, instance: shortInstanceId, time: timeOfDay, hint: hintText };

/** The explanation of the selected request, as `explain` gives it. */
export function RequestPanel() {
  const { store } = usePage();
  const requestId = store.selectedRequest.value;
  return requestId === undefined ? undefined : <Panel key={requestId} requestId={requestId} />;
}

function Panel({ requestId }: { readonly requestId: string }) {
  const { go } = usePage();
  const found = useRequest(requestId);
  return (
    <section class="panel request-panel" aria-labelledby="request-title">
      <div class="panel-head">
        <h2 id="request-title">
          Request <code title={requestId}>{requestId.slice(-8)}</code>
        </h2>
        <button type="button" onClick={() => go({ request: undefined })}>
          Close
        </button>
      </div>
      {found === null ? (
        <p>The emulator does not keep this request any more: it keeps the last 10,000.</p>
      ) : undefined}
      {found ? <Explanation found={found} /> : undefined}
    </section>
  );
}

function Explanation({ found: { record, sameSession } }: { readonly found: FoundRequest }) {
  const { store, go } = usePage();
  const { functionName, qualifier, decision, refusal, evidence } = record;
  const sessionId =
    decision?.sessionId ?? (refusal?.pool?.boundTo === undefined ? undefined : evidence?.presented);
  const key = sessionId === undefined ? undefined : sessionKey({ functionName, qualifier, sessionId });
  const session = store.sessions.value.find((one) => sessionKey(one) === key);
  const parts = explain(
    {
      // A record from another version of the emulator may have fewer fields.
      record: { ...record, evidence: evidence ?? {}, attempts: record.attempts ?? [] },
      sameSession,
      session: session && { sessionStatus: session.status, containerId: session.instanceId },
    },
    WORDS,
  );
  return (
    <>
      <p class="buttons">
        {session === undefined ? undefined : (
          <button type="button" onClick={() => go({ session })}>
            Show session {shortSessionId(session.sessionId)}
          </button>
        )}
        <CopyButton label="Copy request ID" text={record.requestId} />
      </p>
      <dl class="explanation">
        {parts.map(({ label, lines }) => (
          <div key={label}>
            <dt>{label}</dt>
            {lines.map((line) => (
              <dd key={line}>{line}</dd>
            ))}
          </div>
        ))}
      </dl>
    </>
  );
}
