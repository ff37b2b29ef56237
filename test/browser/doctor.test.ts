import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { diagnose } from '../../src/diagnose/doctor.js';
import { factsOf } from '../../src/diagnose/function-facts.js';
import { describeInChromium } from '../support/chromium.js';
import type { Handler } from '../support/in-process-driver.js';
import { fetchFrom, type Site, sitePage, startSite } from './site.js';

const openToPages: Handler = (request, response, instanceId) => {
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
  sitePage(request, response, instanceId);
};

async function found(site: Site) {
  const [records, functions] = await Promise.all([
    site.emulator.control.requests.list(),
    site.emulator.control.functions.list(),
  ]);
  return diagnose(
    records,
    functions.map(({ config }) => factsOf(config)),
  );
}

describeInChromium('the doctor names what Chromium does', (chromium) => {
  it('cookie-not-returned: fetch of a page to another origin without credentials', async () => {
    const site = await startSite({ functions: ['page', 'api'], handler: openToPages });
    const [page = '', api = ''] = site.urls;
    const tab = await chromium.tab();
    await tab.goto(page);
    for (let n = 0; n < 3; n += 1) await site.recordOf(await fetchFrom(tab, api, {}));

    expect(await found(site)).toMatchObject([
      {
        rule: 'cookie-not-returned',
        functionName: 'api',
        evidence: expect.arrayContaining([`sent by a page of ${page}`]),
        fix: expect.stringContaining("credentials: 'include'"),
      },
    ]);
  });

  it('cookie-for-folder: the first page is in a folder', async () => {
    const site = await startSite();
    const tab = await chromium.tab();
    for (const page of ['/api/login', '/', '/cart']) await site.recordOf(await tab.goto(site.url + page));

    expect(await found(site)).toMatchObject([
      {
        rule: 'cookie-for-folder',
        message: expect.stringContaining('a browser got the session cookie at /api/login'),
      },
    ]);
  });

  it('upgrade-without-id: a WebSocket before any page of the function', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const site = await startSite({
      functions: ['page', 'chat'],
      onUpgrade: (_, request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (client) => client.close()),
    });
    const [page = '', chat = ''] = site.urls.map((url, at) =>
      url.replace('127.0.0.1', at === 0 ? 'page.localhost' : 'chat.localhost'),
    );
    const tab = await chromium.tab();
    await tab.goto(page);
    await tab.evaluate(
      (url) => new Promise((resolve) => new WebSocket(url).addEventListener('close', resolve)),
      chat.replace('http', 'ws'),
    );
    await site.record(({ upgrade }) => upgrade);

    expect(await found(site)).toMatchObject([{ rule: 'upgrade-without-id', functionName: 'chat' }]);
  });

  it('a browser that begins at /, and fetches from its own origin, makes no mistake', async () => {
    const site = await startSite();
    const tab = await chromium.tab();
    for (const page of ['/', '/api/login', '/cart']) await site.recordOf(await tab.goto(site.url + page));
    await site.recordOf(await fetchFrom(tab, '/api/x', {}));
    expect(await found(site)).toEqual([]);
  });
});
