import { expect, test } from 'vitest';
import { startGateway, startUpstream } from '../support/gateway-fixture.js';
import { request } from '../support/raw-client.js';
import { slowClient } from '../support/slow-client.js';

const SLOW = 50;
const CLOSED_WITHIN_MS = 12_000;
const GIVEN_UP_AFTER_MS = 20_000;
/** A head that never ends, and connections that say nothing at all. */
const DRIBBLED = `GET / HTTP/1.1\r\nHost: localhost\r\n${'X-Slow: 1\r\n'.repeat(100)}`;

test('clients that dribble their head, or say nothing, are closed within 12 s, and good ones are served all the while (T17)', async ({
  annotate,
}) => {
  const { port } = await startGateway(await startUpstream((_, response) => void response.end('ok')));
  const openedAt = performance.now();
  const dribbling = Array.from({ length: SLOW }, (_, n) => slowClient(port, n % 5 === 0 ? '' : DRIBBLED));
  const closings = Promise.all(dribbling.map(({ closedAt }) => closedAt));
  let closed = false;
  void closings.then(() => {
    closed = true;
  });

  const good: number[] = [];
  while (!closed && performance.now() - openedAt < GIVEN_UP_AFTER_MS) {
    const askedAt = performance.now();
    expect((await request(port, 'GET / HTTP/1.1\nHost: localhost')).status).toBe(200);
    good.push(performance.now() - askedAt);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  for (const { leave } of dribbling) leave();
  const after = (await closings).map((at) => at - openedAt).sort((a, b) => a - b);
  good.sort((a, b) => a - b);
  await annotate(
    `closed after ${after[0]?.toFixed(0)} to ${after.at(-1)?.toFixed(0)} ms; ${good.length} good requests, ` +
      `${good[good.length >> 1]?.toFixed(1)} ms (median), ${good.at(-1)?.toFixed(1)} ms (longest)`,
  );
  expect(after).toHaveLength(SLOW);
  expect(after[0]).toBeGreaterThan(5000);
  expect(after.at(-1)).toBeLessThan(CLOSED_WITHIN_MS);
}, 30_000);
