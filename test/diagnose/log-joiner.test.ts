import { expect, test } from 'vitest';
import { LogJoiner } from '../../src/diagnose/log-joiner.js';
import type { LogLine } from '../../src/model/instance.js';

const platform = (text: string): LogLine => ({ at: 0, source: 'platform', text });
const printed = (text: string): LogLine => ({ at: 0, source: 'stdout', text });

test('a line belongs to the only request in flight; with several requests in flight it belongs to none', () => {
  const joiner = new LogJoiner();
  const lines = [
    printed('listening'),
    platform('FC Invoke Start RequestId: r1'),
    printed('first'),
    platform('FC Invoke Start RequestId: r2'),
    printed('of either'),
    printed('FC Invoke End RequestId: r1'),
    platform('FC Invoke End RequestId: r1'),
    printed('second'),
    platform('FC Invoke End RequestId: r2'),
    printed('between'),
  ];
  expect(
    lines
      .map((line) => joiner.join(line))
      .map(({ requestId, mark, inFlight }) => [requestId, mark, inFlight.join()]),
  ).toEqual([
    [undefined, undefined, ''],
    ['r1', 'Start', 'r1'],
    ['r1', undefined, 'r1'],
    ['r2', 'Start', 'r1,r2'],
    [undefined, undefined, 'r1,r2'],
    [undefined, undefined, 'r1,r2'],
    ['r1', 'End', 'r1,r2'],
    ['r2', undefined, 'r2'],
    ['r2', 'End', 'r2'],
    [undefined, undefined, ''],
  ]);
});
