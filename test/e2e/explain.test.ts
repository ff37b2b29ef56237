import { expect, test } from 'vitest';
import { curl } from '../support/curl.js';
import { serve } from '../support/serve.js';

test('explain tells why a request went to its instance, by its ID or its end; JSON is the record, as in the log', async () => {
  const served = await serve(['--sessions-per-instance', '1']);
  await curl(served.url);
  const { headers } = await fetch(served.url);
  const requestId = headers.get('x-fc-request-id') ?? '';
  const logged = await served.event(
    ({ event, ...rest }) => event === 'request' && rest.requestId === requestId,
  );

  const shown = await served.cli('explain', requestId.slice(-8));
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  expect(shown.stdout.split('\n')[0]).toBe(requestId);
  for (const text of [
    /^request {4}GET \/$/m,
    /^identity {3}no session cookie$/m,
    /^session {4}[0-9a-f]{8}, opened by this request$/m,
    /scaled-out: a new instance, because none had a\s+free slot/,
    /^instances {2}[0-9a-f]{8} {2}1 of 1 slots taken, 0 in flight$/m,
    /^ {11}[0-9a-f]{8} {2}started for this request {2}← chosen$/m,
    /^attempts {3}1\. on [0-9a-f]{8}: answered/m,
    /^response {3}200, delivered whole$/m,
  ])
    expect(shown.stdout).toMatch(text);
  for (const line of shown.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  const { event: _, ...record } = logged;
  expect(JSON.parse((await served.cli('explain', requestId, '-o', 'json')).stdout)).toEqual(record);
  const unknown = await served.cli('explain', 'no-such-request');
  expect([unknown.code, unknown.stderr]).toEqual([
    4,
    expect.stringMatching(/^error: request 'no-such-request' is not among the last 10000\nfix: /),
  ]);
});
