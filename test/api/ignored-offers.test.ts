import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { exchangeBytes, parseReply } from '../support/raw-client.js';
import { serveApi } from '../support/serve-api.js';

const curl = promisify(execFile);
const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';
const HEALTH = 'GET /_emulator/v1/health HTTP/1.1\r\nHost: localhost\r\n';
const LAST = `GET /_emulator/v1/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
const SESSIONS = '/2023-03-30/functions/cookie/sessions';

async function served(): Promise<Awaited<ReturnType<typeof serveApi>>> {
  const api = await serveApi();
  onTestFinished(() => api.stop());
  return api;
}

test('D2: the control plane ignores an offered protocol, too, and reads what comes behind it from its first byte', async () => {
  const { port, control } = await served();
  const body = JSON.stringify({ sessionTTLInSeconds: 600 });
  const create = `POST ${SESSIONS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n`;

  const text = await exchangeBytes(
    port,
    `${HEALTH}\r\n${HEALTH}${OFFER}\r\n${create}${OFFER}Content-Length: ${body.length}\r\n\r\n${body}` +
      `${create}${OFFER}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n${LAST}`,
  );

  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(Array.from({ length: 5 }, () => 'HTTP/1.1 200'));
  const { sessions } = await control.sessions.list({ functionName: 'cookie' });
  expect(sessions.map(({ sessionTTLInSeconds }) => sessionTTLInSeconds)).toEqual([600, 600]);
});

test('D2: an offer with a foreign Host is refused by the control plane, nothing behind it executed', async () => {
  const { port } = await served();

  const text = await exchangeBytes(
    port,
    `${HEALTH.replace('localhost', 'evil.example')}${OFFER}Connection: close\r\n\r\n${LAST}`,
  );

  expect(parseReply(text)?.status).toBe(403);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1);
});

test('D2: `curl --http2` speaks to the control plane', async () => {
  const { host } = await served();

  const { stdout } = await curl('curl', ['-sS', '--http2', `http://${host}/_emulator/v1/health`]);

  expect(JSON.parse(stdout)).toMatchObject({ status: 'ok' });
});
