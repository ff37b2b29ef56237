import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { axeViolations, type ConsoleSite, openConsole, startConsole } from './console-site.js';

/** Three sessions on two instances, the third of which fills what there may be, and a refused request. */
async function startFull(): Promise<ConsoleSite> {
  const site = await startConsole({ sessionsPerInstance: 1, maxInstances: 2 });
  for (let count = 0; count < 3; count++) await fetch(site.url);
  return site;
}

describeInChromium('the console for everybody', (chromium) => {
  it.each([
    { colorScheme: 'light' },
    { colorScheme: 'dark' },
    { colorScheme: 'light', forcedColors: 'active' },
  ] as const)('axe finds no fault with any screen with %j', async (colours) => {
    const site = await startFull();
    const page = await openConsole(site, await chromium.person({ bypassCSP: true }));
    await page.emulateMedia({ ...colours, reducedMotion: 'reduce' });
    const found: Record<string, string[]> = {};
    for (const screen of ['map', 'requests', 'sessions', 'walkthrough']) {
      await page.goto(`${site.emulator.api}/#/${screen}`);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      if (screen === 'map')
        await page
          .getByRole('button', { name: /^session / })
          .first()
          .click();
      if (screen === 'requests') await page.locator('tbody button').first().click();
      found[screen] = await axeViolations(page);
    }
    expect(found).toEqual({ map: [], requests: [], sessions: [], walkthrough: [] });
  });

  it('a session is terminated by the keyboard alone, and only after a question', async () => {
    const site = await startFull();
    const page = await openConsole(site, await chromium.person());
    const chips = page.getByRole('button', { name: /^session / });
    await expect.poll(() => chips.count()).toBe(2);
    for (let tabs = 0; tabs < 30; tabs++) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate<string>('document.activeElement.innerText')).startsWith('session')) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Terminate' }).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await chips.count()).toBe(2);
    await page.keyboard.press('t');
    await page.getByRole('dialog').waitFor();
    // From Cancel, which has the focus first.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => chips.count()).toBe(1);
    const { sessions } = await site.emulator.control.sessions.list({ functionName: 'shop' });
    expect(sessions).toHaveLength(1);
  });

  it('the keys g r, j, k and / lead through the requests', async () => {
    const site = await startFull();
    const page = await openConsole(site, await chromium.person());
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Requests' }).waitFor();
    await expect.poll(() => page.locator('tbody button').count()).toBe(3);
    await page.keyboard.press('j');
    await page.getByText('all slots are taken, and no other may be started').waitFor();
    await page.keyboard.press('j');
    await page.getByText(/opened by this request/).waitFor();
    await page.keyboard.press('k');
    // At once: the row that `k` selects does not take the focus from the filter.
    await page.keyboard.press('/');
    await page.keyboard.type('429');
    await expect.poll(() => page.locator('tbody button').count()).toBe(1);
    await page.getByText('all slots are taken, and no other may be started').waitFor();
  });

  it('the address leads back to a request and a session, and holds no session ID', async () => {
    const site = await startFull();
    const person = await chromium.person();
    const page = await openConsole(site, person);
    await page
      .getByRole('button', { name: /^session / })
      .first()
      .click();
    const { sessions } = await site.emulator.control.sessions.list({ functionName: 'shop' });
    await page.getByText(sessions[0]?.sessionId ?? '?').waitFor();
    const address = page.url();
    for (const { sessionId } of sessions) expect(address).not.toContain(sessionId);
    const again = await openConsole(site, person, new URL(address).hash);
    await again.getByText(sessions[0]?.sessionId ?? '?').waitFor();
  });
});
