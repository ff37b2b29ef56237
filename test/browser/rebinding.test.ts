import { expect, it } from 'vitest';
import { describeInChromium } from '../support/chromium.js';
import { fetchFrom, startSite } from './site.js';

/** Names that an attacker's name server can point at this machine, and names that look like ours. */
const FOREIGN = [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.nip.io',
  'shop.localhost.evil.example',
  'sub.localhost',
  'sub.shop.localhost',
];

describeInChromium(
  'a page under a foreign name that leads to this machine',
  (chromium) => {
    it.each(FOREIGN)(
      'T2: http://%s is refused by both listeners, its scripts and WebSockets too',
      async (name) => {
        const site = await startSite();
        const page = await chromium.tab();
        for (const [url, path] of [
          [site.url, '/'],
          [site.emulator.api, '/2023-03-30/functions/shop/sessions'],
        ] as const) {
          const rebound = url.replace('127.0.0.1', name);
          const reply = await page.goto(rebound + path);
          expect(reply?.status()).toBe(403);
          expect(await reply?.json()).toMatchObject({ Code: 'AccessDenied' });
          expect(await reply?.headerValue('set-cookie')).toBeNull();

          // Its own origin now, as far as the browser can tell.
          for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
            expect(await fetchFrom(page, path, { method })).toMatchObject({ status: 403 });
          const opened = await page.evaluate(`new Promise((resolve) => {
          const socket = new WebSocket(${JSON.stringify(rebound.replace('http', 'ws'))});
          socket.onopen = () => resolve(true);
          socket.onerror = () => resolve(false);
        })`);
          expect(opened).toBe(false);
        }
        expect(await site.sessions()).toBe(0);
        expect(site.records.every(({ refusal }) => refusal?.code === 'AccessDenied')).toBe(true);
        expect(site.records[0]?.refusal?.fix).toContain('--allowed-host');
      },
    );

    it('T2: the names of this machine and of the function are answered, in any letter case', async () => {
      const site = await startSite();
      const page = await chromium.tab();
      for (const name of ['127.0.0.1', 'localhost', 'shop.localhost', 'SHOP.localhost']) {
        expect((await page.goto(site.url.replace('127.0.0.1', name)))?.status()).toBe(200);
        const health = `${site.emulator.api}/_emulator/v1/health`.replace('127.0.0.1', name);
        expect((await page.goto(health))?.status()).toBe(200);
      }
    });
  },
  { namesOfThisMachine: ['*.example', '*.nip.io'] },
);
