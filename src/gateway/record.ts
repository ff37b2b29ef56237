import type { Clock } from '../model/clock.js';
import { ERROR_STATUS } from '../model/errors.js';
import type { HttpTrigger } from '../model/function.js';
import type { Hint } from '../model/hint.js';
import type { RequestRecord } from '../model/request-record.js';
import type { Exchange } from './exchange.js';

/** Stands for the method and target of what could not be parsed. */
export const UNKNOWN = '-';

interface RecorderOptions {
  readonly trigger: HttpTrigger;
  readonly clock: Clock;
  readonly onRecord: (record: RequestRecord) => void;
}

/** @returns what turns an exchange that has ended into its record */
export function createRecorder({ trigger, clock, onRecord }: RecorderOptions): (exchange: Exchange) => void {
  let pageExplained = trigger.customDomain;

  const hintOn = ({ request, outcome }: Exchange): Hint | undefined => {
    if (pageExplained || outcome !== 'completed' || !asksForHtml(request.rawHeaders)) return undefined;
    pageExplained = true;
    return { code: 'page-downloaded' };
  };

  return (exchange) => {
    const { request, outcome, refusal, startedAt, admittedAt, firstByteAt } = exchange;
    onRecord({
      requestId: exchange.requestId,
      functionName: trigger.functionName,
      qualifier: trigger.qualifier,
      method: request.method ?? UNKNOWN,
      target: request.url || UNKNOWN,
      upgrade: exchange.upgrade,
      at: exchange.at,
      outcome,
      status: statusOf(exchange),
      decision: exchange.decision,
      refusal: refusal && { code: refusal.code, message: refusal.message, fix: refusal.fix },
      attempts: exchange.attempts,
      durationMs: clock.now() - startedAt,
      admittedMs: admittedAt === undefined ? undefined : admittedAt - startedAt,
      firstByteMs: firstByteAt === undefined ? undefined : firstByteAt - startedAt,
      hint: hintOn(exchange),
    });
  };
}

function statusOf({ outcome, response }: Exchange): number {
  if (outcome === 'client-closed') return ERROR_STATUS.ClientClosedRequest;
  if (outcome === 'stopped' && !response.headersSent) return ERROR_STATUS.ServiceUnavailable;
  return response.statusCode;
}

/** The request's `headers` have been put on the way to the instance by now. */
function asksForHtml(rawHeaders: readonly string[]): boolean {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'accept') return /\btext\/html\b/i.test(rawHeaders[at + 1] ?? '');
  }
  return false;
}
