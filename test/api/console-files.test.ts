import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAGE_FILES } from '../../src/console/page-files.js';
import { rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
let api: ServedApi;
beforeAll(async () => {
  api = await serveApi({ pageFiles: async () => PAGE_FILES });
});
afterAll(() => api.stop());

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  rawRequest(api.port, { method, path, headers });

describe('the files of the console', () => {
  test('a browser gets the page at /, and the page names only files that are served', async () => {
    const page = await ask('/', HTML);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const names = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(['console/main.js', 'console/style.css']));
    for (const name of names) {
      const reply = await ask(`/${name}`);
      expect([name, reply.status]).toEqual([name, 200]);
      expect(Buffer.byteLength(reply.text)).toBe(Number(reply.headers['content-length']));
    }
  });

  test.each(['', '*/*', 'application/json', 'text/htmlx'])(
    'accept %j gets the list of addresses',
    async (accept) => {
      const { text } = await ask('/', { accept });
      expect(text).not.toContain('console/main.js');
      expect(text).toContain('/_emulator/v1/functions');
    },
  );

  test('T24: each file has the policy of console.md: only what this address serves is loaded, and nothing inline', async () => {
    for (const { path } of PAGE_FILES) {
      const { headers } = await ask(path, HTML);
      expect((headers['content-security-policy'] ?? '').toString().split('; ').sort()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "require-trusted-types-for 'script'",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-cache',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  test('a file that the browser has already is not sent again', async () => {
    const { headers } = await ask('/console/main.js');
    const again = await ask('/console/main.js', { 'if-none-match': String(headers.etag) });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await ask('/console/main.js', { 'if-none-match': '"old"' })).status).toBe(200);
  });

  test('HEAD has the head of GET, and /console and /console/ lead to the page', async () => {
    expect(await ask('/console/main.js', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect((await ask('/console')).headers.location).toBe('./');
    expect((await ask('/console/')).headers.location).toBe('../');
  });

  test.each([
    '/console/../package.json',
    '/console/..%2fpackage.json',
    '/console/%2e%2e/package.json',
    '/console/%252e%252e/package.json',
    '/console/..\\package.json',
    '/console//etc/passwd',
    '/console/main.js/',
    '/console/./main.js',
    '/console/m%61in.js',
    '/console/main.js%00',
    '/console/main.js#x',
    '/console/MAIN.JS',
    '/console/__proto__',
    '/console/constructor',
    '/console/main.tsx',
    '/console/page-files.js',
    '/console/%',
  ])('T11: %s is not found: a path is looked up as it is written', async (path) => {
    const { status, text } = await ask(path);
    expect([status, JSON.parse(text).Code]).toEqual([404, 'PageNotFound']);
  });

  test.each([
    [{ host: 'evil.example' }],
    [{ origin: 'http://evil.example' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])(
    'T2–T4: neither the page nor a file of it nor the events are for %j',
    async (headers: Record<string, string>) => {
      for (const path of ['/', '/console/main.js', '/_emulator/v1/events'])
        expect([path, (await ask(path, { ...HTML, ...headers })).status]).toEqual([path, 403]);
    },
  );
});
