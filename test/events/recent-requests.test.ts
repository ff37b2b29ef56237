import { expect, test } from 'vitest';
import { RecentRequests } from '../../src/events/recent-requests.js';
import type { RequestRecord } from '../../src/model/request-record.js';

const record = (n: number): RequestRecord =>
  ({ requestId: `r${n}`, functionName: `f${n % 2}`, decision: { sessionId: `s${n % 4}` } }) as RequestRecord;

test('the last 10,000 records are kept, the oldest first, and found by their ID', async () => {
  const recent = new RecentRequests();
  for (let n = 0; n < 10_250; n += 1) recent.add(record(n));
  const kept = await recent.list();
  expect([kept.length, kept[0]?.requestId, kept.at(-1)?.requestId]).toEqual([10_000, 'r250', 'r10249']);
  expect((await recent.get('r250')).requestId).toBe('r250');
  await expect(recent.get('r249')).rejects.toMatchObject({ code: 'RequestNotFound' });
});

test('the records are listed by function and by session', async () => {
  const recent = new RecentRequests();
  for (let n = 0; n < 8; n += 1) recent.add(record(n));
  const ids = async (query: Parameters<RecentRequests['list']>[0]) =>
    (await recent.list(query)).map(({ requestId }) => requestId);
  expect(await ids({ functionName: 'f1' })).toEqual(['r1', 'r3', 'r5', 'r7']);
  expect(await ids({ functionName: 'f1', sessionId: 's3' })).toEqual(['r3', 'r7']);
});
