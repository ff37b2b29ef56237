import { expect, test } from 'vitest';
import { FailureLog } from './failure-log.js';
import { Oracle } from './oracle.js';

const RECORD = {
  target: '/?token=ab12&session=s-1',
  outcome: 'broken',
  status: 200,
  decision: { instanceId: 'c-1' },
};

/** @returns what is broken by this record, after c-1 was killed and the client's request ab12 failed */
function verdictOn(record: object): string[] {
  const oracle = new Oracle({ ttlMs: 60_000, idleMs: 8000 });
  const log = new FailureLog(oracle);
  oracle.killing('c-1');
  oracle.failed('broken off', 'ab12');
  log.take({ ...RECORD, ...record });
  log.judge();
  return Object.keys(oracle.broken);
}

const WITHOUT_CAUSE = ['I19: a request failed without cause'];
const WITHOUT_RECORD = ['I19: a request failed and has no record of it'];

test.each([
  ['a reply broken by the death of its instance', {}, []],
  ['a refusal after it', { outcome: 'refused', status: 502 }, []],
  ['a reply broken on an instance that lives', { decision: { instanceId: 'c-2' } }, WITHOUT_CAUSE],
  [
    'a refusal where no instance was found',
    { outcome: 'refused', status: 503, decision: undefined },
    WITHOUT_CAUSE,
  ],
  ['a request that failed for its client alone', { outcome: 'completed' }, WITHOUT_RECORD],
  ['a record of another request', { target: '/?token=cd34' }, WITHOUT_RECORD],
])('I19 %s', (_what, record, broken) => {
  expect(verdictOn(record)).toEqual(broken);
});
