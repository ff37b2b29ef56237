import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { type ConsoleSite, openConsole, startConsole } from './console-site.js';

async function statuses({ emulator }: ConsoleSite): Promise<string[]> {
  const { sessions } = await emulator.control.sessions.list({ functionName: 'shop' });
  return sessions.map(({ sessionStatus }) => sessionStatus);
}

/** What has the focus, by its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement?.textContent ?? ""');
}

/** Opens the panel of the only session, by the keyboard. */
async function showSession(page: Page): Promise<void> {
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.locator('.sessions tbody button').first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Session / }).waitFor();
}

describeInChromium('the console by the keyboard alone', (chromium) => {
  it('ends a session only after it was confirmed, and the focus stays in the panel', async () => {
    const site = await startConsole();
    await fetch(site.url);
    const page = await openConsole(site, await chromium.person());
    await showSession(page);

    await page.keyboard.press('t');
    await page.getByRole('dialog').waitFor();
    // The focus is on Cancel.
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await statuses(site)).toEqual(['Active']);

    await page.keyboard.press('t');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => statuses(site)).toEqual([]);
    await expect.poll(() => focused(page)).toMatch(/^Session /);
  });

  it('extends the idle time of a session, says what is no duration, and gives the focus back', async () => {
    const site = await startConsole();
    await fetch(site.url);
    const page = await openConsole(site, await chromium.person());
    await showSession(page);

    await page.getByRole('button', { name: 'Extend' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Idle time').fill('long');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Idle time: a duration is whole seconds' }).waitFor();

    await page.getByLabel('Idle time').fill('2h');
    await page.keyboard.press('Enter');
    await page.getByText('2h00m, by idle time').waitFor();
    expect(await focused(page)).toBe('Extend');
  });

  it('goes from request to request with j and k, and explains the selected one', async () => {
    const site = await startConsole();
    for (const path of ['/first', '/second', '/third']) await fetch(new URL(path, site.url));
    const page = await openConsole(site, await chromium.person(), '#/requests');
    await page.getByRole('button', { name: '/first' }).waitFor();
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('/third');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect.poll(() => focused(page)).toBe('/second');
    const panel = page.locator('.request-panel');
    await panel.getByText('GET /second').waitFor();
    // The session is there, so that its state is known.
    await panel.getByText(/^now Active on instance /).waitFor();
  });

  it('pauses and resumes a session that has an instance for itself', async () => {
    const site = await startConsole({ isolation: 'session' });
    await fetch(site.url);
    const page = await openConsole(site, await chromium.person());
    await showSession(page);

    await page.getByRole('button', { name: 'Pause', exact: true }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => statuses(site)).toEqual(['Paused']);
    await page.getByRole('button', { name: 'Resume' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => statuses(site)).toEqual(['Active']);
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  });
});
