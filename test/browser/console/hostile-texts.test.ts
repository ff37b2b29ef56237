import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../../src/emulator.js';
import { describeInChromium } from '../../support/chromium.js';
import { request } from '../../support/raw-client.js';
import { openConsole, startConsole } from './console-site.js';

/** What would become markup, an address that runs, a shell command or another line, if it were taken for more than text. */
const HOSTILE = [
  '<img/src=x/onerror=alert(1)>',
  '<script>alert(1)</script>',
  'javascript:alert(1)',
  '"onmouseover="alert(1)',
  "'$(touch%20/tmp/owned)`id`",
  '%E2%80%AE%2Etxt',
  '{{7*7}}',
];

describeInChromium('T24: texts of other people in the console', (chromium) => {
  it('paths and User-Agent are text in the list of requests', async () => {
    const site = await startConsole();
    const port = Number(new URL(site.url).port);
    for (const text of HOSTILE)
      await request(port, `GET /${text} HTTP/1.1\nHost: localhost\nUser-Agent: ${text}`);
    const page = await openConsole(site, await chromium.person(), '#/requests');
    for (const text of HOSTILE) {
      const row = page.getByText(`/${text}`, { exact: false }).first();
      await expect.poll(() => row.count(), { message: text }).toBe(1);
    }
    expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
    await page.getByText(`/${HOSTILE[0]}`).first().click();
    await expect.poll(() => page.getByText(/at \d\d:\d\d:\d\d/).count()).toBeGreaterThan(0);
    expect(await page.locator('[onerror], [onmouseover], a[href^="javascript:"]').count()).toBe(0);
  });

  it('session IDs of a header are text on the map, in the list and in what is copied', async () => {
    const site = await startConsole({ affinity: 'header', headerName: 'x-session-id' });
    await fetch(site.url, { headers: { 'x-session-id': '_script_alert_1_' } });
    const page = await openConsole(site, await chromium.person());
    await expect.poll(() => page.getByText('_script_alert_1_').count()).toBeGreaterThan(0);
  });

  it('the last line of an instance that crashed is text', async () => {
    const last = '<img src=x onerror=alert(1)> javascript:alert(1)';
    const handler = `require('node:http').createServer(() => {
      console.error(${JSON.stringify(last)});
      process.exit(3);
    }).listen(process.env.FC_SERVER_PORT)`;
    const emulator = await startEmulator({
      functions: [{ functionName: 'shop', command: [process.execPath, '-e', handler] }],
      apiPort: 0,
    });
    onTestFinished(() => emulator.stopNow());
    const page = await openConsole({ emulator }, await chromium.person());
    await fetch(emulator.url);
    // The request is tried on two instances, and both crash: whether the page shows one or both of them yet is a race.
    await page.getByText(`exit code 3: ${last}`).first().waitFor();
    expect(await page.locator('img, [onerror]').count()).toBe(0);
  });
});
