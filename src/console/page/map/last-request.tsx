import type { RequestRecord } from '../../../model/request-record.js';
import { usePage } from '../page-context.js';

/** The last answered request of an instance. */
export function LastRequest({ record }: { readonly record: RequestRecord | undefined }) {
  const { go } = usePage();
  if (record === undefined) return <p class="last-request">no request yet</p>;
  const { requestId, method, target, status, durationMs, decision } = record;
  return (
    <p class="last-request arrived">
      <button type="button" class="link" title={target} onClick={() => go({ request: requestId })}>
        {method} {target}
      </button>
      <span>
        {status} {durationMs === undefined ? '' : `${Math.round(durationMs)} ms`} {decision?.placement}
      </span>
    </p>
  );
}
