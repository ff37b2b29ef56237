import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConsoleKeys } from '../../src/api/console-keys.js';
import { PAGE_FILES } from '../../src/console/page-files.js';
import { rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

const KEYS = '/_emulator/v1/console/keys';
const accessKey = { accessKeyId: 'id', accessKeySecret: 'secret' };
let keys: ConsoleKeys;
let printed: string[];
let api: ServedApi;
beforeEach(async () => {
  printed = [];
  keys = new ConsoleKeys((next) => printed.push(next));
  api = await serveApi({ accessKey, consoleKeys: keys, pageFiles: async () => PAGE_FILES });
});
afterEach(() => api.stop());

const exchange = (token: string, headers: Record<string, string> = {}) =>
  rawRequest(api.port, {
    method: 'POST',
    path: KEYS,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(api.port, { method, path, headers });
const codeOf = ({ status, text }: { readonly status: number; readonly text: string }) => [
  status,
  JSON.parse(text).Code,
];

describe('the console where requests must be signed', () => {
  test('its files are served without a signature, because they contain nothing of the emulator', async () => {
    for (const { path } of PAGE_FILES)
      expect([path, (await ask(path, { accept: 'text/html' })).status]).toEqual([path, 200]);
    expect(codeOf(await ask('/'))).toEqual([400, 'MissingRequiredHeader']);
    expect(codeOf(await ask('/_emulator/v1/events'))).toEqual([400, 'MissingRequiredHeader']);
  });

  test('the token of the printed address becomes a key, with which every operation is open', async () => {
    const { key } = JSON.parse((await exchange(keys.token)).text);
    const headers = { 'x-fc-affinity-console': key };
    for (const path of ['/_emulator/v1/functions', '/2023-03-30/functions/header/sessions'])
      expect([path, (await ask(path, headers)).status]).toEqual([path, 200]);
    expect((await ask('/2023-03-30/functions/header/sessions', headers, 'POST')).status).toBe(200);
  });

  test('a token is used once: the next one is printed, and the first key stays valid', async () => {
    const first = keys.token;
    const { key } = JSON.parse((await exchange(first)).text);
    expect(codeOf(await exchange(first))).toEqual([403, 'AccessDenied']);
    expect(printed).toEqual([keys.token]);
    const second = await exchange(keys.token);
    expect(JSON.parse(second.text).key).not.toBe(key);
    expect((await ask('/_emulator/v1/clock', { 'x-fc-affinity-console': key })).status).toBe(200);
  });

  test.each(['', 'x', 'A'.repeat(22), '__proto__'])('the token and the key %j are refused', async (text) => {
    expect(codeOf(await exchange(text))).toEqual([403, 'AccessDenied']);
    expect(codeOf(await ask('/_emulator/v1/clock', { 'x-fc-affinity-console': text }))).toEqual([
      403,
      'AccessDenied',
    ]);
    expect(printed).toEqual([]);
  });

  test('a token is no key, and a body without a token is refused with a reason', async () => {
    expect(codeOf(await ask('/_emulator/v1/clock', { 'x-fc-affinity-console': keys.token }))).toEqual([
      403,
      'AccessDenied',
    ]);
    const reply = await ask(KEYS, {}, 'POST');
    expect(codeOf(reply)).toEqual([400, 'InvalidArgument']);
    expect(reply.text).toContain('token');
  });

  test('T3, T4: a foreign page uses neither a token nor a key', async () => {
    const token = keys.token;
    const { key } = JSON.parse((await exchange(token)).text);
    for (const foreign of [
      { host: 'evil.example' },
      { origin: 'http://evil.example' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      expect((await exchange(keys.token, foreign)).status).toBe(403);
      expect((await ask('/_emulator/v1/events', { ...foreign, 'x-fc-affinity-console': key })).status).toBe(
        403,
      );
    }
    expect(printed).toHaveLength(1);
  });

  test('without an access key there is nothing to exchange', async () => {
    const open = await serveApi();
    try {
      const reply = await rawRequest(open.port, { method: 'POST', path: KEYS });
      expect(codeOf(reply)).toEqual([400, 'PathNotSupported']);
    } finally {
      await open.stop();
    }
  });
});
