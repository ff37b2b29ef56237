import type { ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { describeInChromium } from '../support/chromium.js';
import { type Site, sitePage, startSite } from './site.js';

/** A function whose WebSockets say which instance holds them, echo, and close when told `bye`. */
function startSocketSite(): Promise<Site> {
  const sockets = new WebSocketServer({ noServer: true });
  return startSite({
    sessionsPerInstance: 1,
    onUpgrade: (instanceId, request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(`${instanceId} ${request.headers.origin}`);
        client.on('message', (data) => {
          if (String(data) === 'bye') client.close(4000, 'as told');
          else client.send(`echo ${data}`);
        });
      }),
  });
}

/** Opens a WebSocket from the page as `window.socket`. @returns the instance that holds it, and the Origin that it was told */
async function openSocket(page: Page, url: string): Promise<{ instanceId: string; origin: string }> {
  const text = await page.evaluate<string>(`new Promise((resolve, reject) => {
    window.socket = new WebSocket(${JSON.stringify(url.replace(/^http/, 'ws'))});
    socket.onmessage = ({ data }) => resolve(data);
    socket.onclose = ({ code }) => reject(new Error('closed with ' + code));
  })`);
  const [instanceId = '', origin = ''] = text.split(' ');
  return { instanceId, origin };
}

describeInChromium('Chromium and what lasts', (chromium) => {
  describe('a WebSocket from a page', () => {
    it("C05: sticks to its session's instance", async () => {
      const site = await startSocketSite();
      for (const page of [await chromium.tab(), await chromium.tab()]) {
        const { decision } = await site.recordOf(await page.goto(site.url));
        for (let count = 0; count < 2; count++) {
          const { instanceId, origin } = await openSocket(page, `${site.url}/socket`);
          expect(instanceId).toBe(decision?.instanceId);
          expect(origin).toBe(site.url);
        }
      }
      expect(await site.sessions()).toBe(2);
    });

    it('carries messages both ways and its end with the code', async () => {
      const site = await startSocketSite();
      const page = await chromium.tab();
      await page.goto(site.url);
      await openSocket(page, site.url);
      const said = await page.evaluate(`new Promise((resolve) => {
      const said = [];
      socket.onmessage = ({ data }) => {
        said.push(data);
        socket.send('bye');
      };
      socket.onclose = ({ code, reason }) => resolve([...said, code, reason]);
      socket.send('héllo');
    })`);
      expect(said).toEqual(['echo héllo', 4000, 'as told']);
      const record = await site.record(({ upgrade }) => upgrade);
      expect(record).toMatchObject({ status: 101, outcome: 'completed', decision: { session: 'known' } });
    });

    it('C26: as first contact opens a session whose ID the browser does not get', async () => {
      const site = await startSocketSite();
      const page = await chromium.tab();
      await page.goto(site.url);
      await page.context().clearCookies();
      const instances = [await openSocket(page, site.url), await openSocket(page, site.url)];
      expect(instances[0]?.instanceId).not.toBe(instances[1]?.instanceId);
      expect(await page.context().cookies()).toEqual([]);
      expect(await site.sessions()).toBe(3);
    });

    it('T5: from a page of somebody else reaches the handler with its Origin, for the handler to judge', async () => {
      const site = await startSocketSite();
      const [shop, strange] = [site.url, site.url.replace('127.0.0.1', 'localhost')];
      const page = await chromium.tab();
      const { decision } = await site.recordOf(await page.goto(shop));
      await page.goto(strange);
      const { instanceId, origin } = await openSocket(page, shop);
      expect(origin).toBe(strange);
      // The browser keeps the cookie to itself when another site asks.
      expect(instanceId).not.toBe(decision?.instanceId);
    });
  });

  describe('an EventSource in a page', () => {
    it('has the first event before the handler ends, and comes back to the same instance', async () => {
      const streams: ServerResponse[] = [];
      const site = await startSite({
        sessionsPerInstance: 1,
        handler: (request, response, instanceId) => {
          if (request.url !== '/events') return sitePage(request, response, instanceId);
          streams.push(response);
          response.setHeader('Content-Type', 'text/event-stream');
          response.write(`retry: 1\nid: ${streams.length}\ndata: ${instanceId}\n\n`);
        },
      });
      const page = await chromium.tab();
      const { decision } = await site.recordOf(await page.goto(site.url));
      await page.evaluate(`(() => {
      const source = new EventSource('/events');
      window.events = [];
      source.onmessage = ({ data }) => events.push(data);
    })()`);
      const received = async (count: number): Promise<unknown> => {
        await page.waitForFunction(`events.length >= ${count}`);
        return page.evaluate('events');
      };
      const instance = decision?.instanceId;
      expect(await received(1)).toEqual([instance]);
      expect(streams.map(({ writableEnded }) => writableEnded)).toEqual([false]);
      streams[0]?.write('data: a second one\n\n');
      expect(await received(2)).toEqual([instance, 'a second one']);
      streams[0]?.end();
      expect(await received(3)).toEqual([instance, 'a second one', instance]);
      expect(streams).toHaveLength(2);
      expect(await site.sessions()).toBe(1);
    });

    it('F-10: is let go of when the page goes elsewhere', async () => {
      let leave: () => void = () => {};
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const site = await startSite({
        handler: (request, response, instanceId) => {
          if (request.url !== '/events') return sitePage(request, response, instanceId);
          response.once('close', leave);
          response.setHeader('Content-Type', 'text/event-stream');
          response.write('data: here\n\n');
        },
      });
      const page = await chromium.tab();
      await page.goto(site.url);
      await page.evaluate(`new Promise((resolve) => {
      new EventSource('/events').onmessage = resolve;
    }).then(() => undefined)`);
      await page.goto(`${site.url}/elsewhere`);
      await left;
      expect(await site.record(({ target }) => target === '/events')).toMatchObject({
        outcome: 'client-closed',
      });
    });
  });
});
