import type { PoolView } from '../../../model/pool-view.js';
import type { RequestRecord } from '../../../model/request-record.js';
import { shortInstanceId } from '../../../model/short-id.js';

/** @returns the decision about a request in a few words, for the list. The panel of the request has the full explanation. */
export function decisionText({ decision, refusal }: RequestRecord): string {
  if (refusal !== undefined) return `${refusal.code}${poolText(refusal.pool)}`;
  if (decision === undefined) return '';
  const full = decision.pool === undefined ? '' : fullText(decision.pool);
  const words = [decision.session === 'known' ? '' : decision.session, decision.placement, full];
  return words.filter((word) => word !== '' && word !== 'none').join(', ');
}

function poolText(pool: PoolView | undefined): string {
  if (pool === undefined) return '';
  if (pool.boundTo !== undefined) return `: ${shortInstanceId(pool.boundTo)} is busy`;
  return `: ${pool.size} of ${pool.size} instances full`;
}

/** @returns the instances that had no free slot */
function fullText({ oldest, sessionsPerInstance }: PoolView): string {
  const full = oldest.filter(({ sessions }) => sessions >= sessionsPerInstance);
  if (full.length === 0) return '';
  const names = full.slice(0, 2).map(({ instanceId }) => shortInstanceId(instanceId));
  const more = full.length > 2 ? ` and ${full.length - 2} more` : '';
  return `${names.join(', ')}${more} full`;
}
