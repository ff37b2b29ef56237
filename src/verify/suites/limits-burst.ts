import { setMaxListeners } from 'node:events';
import { count } from '../count.js';
import { runningInstances, sessionLimit } from '../fill-instance.js';
import type { Step } from '../report.js';
import { type Finding, judge, skip } from '../suite.js';
import type { Control, Trial } from '../trial.js';
import { unknownInstance } from '../witness.js';
import {
  describe,
  isRefusal,
  isStatus,
  type SessionClient,
  type SessionVisit,
  tellsNothing,
} from './session-client.js';

const AT_ONCE = 50;
/** More would be a load test. */
const MOST_SESSIONS = 100;
const CEILING = ['status', 'nothing-told', 'not-called', 'bound'];

/** First requests all at once, and then so many more that every place of every instance is taken. */
export async function* burst(trial: Trial, control: Control, client: SessionClient): AsyncGenerator<Step> {
  const limit = sessionLimit(trial) ?? 1;
  const { maxInstances } = control.served.config;
  const free = maxInstances * limit - (await taken(trial));
  const { signal } = trial.target;
  // Each request listens for the end of the run, and so many at once are no leak.
  if (signal !== undefined) setMaxListeners(2 * AT_ONCE, signal);
  const visits = await Promise.all(Array.from({ length: AT_ONCE }, () => client.send()));
  const opened = visits.filter(({ answer, told }) => answer.status === 200 && told.length === 1);
  yield trial.step('limits.burst.answered', isShared(visits, Math.min(AT_ONCE, free)));
  yield trial.step('limits.burst.places', await isWithin(trial, client, { opened, limit }));

  const missing = free - opened.length;
  const [heard] = opened;
  if (heard === undefined || opened.length + missing > MOST_SESSIONS) {
    const reason =
      heard === undefined
        ? 'no first request was answered'
        : `the function takes ${count(free, 'more session')}, the suite opens at most ${MOST_SESSIONS}`;
    for (const what of CEILING) yield trial.step(`limits.ceiling.${what}`, skip(reason));
    return;
  }
  for (let more = 0; more < missing; more += 1) await client.send();
  const beyond = await client.send(undefined, { label: 'one more than all take' });
  const finding = isRefusal(beyond, 429, 'ResourceExhausted');
  const full = `${count(maxInstances, 'instance')} of ${count(limit, 'session')}`;
  yield trial.step(
    'limits.ceiling.status',
    { ...finding, actual: `${finding.actual} (${full})` },
    beyond.answer,
  );
  yield trial.step('limits.ceiling.nothing-told', tellsNothing(beyond), beyond.answer);
  yield trial.step('limits.ceiling.not-called', await client.isUnheard(beyond, heard), beyond.answer);
  const bound = await client.send(heard.told[0], { label: 'a session that is there' });
  yield trial.step('limits.ceiling.bound', isStatus(bound, 200), bound.answer);
}

async function taken(trial: Trial): Promise<number> {
  const instances = await runningInstances(trial);
  return instances.reduce((sum, { sessions }) => sum + sessions, 0);
}

function isShared(visits: readonly SessionVisit[], places: number): Finding {
  const statuses = new Map<number, number>();
  for (const { answer } of visits) statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  const answered = statuses.get(200) ?? 0;
  const refused = statuses.get(429) ?? 0;
  const tell = (ok: number, exhausted: number): string => `${ok} answered with 200, ${exhausted} with 429`;
  const other = visits.find(({ answer }) => answer.status !== 200 && answer.status !== 429);
  const rest = other === undefined ? '' : `; also ${describe(other.answer)}`;
  return judge(
    answered === places && answered + refused === visits.length,
    `${tell(answered, refused)}${rest}`,
    tell(places, visits.length - places),
  );
}

interface Spread {
  readonly opened: readonly SessionVisit[];
  readonly limit: number;
}

async function isWithin(trial: Trial, client: SessionClient, { opened, limit }: Spread): Promise<Finding> {
  const sessions = new Map<string, number>();
  for (const visit of opened) {
    const witness = await client.whoServed(visit);
    if (witness.kind === 'contradiction') return judge(false, witness.says);
    if (witness.kind === 'unknown') return skip(unknownInstance(witness));
    sessions.set(witness.instanceId, (sessions.get(witness.instanceId) ?? 0) + 1);
  }
  const most = Math.max(0, ...sessions.values());
  const listed = Math.max(0, ...(await runningInstances(trial)).map((instance) => instance.sessions));
  const actual = `${count(opened.length, 'session')} on ${count(sessions.size, 'instance')}, at most ${most} on one; the control API lists at most ${listed}`;
  return judge(most <= limit && listed <= limit, actual, `at most ${limit} on each`);
}
