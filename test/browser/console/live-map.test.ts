import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { openConsole, startConsole } from './console-site.js';

/** The sessions that the map shows. */
function chips(page: Page): Promise<string[]> {
  return page.getByRole('button', { name: /^session / }).allInnerTexts();
}

async function openSession(url: string): Promise<string> {
  const { headers } = await fetch(url);
  return headers.getSetCookie()[0]?.slice(23, 59) ?? '';
}

describeInChromium('the map of the console', (chromium) => {
  it('shows a session as soon as a request opens it, on its instance, and a new instance when the first is full', async () => {
    const site = await startConsole({ sessionsPerInstance: 2 });
    const page = await openConsole(site, await chromium.person());
    for (let count = 0; count < 3; count++) await openSession(site.url);
    await expect.poll(() => chips(page)).toHaveLength(3);
    const instances = page.getByRole('listitem').filter({ hasText: /2\/2|1\/2/ });
    await expect.poll(() => instances.count()).toBe(2);
  });

  it('lets a session go when six hours pass', async () => {
    const site = await startConsole();
    await openSession(site.url);
    const page = await openConsole(site, await chromium.person());
    await expect.poll(() => chips(page)).toHaveLength(1);
    site.clock.advance(6 * 3600 * 1000);
    await expect.poll(() => chips(page)).toHaveLength(0);
  });

  it('says that it is stale when the emulator is gone, and shows the new one without a chip too many', async () => {
    const first = await startConsole();
    await openSession(first.url);
    const page = await openConsole(first, await chromium.person());
    await expect.poll(() => chips(page)).toHaveLength(1);
    const apiPort = Number(new URL(first.emulator.api).port);
    await first.emulator.stopNow();
    await expect.poll(() => page.getByText(/\b(stale|reconnecting)\b/i).count()).toBeGreaterThan(0);
    const second = await startConsole({ apiPort });
    await openSession(second.url);
    await openSession(second.url);
    await expect.poll(() => page.getByText(/\blive\b/i).count(), { timeout: 20_000 }).toBeGreaterThan(0);
    await expect.poll(() => chips(page), { timeout: 20_000 }).toHaveLength(2);
  });

  it('shows nothing twice when its connection breaks and is taken up again', async () => {
    const site = await startConsole();
    const person = await chromium.person();
    const page = await openConsole(site, person);
    await openSession(site.url);
    await expect.poll(() => chips(page)).toHaveLength(1);
    await person.setOffline(true);
    await openSession(site.url);
    await person.setOffline(false);
    await expect.poll(() => chips(page), { timeout: 20_000 }).toHaveLength(2);
  });
});
