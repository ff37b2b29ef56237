import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rawRequest } from '../support/raw-request.js';
import { type ServedApi, serveApi } from '../support/serve-api.js';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(() => api.stop());

const ask = (path: string, method = 'GET') => rawRequest(api.port, { method, path });

describe('S15: the control address answers a browser', () => {
  test('with the functions and their addresses, and links that all lead somewhere', async () => {
    const { status, text, headers } = await ask('/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const { config, url } of api.control.served) {
      expect(text).toContain(config.functionName);
      if (url !== undefined) expect(text).toContain(`<a href="${url}">`);
    }
    const own = [...text.matchAll(/href="(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(own).toContain('/2023-03-30/functions/header/sessions');
    for (const path of own.filter((one) => !/functions\/(sse|streamable|none)\/sessions|events/.test(one)))
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
  });

  test('with a policy that lets nothing run, load or frame it (T24)', async () => {
    const { headers } = await ask('/');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('with text that no name can turn into markup', async () => {
    const [served] = api.control.served;
    if (served === undefined) throw new Error('nothing is served');
    const functionName = '<img src=x onerror="alert(1)">&\'';
    api.control.served.push({
      ...served,
      url: 'javascript:"alert(1)"',
      config: { ...served.config, functionName },
    });
    const { text } = await ask('/');
    expect(text).not.toContain('<img');
    expect(text).not.toContain('"alert');
    expect(text).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;&#38;&#39;');
  });

  test('to HEAD too, and to nothing else: other methods and deeper paths are refused as before', async () => {
    expect(await ask('/', 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect((await ask('/', 'POST')).status).toBe(405);
    expect((await ask('/?x=1')).status).toBe(200);
    expect((await ask('//')).status).toBe(400);
    expect((await ask('/index.html')).status).toBe(400);
  });

  test('only a page of this address or none may ask', async () => {
    const foreign = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await rawRequest(api.port, { path: '/', headers: foreign })).status).toBe(403);
  });
});
