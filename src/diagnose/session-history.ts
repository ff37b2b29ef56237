import type { SessionState } from '../model/console-events.js';
import type { RequestRecord } from '../model/request-record.js';
import type { HistoryStep, SessionHistory } from '../model/session-history.js';

/**
 * @param session the session now; undefined when it is no longer known
 * @param records the kept requests of the session, oldest first
 */
export function sessionHistory(
  ref: Pick<SessionHistory, 'sessionId' | 'functionName' | 'qualifier'>,
  session: SessionState | undefined,
  records: readonly RequestRecord[],
): SessionHistory {
  const requests = records.flatMap((record, at) => requestStep(record, at + 1));
  const [first] = requests;
  const isOpener = first?.kind === 'request' && first.session !== 'known';
  const steps: HistoryStep[] = [
    ...(session !== undefined && !isOpener
      ? [{ kind: 'created', at: session.createdAt } satisfies HistoryStep]
      : []),
    ...requests,
    ...(session?.status === 'Expired' && session.expiresAt !== null
      ? [{ kind: 'expired', at: session.expiresAt } satisfies HistoryStep]
      : []),
  ];
  return { ...ref, session: session ?? null, steps: steps.sort((one, other) => one.at - other.at) };
}

function requestStep({ decision, ...record }: RequestRecord, n: number): HistoryStep[] {
  if (decision === undefined || decision.session === 'none') return [];
  const { at, requestId, method, target, status } = record;
  const { instanceId, placement, session } = decision;
  return [{ kind: 'request', at, n, requestId, method, target, status, instanceId, placement, session }];
}
