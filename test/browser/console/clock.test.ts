import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { openConsole, startConsole } from './console-site.js';

describeInChromium('the clock in the console', (chromium) => {
  it('goes on, stands still, and lets six hours pass, which end the sessions', async () => {
    const site = await startConsole();
    await fetch(site.url);
    const page = await openConsole(site, await chromium.person());
    const chips = page.getByRole('button', { name: /^session / });
    await expect.poll(() => chips.count()).toBe(1);
    await page.keyboard.press('f');
    await expect.poll(() => site.clock.frozen).toBe(false);
    await page.getByRole('button', { name: 'Freeze', exact: true }).click();
    await expect.poll(() => site.clock.frozen).toBe(true);
    const before = site.clock.now();
    await page.getByLabel('Advance').selectOption({ label: '6 hours' });
    await expect.poll(() => chips.count()).toBe(0);
    expect(site.clock.now() - before).toBe(6 * 3600 * 1000);
    // The clock stood still for a while, so it is a little less than six hours ahead.
    await page
      .getByText(/\+(6h|5h 59m)/)
      .first()
      .waitFor();
  });

  it('a view that is paused shows nothing new, and then everything', async () => {
    const site = await startConsole();
    const page = await openConsole(site, await chromium.person());
    await page.keyboard.press('p');
    await page.getByRole('button', { name: 'Resume live' }).waitFor();
    await fetch(site.url);
    await fetch(site.url);
    await expect.poll(async () => (await site.emulator.control.requests.list()).length).toBe(2);
    const chips = page.getByRole('button', { name: /^session / });
    expect(await chips.count()).toBe(0);
    await page.keyboard.press('p');
    await expect.poll(() => chips.count()).toBe(2);
  });
});
