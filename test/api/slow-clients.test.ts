import { expect, onTestFinished, test } from 'vitest';
import { rawRequest } from '../support/raw-request.js';
import { serveApi } from '../support/serve-api.js';
import { slowClient } from '../support/slow-client.js';

const SLOW = 20;
const CLOSED_WITHIN_MS = 12_000;
const GIVEN_UP_AFTER_MS = 20_000;
const DRIBBLED = `GET /_emulator/v1/health HTTP/1.1\r\nHost: localhost\r\n${'X-Slow: 1\r\n'.repeat(100)}`;

test('clients of the control plane that dribble their head, or say nothing, are closed within 12 s (T17)', async ({
  annotate,
}) => {
  const api = await serveApi();
  onTestFinished(() => api.stop());
  const openedAt = performance.now();
  const slow = Array.from({ length: SLOW }, (_, n) => slowClient(api.port, n % 5 === 0 ? '' : DRIBBLED));
  const givingUp = setTimeout(() => {
    for (const { leave } of slow) leave();
  }, GIVEN_UP_AFTER_MS);
  onTestFinished(() => clearTimeout(givingUp));

  const meanwhile = await rawRequest(api.port, { path: '/_emulator/v1/health' });
  const after = (await Promise.all(slow.map(({ closedAt }) => closedAt)))
    .map((at) => at - openedAt)
    .sort((a, b) => a - b);

  await annotate(`closed after ${after[0]?.toFixed(0)} to ${after.at(-1)?.toFixed(0)} ms`);
  expect(meanwhile.status).toBe(200);
  expect(after[0]).toBeGreaterThan(5000);
  expect(after.at(-1)).toBeLessThan(CLOSED_WITHIN_MS);
  expect(await api.connections()).toBe(0);
}, 30_000);
