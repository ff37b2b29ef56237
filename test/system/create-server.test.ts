import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createServer } from '../../src/system/create-server.js';
import { listen } from '../support/gateway-fixture.js';
import { exchangeBytes } from '../support/raw-client.js';

test('every line of a head is handed over, however many: Node leaves out those behind the thousandth and still obeys them (T13)', async () => {
  const server = createServer();
  const port = await listen(server);
  onTestFinished(() => void server.close());
  const asked = once(server, 'request').then(([request, response]) => {
    response.end();
    return request.rawHeaders;
  });

  const lines = 'a:\r\n'.repeat(2500);
  await exchangeBytes(port, `GET / HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n`);

  const rawHeaders = await asked;
  expect(rawHeaders).toHaveLength(2 * 2502);
  expect(rawHeaders.slice(-2)).toEqual(['Connection', 'close']);
});
