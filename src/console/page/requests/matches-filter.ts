import type { RequestRecord } from '../../../model/request-record.js';

/** @returns whether a request contains every word of the filter in its path, IDs, placement or refusal; `429` and `4xx` mean the status */
export function matchesFilter(record: RequestRecord, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = searchedText(record);
  return words.every((word) => {
    if (/^[1-5]xx$/.test(word)) return `${record.status}`.startsWith(word.slice(0, 1));
    return /^[1-5]\d\d$/.test(word) ? `${record.status}` === word : text.includes(word);
  });
}

function searchedText(record: RequestRecord): string {
  const { requestId, method, target, decision, refusal, outcome, evidence } = record;
  const parts = [
    requestId,
    method,
    target,
    outcome,
    decision?.sessionId,
    decision?.instanceId,
    decision?.placement,
    decision?.session,
    refusal?.code,
    evidence?.presented,
    evidence?.userAgent,
  ];
  return parts.join('\n').toLowerCase();
}
