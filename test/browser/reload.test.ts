import type { Response } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { describeInChromium } from '../support/chromium.js';
import { fetchFrom, pageOf, startSite, textOf } from './site.js';

function sessionCookie(reply: Response | null): Promise<string | null | undefined> {
  return Promise.resolve(reply?.headerValue('set-cookie'));
}

const SESSION_COOKIE = /^x-fc-cookie-session-id=[^;]+; Max-Age=21600$/;

describeInChromium('Chromium and a function with cookie affinity', (chromium) => {
  describe('a page in a browser', () => {
    it('C01–C05: keeps its instance over reloads, and is given its cookie once', async () => {
      const site = await startSite({ sessionsPerInstance: 1 });
      const page = await chromium.tab();
      const first = await page.goto(site.url);
      const instance = await textOf(page);
      expect(await sessionCookie(first)).toMatch(SESSION_COOKIE);
      expect((await site.recordOf(first)).decision).toMatchObject({
        session: 'opened',
        instanceId: instance,
      });
      for (let count = 0; count < 3; count++) {
        const again = await page.reload();
        expect(await sessionCookie(again)).toBeNull();
        expect(await textOf(page)).toBe(instance);
        expect((await site.recordOf(again)).decision).toMatchObject({ session: 'known', placement: 'bound' });
      }
      expect(await site.sessions()).toBe(1);
    });

    it('C05: keeps its instance in another tab of the same person', async () => {
      const site = await startSite({ sessionsPerInstance: 1 });
      const person = await chromium.person();
      const [one, two] = [await person.newPage(), await person.newPage()];
      await one.goto(site.url);
      await two.goto(site.url);
      expect(await textOf(two)).toBe(await textOf(one));
    });

    it('C06, C14: another person has another session, and with one session an instance another instance', async () => {
      const site = await startSite({ sessionsPerInstance: 1 });
      const [one, two] = [await chromium.tab(), await chromium.tab()];
      await one.goto(site.url);
      expect(await sessionCookie(await two.goto(site.url))).toMatch(SESSION_COOKIE);
      const instances = [await textOf(one), await textOf(two)];
      expect(instances[0]).not.toBe(instances[1]);
      await Promise.all([one.reload(), two.reload()]);
      expect([await textOf(one), await textOf(two)]).toEqual(instances);
    });

    it('C25: a browser with the cookie of a deleted session gets a new one and keeps it', async () => {
      const site = await startSite();
      const page = await chromium.tab();
      const first = await site.recordOf(await page.goto(site.url));
      const { sessionId = '' } = first.decision ?? {};
      await site.emulator.control.sessions.delete({ functionName: 'shop', sessionId });
      const second = await site.recordOf(await page.reload());
      expect(second.decision).toMatchObject({
        session: 'opened',
        hint: { code: 'cookie-unknown' },
      });
      expect((await site.recordOf(await page.reload())).decision).toMatchObject({
        session: 'known',
        sessionId: second.decision?.sessionId,
      });
    });
  });

  describe('C03: the cookie without a Path', () => {
    it('makes two sessions of a first visit to /api/login and one to /, and the browser keeps both', async () => {
      const site = await startSite({ sessionsPerInstance: 1 });
      const page = await chromium.tab();
      const login = await site.recordOf(await page.goto(`${site.url}/api/login`));
      const home = await site.recordOf(await page.goto(`${site.url}/`));
      expect([login, home].map(({ decision }) => decision?.session)).toEqual(['opened', 'opened']);
      expect(home.decision?.instanceId).not.toBe(login.decision?.instanceId);
      expect(login.decision?.hint).toEqual({ code: 'cookie-path', folder: '/api' });
      const cookies = await page.context().cookies();
      expect(cookies.map(({ path, value }) => [path, value]).sort()).toEqual([
        ['/', home.decision?.sessionId],
        ['/api', login.decision?.sessionId],
      ]);

      // Below /api both are sent; the one of the longer path comes first, and the first is taken.
      const me = await site.recordOf(await page.goto(`${site.url}/api/me`));
      expect(me.decision).toMatchObject({ session: 'known', sessionId: login.decision?.sessionId });
      const other = await site.recordOf(await fetchFrom(page, '/shop'));
      expect(other.decision).toMatchObject({ session: 'known', sessionId: home.decision?.sessionId });
    });

    it('makes one session of a first visit to /, wherever the next ones go', async () => {
      const site = await startSite();
      const page = await chromium.tab();
      await page.goto(site.url);
      for (const path of ['/api/login', '/a/b/c/d', '/?q=1'])
        expect((await site.recordOf(await page.goto(site.url + path))).decision?.session).toBe('known');
      expect(await site.sessions()).toBe(1);
    });

    it('lets the icon that a browser asks for by itself open the second session', async () => {
      const site = await startSite({
        sessionsPerInstance: 1,
        handler: (_request, response) => {
          response.setHeader('Content-Type', 'text/html');
          response.end(pageOf('no icon is named here').replace(/<link[^>]*>/, ''));
        },
      });
      const page = await chromium.tab();
      const login = await site.recordOf(await page.goto(`${site.url}/api/login`));
      const icon = await site.record(({ target }) => target === '/favicon.ico');
      expect(icon.decision).toMatchObject({ session: 'opened', placement: 'scaled-out' });
      const home = await site.recordOf(await page.goto(`${site.url}/`));
      expect(home.decision).toMatchObject({ session: 'known', sessionId: icon.decision?.sessionId });
      expect(home.decision?.sessionId).not.toBe(login.decision?.sessionId);
    });
  });
});
