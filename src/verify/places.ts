import { count } from './count.js';
import { type Filling, runningInstances, sessionLimit } from './fill-instance.js';
import { type Finding, judge, skip } from './suite.js';
import type { Trial } from './trial.js';
import { compareInstances, type Witness } from './witness.js';

/** What is known of the room for a second session on the first one's instance. */
export interface Seats {
  /** Why there is none; absent where there is, or where nobody knows. */
  readonly reason?: string;
  readonly limit?: number;
  /** On a running target a place may have come free there since the first request; the oldest is filled first. */
  readonly olderWithRoom?: readonly string[];
}

/** The instances of two sessions' requests. */
interface Pair {
  readonly first: Witness;
  readonly second: Witness;
  /** Why the second request proves nothing, as that it opened no session. */
  readonly lacking?: string;
}

/** Looks, between two requests, whether the first one's instance has room for another session. */
export async function findSeats(trial: Trial, first: Witness): Promise<Seats> {
  const limit = sessionLimit(trial);
  if (limit === 1) return { reason: 'an instance takes one session only, so the second has to go elsewhere' };
  if (first.kind !== 'known' || limit === undefined) return { limit };
  const instances = await runningInstances(trial);
  const instance = instances.find(({ instanceId }) => instanceId === first.instanceId);
  if (instance === undefined) return { limit };
  if (instance.sessions >= limit) {
    const seated = `${count(instance.sessions, 'session')} of ${limit}`;
    return { reason: `instance ${instance.instanceId} is full after the first request (${seated})` };
  }
  const older = instances.filter(
    (one) => one.createdTimeMs < instance.createdTimeMs && one.sessions < limit && one !== instance,
  );
  return { limit, olderWithRoom: older.map(({ instanceId }) => instanceId) };
}

/** A second session shares the first one's instance where there is room; where there is not, nothing is said against it. */
export function sharesInstance({ first, second, lacking }: Pair, seats: Seats): Finding {
  const finding = compareInstances({ first, second, wanted: 'same', lacking: seats.reason ?? lacking });
  if (finding.status !== 'failed' || first.kind !== 'known' || second.kind !== 'known') return finding;
  if (seats.reason !== undefined) return skip(seats.reason, finding.actual);
  if (seats.olderWithRoom?.includes(second.instanceId)) {
    return skip('a place had come free on an older instance, which is filled first', finding.actual);
  }
  if (seats.limit !== undefined) return finding;
  const setting = 'the documented setting is two sessions an instance on an unused function';
  return judge(false, `${finding.actual}; ${setting}`);
}

/** A session more than the first one's instance takes goes to another. */
export function goesElsewhere({ first, second, lacking }: Pair, filling: Filling): Finding {
  const finding = compareInstances({ first, second, wanted: 'other', lacking });
  if (first.kind !== 'known' || second.kind !== 'known') return finding;
  if (filling.kind === 'not-full') return skip(filling.reason, finding.actual);
  const { opened, limit } = filling;
  const filled = `limit ${limit}; ${count(opened, 'more session')} opened to fill it`;
  const expected = `another instance than that of the first request, which is full (${filled})`;
  if (finding.status === 'skipped') return { ...finding, expected };
  return { ...finding, expected, actual: opened === 0 ? finding.actual : `${finding.actual} (${filled})` };
}
