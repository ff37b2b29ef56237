import { expect, test } from 'vitest';
import { historyText } from '../../src/console/page/session/history-text.js';
import { timeOfDay } from '../../src/model/human-time.js';

test('each step in the history of a session is one line', () => {
  const at = 1_795_654_605_000;
  const time = timeOfDay(at);
  const request = {
    kind: 'request',
    at,
    n: 1,
    requestId: 'r1',
    method: 'GET',
    target: '/a',
    status: 200,
    instanceId: 'c1',
    placement: 'scaled-out',
    session: 'opened',
  } as const;
  expect(historyText(request)).toBe(`${time} #1 GET /a 200 on c1, scaled-out, opened the session`);
  expect(historyText({ ...request, n: 2, placement: 'bound', session: 'known' })).toBe(
    `${time} #2 GET /a 200 on c1, bound`,
  );
  expect(historyText({ kind: 'expired', at })).toBe(`${time} expired`);
  expect(historyText({ kind: 'created', at })).toContain('created by the API');
});
