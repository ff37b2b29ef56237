import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeInChromium } from '../support/chromium.js';
import { serve } from '../support/serve.js';

describeInChromium('the built program and a browser', (chromium) => {
  it('C12: without --custom-domain the browser downloads the page, and the log says once why', async () => {
    const served = await serve();
    const page = await chromium.tab();
    for (let count = 0; count < 2; count++) {
      const [download, failure] = await Promise.all([
        page.waitForEvent('download'),
        page.goto(served.url).catch((error: Error) => error),
      ]);
      expect(failure).toMatchObject({ message: expect.stringContaining('Download is starting') });
      expect(readFileSync(await download.path(), 'utf8')).toBe('Hello, World!');
    }
    const bound = await served.event(
      (event) => (event.decision as { session?: string } | undefined)?.session === 'known',
    );
    const opened = served.events.find(({ event }) => event === 'request');
    expect(opened?.hint).toEqual({ code: 'page-downloaded' });
    expect(bound.hint).toBeUndefined();
  });

  it('C01–C05, C14: with --custom-domain it shows it, and its reloads keep their instance', async () => {
    const served = await serve(['--custom-domain', '--sessions-per-instance', '1']);
    const seen: string[][] = [];
    for (const page of [await chromium.tab(), await chromium.tab()]) {
      const replies = [await page.goto(served.url), await page.reload(), await page.reload()];
      expect(await page.locator('body').textContent()).toBe('Hello, World!');
      const plantings = await Promise.all(replies.map((reply) => reply?.headerValue('set-cookie')));
      expect(plantings).toEqual([expect.stringMatching(/^x-fc-cookie-session-id=/), null, null]);
      const instances = await Promise.all(replies.map((reply) => reply?.headerValue('x-instance')));
      expect(new Set(instances).size).toBe(1);
      seen.push(instances.map(String));
    }
    expect(seen[0]?.[0]).not.toBe(seen[1]?.[0]);
    expect(served.events.map(({ hint }) => hint).filter(Boolean)).toEqual([]);
    const { sessions } = JSON.parse((await served.cli('session', 'list', '--json')).stdout);
    expect(sessions).toHaveLength(2);
  });
});
