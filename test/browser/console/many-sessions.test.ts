import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { openConsole, startConsole } from './console-site.js';

const SESSIONS = 10_000;
const PER_INSTANCE = 200;
const TICKS = 100;

const nodes = (page: Page): Promise<number> => page.evaluate('document.querySelectorAll("*").length');

/** @returns what counts the changes of the page's nodes, texts and attributes so far */
async function countChanges(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(`globalThis.changes = 0;
    new MutationObserver((records) => { globalThis.changes += records.length; })
      .observe(document, { subtree: true, childList: true, characterData: true, attributes: true })`);
  return () => page.evaluate('globalThis.changes');
}

describeInChromium('ten thousand sessions in the console', (chromium) => {
  it('are cells of a map that has few nodes and changes few of them at a tick, and rows of the list of sessions', async () => {
    const site = await startConsole({
      sessionsPerInstance: PER_INSTANCE,
      maxInstances: SESSIONS / PER_INSTANCE,
    });
    const { sessions } = site.emulator.control;
    for (let opened = 0; opened < SESSIONS; opened += 100)
      await Promise.all(Array.from({ length: 100 }, () => sessions.create({ functionName: 'shop' }, {})));
    const page = await openConsole(site, await chromium.person());
    await expect.poll(() => page.getByText('10,000 sessions').count()).toBe(1);
    expect(await nodes(page)).toBeLessThan(12_000);

    const changes = await countChanges(page);
    for (let tick = 0; tick < TICKS; tick++) {
      await site.clock.advance(1000);
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
    const changesOfTick = (await changes()) / TICKS;
    expect(changesOfTick).toBeGreaterThan(0);
    expect(changesOfTick).toBeLessThan(SESSIONS / 10);

    await page.locator('.heat-map').click({ position: { x: 2, y: 2 } });
    await expect.poll(() => page.getByRole('heading', { name: /^Session / }).count()).toBe(1);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(10);
    expect(await nodes(page)).toBeLessThan(12_000);
  });
});
