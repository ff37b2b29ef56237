import { useEffect, useState } from 'preact/hooks';
import type { RequestRecord } from '../../../model/request-record.js';
import { usePage } from '../page-context.js';

/** A request and the data that explains it. */
export interface FoundRequest {
  readonly record: RequestRecord;
  /** The requests of the same session, oldest first. */
  readonly sameSession: readonly RequestRecord[];
}

/** @returns the request from the page, or else from the emulator; null when neither has it, undefined while the emulator is asked */
export function useRequest(requestId: string): FoundRequest | null | undefined {
  const { store, api } = usePage();
  const records = store.requests.value;
  const kept = records.find((one) => one.requestId === requestId);
  const [answer, setAnswer] = useState<{ readonly id: string; readonly found: FoundRequest | null }>();

  useEffect(() => {
    if (kept !== undefined) return;
    let isOver = false;
    const answer = (found: FoundRequest | null): void => {
      if (!isOver) setAnswer({ id: requestId, found });
    };
    ask().then(answer, () => answer(null));
    return () => {
      isOver = true;
    };

    async function ask(): Promise<FoundRequest> {
      const record: RequestRecord = await api.get(`_emulator/v1/requests/${encodeURIComponent(requestId)}`);
      const sessionId = record.decision?.sessionId;
      if (sessionId === undefined) return { record, sameSession: [] };
      const query = new URLSearchParams({ sessionId, functionName: record.functionName });
      const { requests } = await api.get<{ readonly requests: readonly RequestRecord[] }>(
        `_emulator/v1/requests?${query}`,
      );
      return { record, sameSession: requests };
    }
  }, [requestId, kept === undefined]);

  if (kept === undefined) return answer?.id === requestId ? answer.found : undefined;
  const sessionId = kept.decision?.sessionId;
  if (sessionId === undefined) return { record: kept, sameSession: [] };
  const sameSession = records.filter(
    (one) => one.decision?.sessionId === sessionId && one.functionName === kept.functionName,
  );
  return { record: kept, sameSession: sameSession.reverse() };
}
