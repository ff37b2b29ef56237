import { timeOfDay } from '../../../model/human-time.js';
import type { HistoryStep } from '../../../model/session-history.js';
import { shortInstanceId } from '../../../model/short-id.js';

const OPENED = { known: '', opened: ', opened the session', reopened: ', opened the session again' };

/** @returns a step of a session's history as one line */
export function historyText(step: HistoryStep): string {
  const at = timeOfDay(step.at);
  switch (step.kind) {
    case 'created':
      return `${at} created by the API, or its first requests are not kept any more`;
    case 'expired':
      return `${at} expired`;
    case 'request':
      return `${at} #${step.n} ${step.method} ${step.target} ${step.status} on ${shortInstanceId(step.instanceId)}, ${step.placement}${OPENED[step.session]}`;
  }
}
