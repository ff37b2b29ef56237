import type { BrowserContext, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../../src/emulator.js';
import type { Emulator } from '../../../src/emulator-options.js';
import { describeInChromium } from '../../support/chromium.js';
import { inProcessDriver } from '../../support/in-process-driver.js';

async function startWithKeys(): Promise<Emulator> {
  const emulator = await startEmulator({
    functions: [{ functionName: 'shop', command: ['in-process'] }],
    driver: inProcessDriver(),
    accessKeyId: 'id',
    accessKeySecret: 'secret',
  });
  onTestFinished(() => emulator.stopNow());
  return emulator;
}

async function open(person: BrowserContext, address: string): Promise<Page> {
  const page = await person.newPage();
  await page.goto(address);
  return page;
}

const isLive = (page: Page) => page.getByRole('status').getByText('live', { exact: true }).count();

describeInChromium('the console where requests must be signed', (chromium) => {
  it('is open at the printed address, stays open when it is loaded again, and the token leaves the address', async () => {
    const emulator = await startWithKeys();
    const page = await open(await chromium.person(), emulator.console);
    await expect.poll(() => isLive(page)).toBe(1);
    expect(page.url()).not.toContain('token');
    await page.reload();
    await expect.poll(() => isLive(page)).toBe(1);
  });

  it('tells another tab with the same address, and one without a token, to open the address that was printed last', async () => {
    const emulator = await startWithKeys();
    const address = emulator.console;
    const person = await chromium.person();
    const first = await open(person, address);
    await expect.poll(() => isLive(first)).toBe(1);
    for (const refused of [address, emulator.api]) {
      const page = await open(person, refused);
      await expect
        .poll(() =>
          page.getByText(/the one that serve printed last|the address that serve printed last/).count(),
        )
        .toBe(1);
      expect(await isLive(page)).toBe(0);
    }
    const next = await open(person, emulator.console);
    await expect.poll(() => isLive(next)).toBe(1);
  });
});
