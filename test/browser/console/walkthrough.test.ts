import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { openConsole, startConsole } from './console-site.js';

describeInChromium('the walkthrough in the console', (chromium) => {
  it('plays the four documented requests one by one, and each passes with the checks of verify', async () => {
    const site = await startConsole({ sessionsPerInstance: 2 });
    const page = await openConsole(site, await chromium.person(), '#/walkthrough');
    for (const count of [1, 2, 3, 4]) {
      await page.getByRole('button', { name: /^Step/ }).click();
      await expect.poll(() => page.getByText('✓ passed').count()).toBe(count);
    }
    await page.getByText('done: affinity is kept').waitFor();
    const ids = await page.locator('details code').allTextContents();
    expect(ids).toHaveLength(14);
    expect(ids[0]).toBe('walkthrough.1.status');
    expect(ids.at(-1)).toBe('walkthrough.4.new-instance');
    await expect.poll(() => page.getByText(/Max-Age=21600/).count()).toBeGreaterThan(0);
  });

  it('says that affinity is not kept by a function without it', async () => {
    const site = await startConsole({ affinity: 'none' });
    const page = await openConsole(site, await chromium.person(), '#/walkthrough');
    await page.getByRole('button', { name: 'Run all' }).click();
    await page
      .getByText(/affinity is not kept|cookie affinity/)
      .first()
      .waitFor();
  });
});
