import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { describeInChromium } from '../support/chromium.js';
import type { Handler } from '../support/in-process-driver.js';
import { fetchFrom, type Site, sitePage, startSite } from './site.js';

/** Open to the page that asks, credentials and all, as a handler with CORS is. */
const openToPages: Handler = (request, response, instanceId) => {
  const { origin } = request.headers;
  if (origin !== undefined) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    response.setHeader('Access-Control-Allow-Methods', 'GET, PUT');
  }
  sitePage(request, response, instanceId);
};

const SHOP_AND_CART = ['shop', 'cart'] as const;

/** What became of the session in each of the fetches, one after the other. */
async function sessionsOf(site: Site, page: Page, url: string, inits: readonly object[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const init of inits) {
    const { decision } = await site.recordOf(await fetchFrom(page, url, init));
    seen.push(decision?.session);
  }
  return seen;
}

/** `http://<function>.localhost:<port>` */
function ownName(url: string, functionName: string): string {
  return url.replace('127.0.0.1', `${functionName}.localhost`);
}

describeInChromium("Chromium's jar of cookies", (chromium) => {
  describe('fetch from a page', () => {
    it('C05: keeps the session on its own origin, unless its fetch omits credentials', async () => {
      const site = await startSite();
      const page = await chromium.tab();
      await page.goto(site.url);
      const inits = [{}, { credentials: 'include' }, { method: 'POST', body: 'x' }, { credentials: 'omit' }];
      expect(await sessionsOf(site, page, '/', inits)).toEqual(['known', 'known', 'known', 'opened']);
    });

    it('C06: opens a session each time on another port without credentials: the cookie is neither sent nor kept', async () => {
      const site = await startSite({ functions: SHOP_AND_CART, handler: openToPages });
      const [shop = '', cart = ''] = site.urls;
      const page = await chromium.tab();
      await page.goto(shop);
      const jar = await page.context().cookies();
      expect(await sessionsOf(site, page, cart, [{}, {}, {}])).toEqual(['opened', 'opened', 'opened']);
      expect(await page.context().cookies()).toEqual(jar);
    });

    it('keeps the session on another port with credentials, where the function lets it', async () => {
      const site = await startSite({ functions: SHOP_AND_CART, handler: openToPages });
      const [shop = '', cart = ''] = site.urls.map((url, at) => ownName(url, SHOP_AND_CART[at] ?? ''));
      const page = await chromium.tab();
      await page.goto(shop);
      const include = { credentials: 'include' };
      // shop.localhost and cart.localhost are two sites to a browser: the cookie of the second is a third party's.
      expect(await sessionsOf(site, page, cart, [include, include])).toEqual(['opened', 'opened']);
      const neighbour = new URL(shop);
      neighbour.port = new URL(cart).port;
      expect(await sessionsOf(site, page, neighbour.origin, [include, include])).toEqual(['opened', 'known']);
    });

    it('is asked for by a pre-flight without a cookie, which opens a session of its own', async () => {
      const site = await startSite({ functions: SHOP_AND_CART, handler: openToPages });
      const [shop = '', cart = ''] = site.urls;
      const page = await chromium.tab();
      await page.goto(shop);
      await fetchFrom(page, cart, { method: 'PUT', credentials: 'include' });
      const preflight = await site.record(({ method }) => method === 'OPTIONS');
      const put = await site.record(({ method }) => method === 'PUT');
      expect(preflight.decision?.session).toBe('opened');
      expect(put.decision?.sessionId).not.toBe(preflight.decision?.sessionId);
    });
  });

  describe('two functions in one browser', () => {
    it('U7: share one cookie on 127.0.0.1, as cookies know no ports, and take it from each other', async () => {
      const site = await startSite({ functions: SHOP_AND_CART });
      const [shop = '', cart = ''] = site.urls;
      const page = await chromium.tab();
      const seen: unknown[] = [];
      for (const url of [shop, cart, shop, cart]) {
        const { decision } = await site.recordOf(await page.goto(url));
        seen.push([decision?.session, decision?.hint]);
      }
      const strange = ['opened', { code: 'cookie-unknown' }];
      expect(seen).toEqual([['opened', undefined], strange, strange, strange]);
      expect(await page.context().cookies()).toHaveLength(1);
    });

    it('are kept apart by <function>.localhost', async () => {
      const site = await startSite({ functions: SHOP_AND_CART });
      const [shop = '', cart = ''] = site.urls.map((url, at) => ownName(url, SHOP_AND_CART[at] ?? ''));
      const page = await chromium.tab();
      const seen: unknown[] = [];
      for (const url of [shop, cart, shop, cart])
        seen.push((await site.recordOf(await page.goto(url))).decision?.session);
      expect(seen).toEqual(['opened', 'opened', 'known', 'known']);
      expect(await page.context().cookies()).toHaveLength(2);
    });

    it('C03: a script on another port of 127.0.0.1 can read the cookie, which is not HttpOnly', async () => {
      const site = await startSite({ functions: SHOP_AND_CART });
      const [shop = '', cart = ''] = site.urls;
      const page = await chromium.tab();
      const { decision } = await site.recordOf(await page.goto(shop));
      await page.route(`${cart}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<p>other</p>' }),
      );
      await page.goto(cart);
      expect(await page.evaluate('document.cookie')).toBe(`x-fc-cookie-session-id=${decision?.sessionId}`);
      await page.route(`${ownName(cart, 'cart')}/`, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<p>other</p>' }),
      );
      await page.goto(ownName(cart, 'cart'));
      expect(await page.evaluate('document.cookie')).toBe('');
    });
  });
});
